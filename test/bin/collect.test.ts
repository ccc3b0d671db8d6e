import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '#db/connection.ts'
import { acquireLease, releaseLease } from '#db/leases.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { aFolder, CLI_TIMEOUT_MS, runCli, startCli } from '#test/support/cli.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

const TEAMS = 'id,name\nbasket,Basket\nsearch,Search\n'

/** An organisation with these sources, each a line of YAML. */
const configure = (...sources: string[]) =>
  ['organisation: { name: Acme }', 'sources:', ...sources.map((source) => `  - ${source}`)].join(
    '\n',
  )

const files = (id: string, path: string) =>
  `{ id: ${id}, kind: files, path: ${path}, covers: { from: 2026-01-01, to: 2026-02-01 } }`

/** Opened beside the command, and closed after the test. */
function open(file: string): Database {
  const db = openDatabase(file)
  onTestFinished(() => db.destroy())
  return db
}

const openIn = (folder: string) => open(join(folder, 'data/desirepath.db'))

async function listTeams(db: Database): Promise<string[]> {
  const teams = await db.selectFrom('teams').select('id').orderBy('id').execute()
  return teams.map(({ id }) => id)
}

test('a source that fails says why and does not stop the others', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': configure(files('gone', './gone'), files('here', './here')),
    'here/teams.csv': TEAMS,
  })
  const { status, stderr } = await runCli(['collect'], { cwd })
  expect(status).toBe(1)
  expect(stderr.replaceAll(/[\d.]+ s$/gm, '… s').split('\n')).toEqual([
    'gone: failed, 0 records read, 0 rows changed, … s',
    `  gone: the folder ${cwd}/gone cannot be read`,
    'here: ok, 2 records read, 2 rows changed, … s',
    '',
  ])
  expect(await listTeams(openIn(cwd))).toEqual(['basket', 'search'])
})

test('a record that cannot be read makes the run partial, which is no failure', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': configure(files('here', './here')),
    'here/teams.csv': `${TEAMS},Nameless\n`,
  })
  const { status, stderr } = await runCli(['collect'], { cwd })
  expect({ status, stderr: stderr.replace(/[\d.]+ s\n/, '') }).toEqual({
    status: 0,
    stderr:
      'here: partial, 3 records read, 2 rows changed, 1 in quarantine (see npx desirepath doctor), ',
  })
})

test('only the sources that are named are read', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': configure(files('a', './a'), files('b', './b')),
    'a/teams.csv': 'id,name\na,A\n',
    'b/teams.csv': 'id,name\nb,B\n',
  })
  expect(await runCli(['collect', 'b'], { cwd })).toMatchObject({ status: 0 })
  expect(await listTeams(openIn(cwd))).toEqual(['b'])
  expect(await runCli(['collect', 'b', 'c'], { cwd })).toMatchObject({
    status: 1,
    stderr: 'no source "c": configured are a, b\n',
  })
})

test('collecting again changes nothing', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': configure(files('here', './here')),
    'here/teams.csv': TEAMS,
  })
  await runCli(['collect'], { cwd })
  const db = openIn(cwd)
  const before = await db.selectFrom('teams').selectAll().orderBy('id').execute()
  expect((await runCli(['collect'], { cwd })).stderr).toContain('0 rows changed')
  expect(await db.selectFrom('teams').selectAll().orderBy('id').execute()).toEqual(before)
})

test('while another is at work it says who, or waits when told to', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': configure(files('here', './here')),
    'here/teams.csv': TEAMS,
  })
  const db = openIn(cwd)
  await migrateToLatest(db)
  const owner = 'worker, process 1 on elsewhere'
  const lease = await acquireLease(db, { name: 'jobs', owner, now: new Date() })
  for (const command of ['collect', 'score']) {
    const { status, stderr } = await runCli([command], { cwd })
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining(`${owner} is at work, until `),
    })
  }
  expect(await listTeams(db)).toEqual([])
  const waiting = startCli(['collect', '--wait'], { cwd })
  await releaseLease(db, lease, new Date())
  expect(await waiting.ended).toMatchObject({ status: 0 })
  expect(await listTeams(db)).toEqual(['basket', 'search'])
})

const ROWS = 60_000
const HEADERS = 'id,service_id,environment_tier,created_at,outcome'

/** Sources large enough to be interrupted, and two configurations that read them. */
function aLargeFolder(): { cwd: string; databases: Record<'whole' | 'cut', string> } {
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const minute = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString()
    // Every ten thousandth is one that cannot be read.
    return `d${index},basket,production,${index % 10_000 === 5 ? 'soon' : minute},success`
  })
  const sources = configure(files('ci', './ci'), files('owners', './owners'))
  const cwd = aFolder({
    'whole.yaml': `${sources}\ndatabase: ./whole.db`,
    'cut.yaml': `${sources}\ndatabase: ./cut.db`,
    'ci/deployments.csv': [HEADERS, ...rows, ''].join('\n'),
    'owners/teams.csv': TEAMS,
  })
  return { cwd, databases: { whole: join(cwd, 'whole.db'), cut: join(cwd, 'cut.db') } }
}

async function countDeployments(db: Database): Promise<number> {
  const { rows } = await db
    .selectFrom('deployments')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow()
  return rows
}

async function waitForRows(db: Database, atLeast: number): Promise<void> {
  while ((await countDeployments(db)) < atLeast) await sleep(2)
}

/** Everything stored, but for when it was. */
async function listStored(db: Database): Promise<Record<string, unknown[]>> {
  const stored: Record<string, unknown[]> = {}
  for (const table of ['deployments', 'teams', 'cursors', 'coverage', 'quarantine'] as const) {
    const rows = await db.selectFrom(table).selectAll().execute()
    stored[table] = rows
      .map((row) => JSON.stringify({ ...row, observed_at: '', updated_at: '' }))
      .toSorted()
  }
  return stored
}

test(
  'killed again and again, it goes on at once and ends as an undisturbed run does',
  SLOW,
  async () => {
    const { cwd, databases } = aLargeFolder()
    const db = open(databases.cut)
    await migrateToLatest(db)
    const seen: number[] = []
    for (const rows of [1, 10_000, 25_000]) {
      const { child, ended } = startCli(['collect', '--config', 'cut.yaml'], { cwd })
      await waitForRows(db, rows)
      child.kill('SIGKILL')
      expect((await ended).status).toBeNull()
      seen.push(await countDeployments(db))
    }
    // Each was killed halfway.
    expect(seen.every((rows) => rows > 0 && rows < ROWS - 6)).toBe(true)
    expect(await runCli(['collect', '--config', 'cut.yaml'], { cwd })).toMatchObject({ status: 0 })
    expect(await runCli(['collect', '--config', 'whole.yaml'], { cwd })).toMatchObject({
      status: 0,
    })
    const stored = await listStored(db)
    expect(stored).toEqual(await listStored(open(databases.whole)))
    expect([stored['deployments']?.length, stored['quarantine']?.length]).toEqual([ROWS - 6, 6])
  },
)

test('asked to stop, it keeps whole pages, gives the lease back and says so', SLOW, async () => {
  const { cwd, databases } = aLargeFolder()
  const db = open(databases.cut)
  await migrateToLatest(db)
  const { child, ended } = startCli(['collect', '--config', 'cut.yaml'], { cwd })
  await waitForRows(db, 1)
  child.kill('SIGTERM')
  const { status, stderr } = await ended
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringContaining('stopped; the next run goes on'),
  })
  const runs = await db.selectFrom('collector_runs').select(['source_id', 'status']).execute()
  expect(runs).toEqual([{ source_id: 'ci', status: 'failed' }])
  const next = await acquireLease(db, { name: 'jobs', owner: 'next', now: new Date() })
  await releaseLease(db, next, new Date())
  expect(await runCli(['collect', '--config', 'cut.yaml'], { cwd })).toMatchObject({ status: 0 })
  expect(await countDeployments(db)).toBe(ROWS - 6)
})
