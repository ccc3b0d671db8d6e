import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, runCli } from '#test/support/cli.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const template = (...args: string[]) => runCli(['template', ...args], { cwd: aFolder() })

test('a template can be collected as it is', SLOW, async () => {
  for (const format of ['csv', 'ndjson']) {
    const cwd = aFolder({
      'desirepath.yaml':
        'organisation: { name: Acme }\nsources: [{ id: a, kind: files, path: ./a }]',
    })
    mkdirSync(join(cwd, 'a'))
    const args = ['template', 'teams', '--format', format, '--out', `a/teams.${format}`]
    expect(await runCli(args, { cwd })).toEqual({ status: 0, stdout: '', stderr: '' })
    const { status, stderr } = await runCli(['collect'], { cwd })
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^a: ok, 1 record read, 1 row changed, /),
    })
  }
})

test(
  '--list names every file with what it is about, and --explain every header',
  SLOW,
  async () => {
    const { stdout: list } = await template('--list')
    expect(list).toMatch(/^teams {2,}\S/m)
    expect(list).toMatch(/^deployments {2,}\S/m)
    const { stdout: explained } = await template('deployments', '--explain')
    expect(explained).toMatch(/^HEADER {2,}EMPTY {2,}TYPE {2,}MEANING$/m)
    expect(explained).toMatch(/^service_id {2,}\S/m)
  },
)

test('without an entity, or with an unknown one, it says which there are', SLOW, async () => {
  expect(await template()).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^template: expected one of teams, services, /),
  })
  expect(await template('deploymnets')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'entity: no "deploymnets"; did you mean deployments?\n',
  })
})

test('a file that cannot be written is told in one line', SLOW, async () => {
  const cwd = aFolder({ 'teams.csv': 'mine' })
  expect(await runCli(['template', 'teams', '--out', 'no/teams.csv'], { cwd })).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^--out: no\/teams\.csv cannot be written: ENOENT: .*\n$/),
  })
  expect(readFileSync(join(cwd, 'teams.csv'), 'utf8')).toBe('mine')
})
