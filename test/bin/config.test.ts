import { expect, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, runCli } from '#test/support/cli.ts'

const SMALLEST = 'organisation: { name: Acme }\n'

test('check counts what a good configuration holds', { timeout: CLI_TIMEOUT_MS }, async () => {
  const cwd = aFolder({
    'desirepath.yaml': `${SMALLEST}sources: [{ id: a, kind: files, path: ./a }]\n`,
  })
  expect(await runCli(['config', 'check'], { cwd })).toEqual({
    status: 0,
    stdout: `${cwd}/desirepath.yaml: ok, 0 golden paths, 1 source\n`,
    stderr: '',
  })
})

test('check tells every fault, one a line', { timeout: CLI_TIMEOUT_MS }, async () => {
  const cwd = aFolder({ 'other.yaml': 'organisation: { nam: Acme }\nsource: []\n' })
  const result = await runCli(['config', 'check', '--config', 'other.yaml'], { cwd })
  const file = `${cwd}/other.yaml`
  expect(result).toEqual({
    status: 1,
    stdout: '',
    stderr: [
      `${file}:1:15: organisation.name: is missing: expected a text`,
      `${file}:1:17: organisation.nam: unknown key, did you mean name?`,
      `${file}:2:1: source: unknown key, did you mean sources?`,
      '',
    ].join('\n'),
  })
})

test('the option wins over the environment', { timeout: CLI_TIMEOUT_MS }, async () => {
  const cwd = aFolder({ 'a.yaml': SMALLEST, 'b.yaml': SMALLEST })
  const env = { DESIREPATH_CONFIG: 'a.yaml' }
  const named = await runCli(['config', 'check'], { cwd, env })
  const chosen = await runCli(['--config', 'b.yaml', 'config', 'check'], { cwd, env })
  expect([named.stdout, chosen.stdout]).toEqual([
    `${cwd}/a.yaml: ok, 0 golden paths, 0 sources\n`,
    `${cwd}/b.yaml: ok, 0 golden paths, 0 sources\n`,
  ])
})

test('the schema asks for a name and offers every key', { timeout: CLI_TIMEOUT_MS }, async () => {
  const { stdout } = await runCli(['config', 'schema'], { cwd: aFolder() })
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'object',
    required: ['organisation'],
    additionalProperties: false,
    properties: {
      organisation: { required: ['name'] },
      database: { type: 'string' },
      catalog: { type: 'array' },
      goldenPaths: { items: { required: ['id', 'name', 'availableSince'] } },
      sources: { type: 'array' },
    },
  })
})
