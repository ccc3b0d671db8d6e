import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '#db/connection.ts'
import { acquireLease } from '#db/leases.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { insertReceived } from '#db/received-events.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { aFolder, CLI_TIMEOUT_MS, runCli, startCli } from '#test/support/cli.ts'

const SLOW = { timeout: CLI_TIMEOUT_MS }

/** One source that is due once a day and one that is read when asked. */
function aProject(): { cwd: string; db: Database } {
  const cwd = aFolder({
    'desirepath.yaml': `organisation: { name: Acme }
sources:
  - { id: daily, kind: files, path: ./daily, every: 1d }
  - { id: asked, kind: files, path: ./asked }
`,
    'daily/teams.csv': 'id,name\nbasket,Basket\n',
    'asked/teams.csv': 'id,name\nsearch,Search\n',
  })
  const db = openDatabase(join(cwd, 'data/desirepath.db'))
  onTestFinished(() => db.destroy())
  return { cwd, db }
}

/** Source and status of each run, in the order of sources. */
async function listRuns(db: Database): Promise<string[]> {
  const runs = await db
    .selectFrom('collector_runs')
    .select(['source_id', 'status'])
    .orderBy('source_id')
    .execute()
  return runs.map(({ source_id, status }) => `${source_id} ${status}`)
}

const countScorings = async (db: Database) =>
  (await db.selectFrom('scoring_runs').select('run').execute()).length

test(
  'what was never read is read and scored at the start; a signal ends it in order',
  SLOW,
  async () => {
    const { cwd, db } = aProject()
    const { child, hasSaid, ended } = startCli(['worker'], { cwd })
    await hasSaid(/scored/)
    child.kill('SIGTERM')
    const { status, stdout, stderr } = await ended
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
    const lines = stderr.trimEnd().split('\n')
    expect(
      lines.filter((line) => !/^\d{4}-\d\d-\d\dT[\d:.]+Z (info|warn) worker: /.test(line)),
    ).toEqual([])
    expect(lines.at(-1)).toContain('stopped')
    expect([await listRuns(db), await countScorings(db)]).toEqual([['asked ok', 'daily ok'], 1])
  },
)

test('a signal to the launcher ends it in order, too', SLOW, async () => {
  const { cwd } = aProject()
  const script = resolve('bin/desirepath.mjs')
  const { child, hasSaid, ended } = startCli(['worker'], { cwd, script })
  await hasSaid(/scored/)
  child.kill('SIGTERM')
  const { status, stderr } = await ended
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('stopped') })
})

test('started again, it does only what is due', SLOW, async () => {
  const { cwd, db } = aProject()
  await runCli(['collect', 'asked'], { cwd })
  await runCli(['score'], { cwd })
  const { child, hasSaid, ended } = startCli(['worker'], { cwd })
  await hasSaid(/scored/)
  child.kill('SIGINT')
  expect((await ended).status).toBe(0)
  expect([await listRuns(db), await countScorings(db)]).toEqual([['asked ok', 'daily ok'], 2])
})

test(
  'where another engine had scored, it scores at once, though nothing else is due',
  SLOW,
  async () => {
    const { cwd, db } = aProject()
    await runCli(['collect'], { cwd })
    await runCli(['score'], { cwd })
    await db.updateTable('scoring_runs').set({ engine_version: '0.0.1' }).execute()
    const { child, hasSaid, ended } = startCli(['worker'], { cwd })
    await hasSaid(/scored/)
    child.kill('SIGTERM')
    await ended
    const runs = await db
      .selectFrom('scoring_runs')
      .select('engine_version')
      .orderBy('run')
      .execute()
    expect(runs.map(({ engine_version }) => engine_version)).toEqual(['0.0.1', ENGINE_VERSION])
    expect(await listRuns(db)).toEqual(['asked ok', 'daily ok'])
  },
)

test('where the same engine has scored all there is, it leaves that alone', SLOW, async () => {
  const { cwd, db } = aProject()
  await runCli(['collect'], { cwd })
  await runCli(['score'], { cwd })
  const { child, hasSaid, ended } = startCli(['worker'], { cwd })
  await hasSaid(/started/)
  await sleep(5000)
  child.kill('SIGTERM')
  expect((await ended).stderr).not.toContain('scored')
  expect(await countScorings(db)).toBe(1)
})

test('what a person collected is scored', SLOW, async () => {
  const { cwd, db } = aProject()
  await runCli(['score'], { cwd })
  await runCli(['collect'], { cwd })
  const { child, hasSaid, ended } = startCli(['worker'], { cwd })
  await hasSaid(/scored/)
  child.kill('SIGTERM')
  await ended
  expect([await listRuns(db), await countScorings(db)]).toEqual([['asked ok', 'daily ok'], 2])
})

test('of two workers at once only one reads', SLOW, async () => {
  const { cwd, db } = aProject()
  await migrateToLatest(db)
  const workers = [1, 2].map(() => startCli(['worker'], { cwd }))
  await Promise.all(workers.map(({ hasSaid }) => hasSaid(/started/)))
  await Promise.any(workers.map(({ hasSaid }) => hasSaid(/scored/)))
  for (const { child } of workers) child.kill('SIGTERM')
  const results = await Promise.all(workers.map(({ ended }) => ended))
  expect(results.map(({ status }) => status)).toEqual([0, 0])
  expect(await listRuns(db)).toEqual(['asked ok', 'daily ok'])
})

test('while another holds the lease it says who, and reads nothing', SLOW, async () => {
  const { cwd, db } = aProject()
  await migrateToLatest(db)
  const owner = 'worker, process 1 on elsewhere'
  await acquireLease(db, { name: 'jobs', owner, now: new Date() })
  const { child, hasSaid, ended } = startCli(['worker'], { cwd })
  await hasSaid(/worker, process 1 on elsewhere is at work/)
  child.kill('SIGTERM')
  expect((await ended).status).toBe(0)
  expect([await listRuns(db), await countScorings(db)]).toEqual([[], 0])
})

test('a faulty configuration is told, and read again when its turn comes', SLOW, async () => {
  const cwd = aFolder({ 'desirepath.yaml': 'organisation: {}' })
  const { child, hasSaid, ended } = startCli(['worker'], { cwd })
  await hasSaid(/warn worker: .*desirepath\.yaml:1:15: organisation\.name: is missing/)
  child.kill('SIGTERM')
  expect((await ended).status).toBe(0)
})

test('a source whose events cannot be read is tried again with the next minute', SLOW, async () => {
  const cwd = aFolder({
    'desirepath.yaml': `organisation: { name: Acme }
sources:
  - { id: ci, kind: ingest, every: 1d }
`,
  })
  const db = openDatabase(join(cwd, 'data/desirepath.db'))
  onTestFinished(() => db.destroy())
  await runCli(['collect'], { cwd })
  await runCli(['score'], { cwd })
  // Nobody can read it: a bug, as far as the worker knows.
  const event = {
    source_id: 'ci',
    event_id: 'a',
    kind: 'cloudevent',
    type: 'x',
    body: '{',
  } as const
  await insertReceived(db, [event], new Date())
  const { child, hasSaid, ended } = startCli(['worker'], { cwd })
  await hasSaid(/ci: failed/)
  // It looks every three seconds.
  await sleep(7000)
  child.kill('SIGTERM')
  await ended
  const failures = (await listRuns(db)).filter((run) => run === 'ci failed')
  // Unless a minute began meanwhile.
  expect(failures.length).toBeLessThanOrEqual(2)
})
