import { expect, test } from 'vitest'
import type { Collector } from '#collectors/collector.ts'
import { runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { SourceError } from '#lib/errors.ts'
import {
  aCollector,
  aPage,
  context,
  countSigns,
  MONDAY,
  type Step,
} from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'

const SUNDAY = new Date('2026-10-04T00:00:00Z')

const run = (db: Database, steps: readonly Step[], configuration?: unknown) =>
  runCollector(db, aCollector(steps, configuration).collector, context)

const listTeams = async (db: Database) =>
  (await db.selectFrom('teams').select('id').orderBy('id').execute()).map(({ id }) => id)

test('keeps what it can read, and the rest in quarantine with place and reason', async () => {
  const db = await testDatabase()
  const outcome = await run(db, [aPage(['payments', 7, 'search'])])

  expect(outcome).toEqual({ status: 'partial', read: 3, changed: 2, quarantined: 1, error: null })
  expect(await listTeams(db)).toEqual(['payments', 'search'])
  expect(await db.selectFrom('quarantine').selectAll().execute()).toEqual([
    {
      source_id: 'people-system',
      scope: 'entity:teams',
      position: 'line 2',
      record: '7',
      reason: 'Invalid input: expected string, received number',
      observed_at: '2026-10-05T12:00:00.000Z',
    },
  ])
})

test('a second reading from the beginning forgets what the first could not read', async () => {
  const db = await testDatabase()
  await run(db, [aPage(['payments', 7])])
  await run(db, [aPage(['payments', 'seven'], { begins: true })])
  expect(await db.selectFrom('quarantine').selectAll().execute()).toEqual([])
})

test('reading the same again changes nothing', async () => {
  const db = await testDatabase()
  await run(db, [aPage(['payments', 'search'])])
  const again = await run(db, [aPage(['payments', 'search'])])
  expect(again).toMatchObject({ status: 'ok', read: 2, changed: 0 })
})

test('goes on from the cursors of its pages, also after a failure', async () => {
  const db = await testDatabase()
  const broken = new SourceError('people-system', 'refused the connection')
  const outcome = await run(db, [aPage(['payments'], { cursor: { line: 1 } }), broken])
  expect(outcome).toMatchObject({
    status: 'failed',
    changed: 1,
    error: 'people-system: refused the connection',
  })

  const { collector, given } = aCollector([])
  await runCollector(db, collector, context)
  expect(given).toEqual([{ 'entity:teams': { line: 1 } }])
  expect(await listTeams(db)).toEqual(['payments'])
})

test('another configuration starts without cursors', async () => {
  const db = await testDatabase()
  await run(db, [aPage(['payments'])])
  const { collector, given } = aCollector([], 'with a new filter')
  await runCollector(db, collector, context)
  expect(given).toEqual([{}])
})

test('a page that cannot be stored leaves nothing of itself', async () => {
  const db = await testDatabase()
  const { collector } = aCollector([aPage(['payments'], { covers: { from: SUNDAY, to: MONDAY } })])
  const failing: Collector<string> = {
    ...collector,
    async save(...page) {
      await collector.save(...page)
      throw new SourceError('people-system', 'disk full')
    },
  }
  await runCollector(db, failing, context)

  expect(await listTeams(db)).toEqual([])
  expect(await db.selectFrom('cursors').selectAll().execute()).toEqual([])
  expect(await db.selectFrom('coverage').selectAll().execute()).toEqual([])
})

test('a guard that refuses stops the page', async () => {
  const db = await testDatabase()
  const { collector } = aCollector([aPage(['payments'])])
  const outcome = await runCollector(db, collector, context, async () => {
    throw new SourceError('people-system', 'another worker took over')
  })
  expect(outcome.status).toBe('failed')
  expect(await listTeams(db)).toEqual([])
})

test('each page gives a sign of life before it is stored and after', async () => {
  const db = await testDatabase()
  expect(await countSigns(() => run(db, [aPage(['payments']), aPage(['search'])]))).toBe(4)
})

test('one scope that fails leaves the others, and the run says so', async () => {
  const db = await testDatabase()
  const outcome = await run(db, [
    { scope: 'repository:gone', failure: new SourceError('people-system', 'no such folder') },
    aPage(['payments']),
  ])
  expect(outcome).toMatchObject({
    status: 'partial',
    changed: 1,
    error: 'people-system: no such folder',
  })
  expect(await listTeams(db)).toEqual(['payments'])
})

test('a bug is recorded, and not swallowed', async () => {
  const db = await testDatabase()
  await expect(run(db, [new TypeError('undefined is not a team')])).rejects.toThrow(TypeError)
  const runs = await db.selectFrom('collector_runs').select(['status', 'error']).execute()
  expect(runs).toEqual([{ status: 'failed', error: 'TypeError: undefined is not a team' }])
})

test('a run that died is closed by the next, which says what happened', async () => {
  const db = await testDatabase()
  await db
    .insertInto('collector_runs')
    .values({
      id: 'dead',
      source_id: 'people-system',
      started_at: '2026-10-04T12:00:00.000Z',
      finished_at: null,
      status: 'running',
      read_count: 0,
      changed_count: 0,
      quarantined_count: 0,
      error: null,
    })
    .execute()
  await run(db, [])
  const dead = await db
    .selectFrom('collector_runs')
    .select(['status', 'finished_at', 'error'])
    .where('id', '=', 'dead')
    .executeTakeFirst()
  expect(dead).toEqual({
    status: 'failed',
    finished_at: '2026-10-05T12:00:00.000Z',
    error: 'ended before it was finished; pages stored until then were kept',
  })
})

test('coverage is written with the page that completes it, and only then', async () => {
  const db = await testDatabase()
  const covers = { from: SUNDAY, to: MONDAY }
  await run(db, [aPage(['payments']), aPage(['search'], { covers })])
  await run(db, [new SourceError('people-system', 'gone')])

  const coverage = await db.selectFrom('coverage').selectAll().execute()
  expect(coverage).toEqual([
    {
      source_id: 'people-system',
      scope: 'entity:teams',
      covered_from: '2026-10-04T00:00:00.000Z',
      covered_to: '2026-10-05T12:00:00.000Z',
      observed_at: '2026-10-05T12:00:00.000Z',
    },
  ])
})
