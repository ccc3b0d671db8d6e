import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { aFolder, CLI_TIMEOUT_MS, runCli } from '#test/support/cli.ts'
import { aHistory } from '#test/support/git.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const GOOD = `organisation: { name: Acme }
goldenPaths: [{ id: deploy, name: Deploy, availableSince: 2026-01-01 }]
sources: [{ id: owners, kind: files, path: ./owners }]
`

/** A port that is in use until the test ends. */
async function aBusyPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('it listens on a port')
  return address.port
}

/** The subject of each line with its level. */
async function examine(cwd: string): Promise<{ status: number | null; levels: string[] }> {
  const { status, stdout } = await runCli(['doctor'], { cwd })
  const lines = [...stdout.matchAll(/^(\w+) +([\w ]+): /gm)]
  const levels = lines.map(([, level, what]) => `${level} ${what}`)
  // Others may use the port that it looks at.
  return { status, levels: levels.filter((level) => !level.includes('port')) }
}

test('an empty folder fails for want of a configuration', SLOW, async () => {
  expect(await examine(aFolder())).toEqual({
    status: 1,
    levels: ['ok node', 'ok git', 'fail configuration'],
  })
})

test('before the first collection nothing is wrong', SLOW, async () => {
  const cwd = aFolder({ 'desirepath.yaml': GOOD, 'owners/teams.csv': 'id,name\na,A\n' })
  expect(await examine(cwd)).toEqual({
    status: 0,
    levels: ['ok node', 'ok git', 'ok configuration', 'warn database', 'ok source owners'],
  })
})

test('after a collection it tells how old it is and what could not be read', SLOW, async () => {
  const cwd = aFolder({ 'desirepath.yaml': GOOD, 'owners/teams.csv': 'id,name\na,A\n,B\n' })
  await runCli(['collect'], { cwd })
  expect(await examine(cwd)).toEqual({
    status: 0,
    levels: [
      'ok node',
      'ok git',
      'ok configuration',
      'ok database',
      'ok source owners',
      'ok source owners',
      'warn source owners',
    ],
  })
  const { stdout } = await runCli(['doctor'], { cwd })
  expect(stdout).toContain('warn  source owners: 1 record in quarantine\n      → ')
})

test('a run that missed a part of its source says which', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': `organisation: { name: Acme }
sources: [{ id: clones, kind: git, repositories: ./clones/* }]
`,
  })
  const history = aHistory()
  history.commit({ at: '2026-01-05T08:00:00Z', files: { 'README.md': 'hello' } })
  for (const name of ['basket', 'mail']) history.writeTo(join(cwd, 'clones', name))
  await runCli(['collect'], { cwd })
  rmSync(join(cwd, 'clones/mail'), { recursive: true })
  expect((await runCli(['collect'], { cwd })).status).toBe(0)
  const { stdout } = await runCli(['doctor'], { cwd })
  expect(stdout).toContain(
    'warn  source clones: last run was partial: clones: repository:local/mail: was read before, and its clone is gone\n      → do what it says, then: npx desirepath collect clones\n',
  )
})

test('sources that are not there fail', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': `${GOOD}  - { id: clones, kind: git, repositories: ./clones/* }\n`.replace(
      'sources: [{ id: owners, kind: files, path: ./owners }]',
      'sources:\n  - { id: owners, kind: files, path: ./owners }',
    ),
  })
  expect(await examine(cwd)).toEqual({
    status: 1,
    levels: [
      'ok node',
      'ok git',
      'ok configuration',
      'warn database',
      'fail source owners',
      'fail source clones',
    ],
  })
})

test('a file that is no database fails', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': GOOD,
    'owners/teams.csv': 'id,name\n',
    'data/desirepath.db': 'something else '.repeat(100),
  })
  const { status, levels } = await examine(cwd)
  expect({ status, level: levels[3] }).toEqual({ status: 1, level: 'fail database' })
})

test('a port in use is told, and so is a faulty one', SLOW, async () => {
  const cwd = aFolder()
  const port = await aBusyPort()
  const { stdout } = await runCli(['doctor', '--port', String(port)], { cwd })
  expect(stdout).toContain(`warn  port ${port}: in use\n`)
  expect((await runCli(['doctor', '--port', '70000'], { cwd })).stderr).toBe(
    '--port: expected a number from 1 to 65535, not "70000"\n',
  )
})

test(
  'a configuration that is not there can be written, one with faults is to be mended',
  SLOW,
  async () => {
    const configurationOf = async (files: Record<string, string>) => {
      const cwd = aFolder(files)
      const { stdout } = await runCli(['doctor'], { cwd })
      const lines = stdout.replaceAll(cwd, '.').split('\n')
      const at = lines.findIndex((line) => line.startsWith('fail  configuration'))
      return lines.slice(at, at + 2)
    }
    const init = 'npx desirepath init writes one; --config or DESIREPATH_CONFIG names another'
    expect(await configurationOf({})).toEqual([
      'fail  configuration: ./desirepath.yaml is not there',
      `      → ${init}`,
    ])
    expect(
      await configurationOf({ 'data/demo/desirepath.yaml': 'organisation: { name: Acme }' }),
    ).toEqual([
      'fail  configuration: ./desirepath.yaml is not there',
      `      → ${init}; the demonstration is read by: npx desirepath --config data/demo/desirepath.yaml <command>`,
    ])
    expect(await configurationOf({ 'desirepath.yaml': 'organisation: { name: 1 }' })).toEqual([
      'fail  configuration: ./desirepath.yaml:1:23: organisation.name: expected a text, not 1',
      '      → mend it, then: npx desirepath config check',
    ])
  },
)

test('what to do about a source that cannot be reached is said once', SLOW, async () => {
  const cwd = aFolder({ 'desirepath.yaml': GOOD, 'owners/teams.csv': 'id,name\na,A\n' })
  await runCli(['collect'], { cwd })
  rmSync(join(cwd, 'owners'), { recursive: true })
  await runCli(['collect'], { cwd })
  const { stdout } = await runCli(['doctor'], { cwd })
  const about = stdout.slice(stdout.indexOf('fail  source owners'), stdout.indexOf(' port '))
  expect(about.match(/→ .*/g)).toEqual(['→ check path in the configuration'])
  expect(about).toContain('warn  source owners: last run failed')
})
