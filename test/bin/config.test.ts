import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, runCli } from '#test/support/cli.ts'
import { git } from '#test/support/git.ts'

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

test('check tells of a repository that two sources of git read, where, and what to do', {
  timeout: CLI_TIMEOUT_MS,
}, async () => {
  const sources = ['mine', 'yours', 'other'].map(
    (id) => `  - { id: ${id}, kind: git, repositories: ./${id}/* }\n`,
  )
  const file = 'desirepath.yaml'
  const cwd = aFolder({ [file]: `${SMALLEST}sources:\n${sources.join('')}` })
  const clone = (folder: string, remote: string) => {
    mkdirSync(join(cwd, folder), { recursive: true })
    git(join(cwd, folder), 'init', '--quiet')
    git(join(cwd, folder), 'remote', 'add', 'origin', remote)
  }
  clone('mine/shop', 'git@github.com:acme/shop.git')
  clone('mine/pay', 'git@github.com:acme/pay.git')
  clone('other/cart', 'https://github.com/acme/cart')
  clone('yours/basket', 'https://github.com/acme/basket')
  expect(await runCli(['config', 'check'], { cwd })).toMatchObject({ status: 0 })
  clone('yours/store', 'https://github.com/acme/shop')
  expect(await runCli(['config', 'check'], { cwd })).toEqual({
    status: 1,
    stdout: '',
    stderr: `${cwd}/${file}: sources: github.com/acme/shop is read by mine (${cwd}/mine/shop) and yours (${cwd}/yours/store): each would replace the changes that the other tells; leave it to one of them\n`,
  })
  const { stdout } = await runCli(['doctor'], { cwd })
  expect(stdout).toMatch(/fail +sources.*github\.com\/acme\/shop is read by mine/)
})
