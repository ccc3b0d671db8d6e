import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '#db/connection.ts'
import { acquireLease } from '#db/leases.ts'
import type { SourceConfig } from '#lib/config.ts'
import { isProcessRunning } from '#lib/process.ts'
import { aFolder, runCli, startCli } from '#test/support/cli.ts'

/** Collectors that fall silent are waited for. */
const SLOW = { timeout: 180_000 }

const HEAP_MIB = 200
const ENVIRONMENT = {
  NODE_OPTIONS: `--import=${resolve('test/support/misbehaving.ts')} --max-old-space-size=${HEAP_MIB}`,
  SECRET: 'hush-hush',
}

/** An organisation with these sources, each a line of YAML. */
function anOrganisation(sources: readonly string[], catalog = '[]') {
  const lines = sources.map((source) => `  - { ${source} }\n`)
  const cwd = aFolder({
    'desirepath.yaml': `organisation: { name: Acme }\ncatalog: ${catalog}\nsources:\n${lines.join('')}`,
    'one/teams.csv': 'id,name\nbasket,Basket\n',
    'two/services.csv': 'id,name\nbasket-api,Basket API\n',
    'two/teams.csv': 'id,name\nsearch,Search\n',
  })
  const db = openDatabase(join(cwd, 'data/desirepath.db'))
  onTestFinished(() => db.destroy())
  return { cwd, db, env: ENVIRONMENT }
}

const files = (id: string, path: string) => `id: ${id}, kind: files, path: ${path}, every: 1d`

/** Source, status and reason of each run, in their order. */
async function listRuns(db: Database): Promise<string[]> {
  const runs = await db
    .selectFrom('collector_runs')
    .select(['source_id', 'status', 'error'])
    .orderBy('started_at')
    .execute()
  return runs.map(({ source_id, status, error }) =>
    `${source_id} ${status} ${error ?? ''}`.trimEnd(),
  )
}

async function listTeams(db: Database): Promise<string[]> {
  const teams = await db.selectFrom('teams').select('id').orderBy('id').execute()
  return teams.map(({ id }) => id)
}

async function listServices(db: Database): Promise<string[]> {
  const services = await db.selectFrom('services').select('id').orderBy('id').execute()
  return services.map(({ id }) => id)
}

const KEPT = 'pages stored until then were kept'
const SILENT = `was ended after 12 seconds without a sign of life; ${KEPT}`
const FULL = expect.stringMatching(
  new RegExp(
    `^leaks-\\S+ failed leaks-\\S+: ran out of memory at \\d{3} MiB, and NODE_OPTIONS=--max-old-space-size=<MiB> gives more; ${KEPT}$`,
  ),
)

const SERVER = `baseUrl: 'http://127.0.0.1:1', privateNetwork: true, token: '\${SECRET}'`

/** A source of every kind there is, by the way in which it misbehaves. */
const MISBEHAVING: Readonly<Record<SourceConfig['kind'], string>> = {
  files: files('leaks-here-files', './two'),
  backstage: `source: backstage, ${SERVER}`,
  github: `id: loops-here-github, kind: github, org: acme, ${SERVER}`,
  git: 'id: rejects-here-git, kind: git, repositories: ./clones/*',
  argocd: `id: exits-here-argocd, kind: argocd, ${SERVER}`,
  surveys:
    'id: throws-here-surveys, kind: surveys, path: ./surveys, surveys: [{ id: a, name: A, file: a.csv, opened: 2026-01-01, closed: 2026-02-01, questions: [{ column: 1, is: nps }] }]',
  'environment-requests':
    'id: dies-here-requests, kind: environment-requests, repositories: ./clones/*',
  'policy-results': 'id: leaks-here-policy, kind: policy-results, path: ./results',
  jira: `id: spins-here-jira, kind: jira, user: a@acme.example, jql: project = DX, ${SERVER}`,
  pagerduty: `id: rejects-here-pagerduty, kind: pagerduty, ${SERVER}`,
  opsgenie: 'id: exits-here-opsgenie, kind: opsgenie, path: ./incidents',
  'github-webhook': `id: dies-here-webhook, kind: github-webhook, of: loops-here-github, secret: '\${SECRET}'`,
  ingest: 'id: throws-here-ingest, kind: ingest',
}

test('T-C21 however the collector of a source misbehaves, it fails alone', SLOW, async () => {
  const { backstage, ...others } = MISBEHAVING
  const { cwd, db, env } = anOrganisation(
    [files('first', './one'), ...Object.values(others), 'id: last, kind: ingest'],
    `[{ ${backstage} }]`,
  )
  const { status, stderr } = await runCli(['collect'], { cwd, env })
  expect(status).toBe(1)
  expect(stderr).not.toContain(ENVIRONMENT.SECRET)
  expect(await listRuns(db)).toEqual([
    'first ok',
    FULL,
    `catalog failed catalog: left by itself with status 3; ${KEPT}`,
    `loops-here-github failed loops-here-github: ${SILENT}`,
    'rejects-here-git failed TypeError: a promise that nobody waits for',
    `exits-here-argocd failed exits-here-argocd: left by itself with status 0; ${KEPT}`,
    'throws-here-surveys failed TypeError: a bug of the collector',
    `dies-here-requests failed dies-here-requests: was ended by SIGKILL; ${KEPT}`,
    FULL,
    `spins-here-jira failed spins-here-jira: ${SILENT}`,
    'rejects-here-pagerduty failed TypeError: a promise that nobody waits for',
    `exits-here-opsgenie failed exits-here-opsgenie: left by itself with status 0; ${KEPT}`,
    `dies-here-webhook failed dies-here-webhook: was ended by SIGKILL; ${KEPT}`,
    'throws-here-ingest failed TypeError: a bug of the collector',
    'last ok',
  ])
})

test('what is said of a run is what is recorded of it', SLOW, async () => {
  const { cwd, env } = anOrganisation([files('exits-here', './one')])
  const { stderr } = await runCli(['collect'], { cwd, env })
  expect(stderr.replace(/[\d.]+ s$/m, '… s')).toBe(
    `exits-here: failed, 0 records read, 0 rows changed, … s\n  exits-here: left by itself with status 0; ${KEPT}\n`,
  )
})

test(
  'pages stored before it misbehaved are kept, and the next run goes on from them',
  SLOW,
  async () => {
    const { cwd, db, env } = anOrganisation([files('dies-later', './two')])
    await runCli(['collect'], { cwd, env })
    expect([await listTeams(db), await listServices(db)]).toEqual([[], ['basket-api']])
    const cursors = await db.selectFrom('cursors').selectAll().execute()
    const { stderr } = await runCli(['collect'], { cwd })
    expect(stderr).toContain('dies-later: ok, 1 record read, 1 row changed')
    expect([await listTeams(db), await listServices(db)]).toEqual([['search'], ['basket-api']])
    expect(await db.selectFrom('cursors').selectAll().execute()).toEqual(
      expect.arrayContaining(cursors),
    )
  },
)

test('the worker goes on to the next source, and scores', SLOW, async () => {
  const { cwd, db, env } = anOrganisation([files('loops-later', './one'), files('sound', './two')])
  const { child, hasSaid, ended } = startCli(['worker'], { cwd, env })
  await hasSaid(/scored/)
  child.kill('SIGTERM')
  const { status, stderr } = await ended
  expect(status).toBe(0)
  expect(stderr).toContain(
    `warn worker: loops-later: failed, 0 rows changed, 0 in quarantine: loops-later: ${SILENT}\n`,
  )
  expect(await listRuns(db)).toEqual([`loops-later failed loops-later: ${SILENT}`, 'sound ok'])
  expect(await listTeams(db)).toEqual(['basket', 'search'])
})

test('a collector that is slow is let alone as long as it is given something', SLOW, async () => {
  const { cwd, db, env } = anOrganisation([files('plods-later', './one')])
  expect(await runCli(['collect'], { cwd, env })).toMatchObject({ status: 0 })
  expect(await listRuns(db)).toEqual(['plods-later ok'])
})

/** The process of the collector that misbehaves, once it does. */
async function findMisbehaving(cwd: string): Promise<number> {
  const file = join(cwd, 'misbehaving.pid')
  await expect.poll(() => existsSync(file), SLOW).toBe(true)
  const pid = Number(readFileSync(file, 'utf8'))
  onTestFinished(() => {
    if (isProcessRunning(pid)) process.kill(pid, 'SIGKILL')
  })
  return pid
}

test('what it is told to read anew it does', SLOW, async () => {
  const { cwd } = anOrganisation([files('sound', './one')])
  const said: string[] = []
  for (const args of [[], [], ['--anew']]) {
    const { stderr } = await runCli(['collect', ...args], { cwd })
    said.push(stderr.replace(/[\d.]+ s\n$/, '… s'))
  }
  expect(said).toEqual([
    'sound: ok, 1 record read, 1 row changed, … s',
    'sound: ok, 0 records read, 0 rows changed, … s',
    'sound: ok, 1 record read, 0 rows changed, … s',
  ])
})

/** A command that waits at its first source, until `goOn`. */
async function startWaiting(sources: readonly string[]) {
  const project = anOrganisation(sources)
  const { cwd, db } = project
  const { ended } = startCli(['collect'], project)
  const pid = await findMisbehaving(cwd)
  return {
    ...project,
    ended,
    pid,
    goOn: () => writeFileSync(join(cwd, 'go-on'), ''),
    /** As another that holds the first for dead. */
    takeLeaseOver: () =>
      acquireLease(db, { name: 'jobs', owner: 'second', now: new Date(), dead: 1 }),
  }
}

const TAKEN_OVER = { status: 1, stderr: 'the lease "jobs" was taken over by another\n' }

test('a run whose lease was taken over stores nothing', SLOW, async () => {
  const { db, ended, goOn, takeLeaseOver } = await startWaiting([files('waits-first', './one')])
  await takeLeaseOver()
  goOn()
  expect(await ended).toMatchObject(TAKEN_OVER)
  expect(await listTeams(db)).toEqual([])
})

test('whoever lost the lease closes no run: it may be of another by now', SLOW, async () => {
  const { db, ended, pid, takeLeaseOver } = await startWaiting([files('waits-first', './one')])
  await takeLeaseOver()
  process.kill(pid, 'SIGKILL')
  expect(await ended).toMatchObject(TAKEN_OVER)
  expect(await listRuns(db)).toEqual(['waits-first running'])
})

test('a configuration that became faulty meanwhile is told as that', SLOW, async () => {
  const sources = [files('waits-first', './one'), files('sound', './two')]
  const { cwd, db, ended, goOn } = await startWaiting(sources)
  writeFileSync(join(cwd, 'desirepath.yaml'), 'organisation: {}')
  goOn()
  expect(await ended).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('organisation.name: is missing'),
  })
  expect(await listRuns(db)).toEqual(['waits-first ok'])
})

test('a process that cannot be started fails the run of its source', SLOW, async () => {
  const { cwd, db, env } = anOrganisation([files('sound', './one')])
  const { status } = await runCli(['collect'], { cwd, env: { ...env, NODE_AT: '/nowhere/node' } })
  expect(status).toBe(1)
  expect(await listRuns(db)).toEqual([
    'sound failed sound: its process could not be started: spawn /nowhere/node ENOENT',
  ])
})

test.each(['loops', 'plods'])(
  'asked to stop, a collector that %s and does not hear is killed',
  SLOW,
  async (way) => {
    const { cwd, db, env } = anOrganisation([
      files(`${way}-here`, './one'),
      files('never', './two'),
    ])
    const { child, ended } = startCli(['collect'], { cwd, env })
    const pid = await findMisbehaving(cwd)
    child.kill('SIGTERM')
    const { status, stderr } = await ended
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/\nstopped; the next run goes on from here\n$/),
    })
    expect(isProcessRunning(pid)).toBe(false)
    expect(await listRuns(db)).toEqual([
      `${way}-here failed ${way}-here: stopped; the next run goes on`,
    ])
    // It is free.
    await acquireLease(db, { name: 'jobs', owner: 'next', now: new Date() })
  },
)

test.each(['loops', 'spins'])(
  'a collector that %s ends with whoever started it',
  SLOW,
  async (way) => {
    const { cwd, env } = anOrganisation([files(`${way}-here`, './one')])
    const { child, ended } = startCli(['collect'], { cwd, env })
    const pid = await findMisbehaving(cwd)
    child.kill('SIGKILL')
    await ended
    await expect.poll(() => isProcessRunning(pid), SLOW).toBe(false)
  },
)
