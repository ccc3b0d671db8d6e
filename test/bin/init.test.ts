import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, runCli } from '#test/support/cli.ts'
import { aHistory, git } from '#test/support/git.ts'

/** A folder with one clone of a host's repository and one without a remote. */
function aFolderOfClones(): string {
  const cwd = aFolder()
  const history = aHistory()
  history.commit({ at: '2026-01-05T08:00:00Z', files: { 'README.md': 'hello' } })
  for (const name of ['basket.git', 'mail']) history.writeTo(join(cwd, 'clones', name))
  const basket = join(cwd, 'clones/basket.git')
  git(basket, 'config', 'remote.origin.url', 'https://git.example/acme/basket.git')
  return cwd
}

test('the beginning that it writes is a good configuration', {
  timeout: CLI_TIMEOUT_MS,
}, async () => {
  const cwd = aFolderOfClones()
  const begun = await runCli(['init', '--name', 'Acme: "us"', '--clones', './clones/*'], { cwd })
  expect(begun).toMatchObject({ status: 0, stderr: '' })
  expect(begun.stdout).toContain('2 services found')
  expect(readFileSync(join(cwd, 'catalog/services.csv'), 'utf8')).toBe(
    [
      'id,name,team_id,repository_id,workload_class,lifecycle',
      'basket,basket,,git.example/acme/basket,,',
      'mail,mail,,local/mail,,',
      '',
    ].join('\n'),
  )
  expect(readFileSync(join(cwd, 'catalog/teams.csv'), 'utf8')).toBe('id,name,kind,parent_id\n')
  const check = await runCli(['config', 'check'], { cwd })
  expect(check.stdout).toContain('ok, 0 golden paths, 2 sources')
})

test('the examples of a golden path and of sources in it are right', {
  timeout: CLI_TIMEOUT_MS,
}, async () => {
  const cwd = aFolder()
  await runCli(['init'], { cwd })
  const file = join(cwd, 'desirepath.yaml')
  const written = readFileSync(file, 'utf8')
  const used = written
    .replace('goldenPaths: []\n', '')
    .replace('# Your golden paths. This one as an example:', 'goldenPaths:')
    .replaceAll(/^# {2}/gm, '  ')
    .replace('sources: []\n', '')
    .replace('# Clones are only read; fetch them as often as you like.', 'sources:')
  writeFileSync(file, used)
  const check = await runCli(['config', 'check'], { cwd })
  expect(check).toMatchObject({ stdout: `${file}: ok, 1 golden path, 3 sources\n`, stderr: '' })
})

test('what it writes can be collected as it is', { timeout: CLI_TIMEOUT_MS }, async () => {
  const cwd = aFolderOfClones()
  await runCli(['init', '--clones', './clones/*'], { cwd })
  const { status, stderr } = await runCli(['collect'], { cwd })
  expect({ status, sources: stderr.match(/^\w+: \w+/gm) }).toEqual({
    status: 0,
    sources: ['catalog: ok', 'clones: ok'],
  })
})

test('nothing that exists is overwritten', { timeout: CLI_TIMEOUT_MS }, async () => {
  const cwd = aFolder({ 'catalog/teams.csv': 'mine' })
  const { status, stderr } = await runCli(['init'], { cwd })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `${cwd}/catalog/teams.csv: is there already, and stays as it is\n`,
  })
  expect(readFileSync(join(cwd, 'catalog/teams.csv'), 'utf8')).toBe('mine')
  expect((await runCli(['config', 'check'], { cwd })).status).toBe(1)
})

test('a glob without clones is a fault, and nothing is written', {
  timeout: CLI_TIMEOUT_MS,
}, async () => {
  const cwd = aFolder()
  const { status, stderr } = await runCli(['init', '--clones', './repos/*'], { cwd })
  expect({ status, stderr }).toEqual({ status: 1, stderr: '--clones: no clone in ./repos/*\n' })
  expect((await runCli(['init'], { cwd })).status).toBe(0)
})
