import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, runCli, startCli } from '#test/support/cli.ts'

test('help names every command', { timeout: CLI_TIMEOUT_MS }, async () => {
  const { status, stdout } = await runCli(['--help'], { cwd: aFolder() })
  const listed = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)
  expect(status).toBe(0)
  expect(listed).toEqual(
    expect.arrayContaining([
      'start',
      'init',
      'config',
      'template',
      'collect',
      'score',
      'doctor',
      'demo',
      'migrate',
      'help',
    ]),
  )
})

test('the version is that of the package', { timeout: CLI_TIMEOUT_MS }, async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(await runCli(['--version'], { cwd: aFolder() })).toEqual({
    status: 0,
    stdout: `${version}\n`,
    stderr: '',
  })
})

test('wrong usage exits with 2 and names the nearest command', {
  timeout: CLI_TIMEOUT_MS,
}, async () => {
  const cwd = aFolder()
  const command = await runCli(['colect'], { cwd })
  const option = await runCli(['collect', '--wiat'], { cwd })
  expect([command.status, option.status]).toEqual([2, 2])
  expect(command.stderr).toContain('Did you mean collect?')
  expect(option.stderr).toContain('Did you mean --wait?')
})

test('a failure that is expected is one message without a stack', {
  timeout: CLI_TIMEOUT_MS,
}, async () => {
  const cwd = aFolder()
  const { status, stdout, stderr } = await runCli(['collect'], { cwd })
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toBe(
    `${cwd}/desirepath.yaml: is not there; \`npx desirepath init\` writes one, DESIREPATH_CONFIG or --config names another\n`,
  )
})

test('where the demonstration is, a command without a configuration says how to read it', {
  timeout: CLI_TIMEOUT_MS,
}, async () => {
  const cwd = aFolder({ 'data/demo/desirepath.yaml': 'organisation: { name: Acme }' })
  const { status, stderr } = await runCli(['show', 'ADO-02'], { cwd })
  expect([status, stderr.split('\n')]).toEqual([
    1,
    [
      expect.stringContaining(`${cwd}/desirepath.yaml: is not there`),
      'the demonstration is read by: npx desirepath --config data/demo/desirepath.yaml <command>',
      '',
    ],
  ])
})

test('a file that is no database is refused in one line', { timeout: CLI_TIMEOUT_MS }, async () => {
  const cwd = aFolder({
    'desirepath.yaml': 'organisation: { name: Acme }\ndatabase: ./other.db',
    'other.db': 'This file was here before, and holds something else. '.repeat(100),
  })
  expect(await runCli(['migrate'], { cwd })).toEqual({
    status: 1,
    stdout: '',
    stderr: `database ${cwd}/other.db: this file is not a database\n`,
  })
})

test('a reader that leaves early is no failure', { timeout: CLI_TIMEOUT_MS }, async () => {
  const { child, ended } = startCli(['config', 'schema'], { cwd: aFolder() })
  child.stdout?.destroy()
  expect(await ended).toMatchObject({ status: 0, stderr: '' })
})

test('the launcher passes on what it is given and how it ended', {
  timeout: CLI_TIMEOUT_MS,
}, async () => {
  const script = resolve('bin/desirepath.mjs')
  const run = (...args: string[]) => runCli(args, { cwd: aFolder(), script })
  expect(await run('colect')).toMatchObject({ status: 2 })
  expect(await run('config', 'check', '--help')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('config check'),
  })
})
