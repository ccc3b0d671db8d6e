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
