import { expect, test } from 'vitest'
import { runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { SourceError } from '#lib/errors.ts'
import { measure } from '#scorecards/measure.ts'
import { totalAdoptionRate } from '#scorecards/metrics/total-adoption-rate.ts'
import { scoreAll } from '#scorecards/run.ts'
import { addPath, addService, addTeam } from '#test/support/adoption.ts'
import { aCollector, aPage, context, type Step } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { collectFolder, testFolder, writeIn } from '#test/support/files.ts'
import { aContext, aTeam } from '#test/support/metrics.ts'
import { figureOf, servedDatabase } from '#test/support/served.ts'

/** Runs a collector, and tells which cursors it was given. */
async function run(db: Database, steps: readonly Step[], configuration?: unknown) {
  const { collector, given } = aCollector(steps, configuration)
  return { outcome: await runCollector(db, collector, context), given: given[0] }
}

const listTeams = async (db: Database) =>
  (await db.selectFrom('teams').select('id').orderBy('id').execute()).map(({ id }) => id)

const page = (names: readonly string[], cursor: number, begins = false) =>
  aPage(names, { cursor, begins })

test('T-B09 a full reading that is refused on its third page takes no row away, and has failed', async () => {
  const db = await testDatabase()
  await run(db, [page(['delivery', 'payments', 'search'], 3)])
  const refused = new SourceError('people-system', 'answered 429 Too Many Requests')

  const { outcome } = await run(db, [page(['delivery'], 1, true), page(['payments'], 2), refused])

  expect(outcome).toMatchObject({
    status: 'failed',
    error: 'people-system: answered 429 Too Many Requests',
  })
  expect(await listTeams(db)).toEqual(['delivery', 'payments', 'search'])
  // The next one goes on from the last page that was stored.
  expect((await run(db, [])).given).toEqual({ 'entity:teams': 2 })
})

test('T-B09 what could not be read is unknown with bounds, and never left out for a better share', () => {
  // 28 of 40 had adopted; ten can no longer be read, seven of them adopters.
  const teams = Array.from({ length: 40 }, (_, index) => {
    const state = index < 21 ? 'adopted' : index < 30 ? 'eligible' : 'unknown'
    return aTeam({ team: `team-${index}`, state })
  })
  expect(measure(totalAdoptionRate, { teams }, aContext())).toMatchObject({
    numerator: 21,
    denominator: 30,
    nUnknown: 10,
    bounds: { low: 21 / 40, high: 31 / 40 },
    status: 'source_partial',
    band: 'insufficient',
  })
})

test('T-B10 a changed filter starts again, and ends with what a full reading says', async () => {
  const db = await testDatabase()
  await run(db, [page(['payments'], 7)], { filter: 'pay*' })
  const all = [page(['delivery', 'payments'], 2, true)]
  const { given } = await run(db, all, { filter: '*' })
  expect(given).toEqual({})

  const fresh = await testDatabase()
  await run(fresh, all, { filter: '*' })
  expect(await listTeams(db)).toEqual(await listTeams(fresh))
})

const ALL_YEAR = { from: '2025-10-06T00:00:00Z' }

/** A service whose deployments are told by files, one on each of these instants. */
async function aPipeline() {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db)
  await addTeam(db, 'checkout')
  await addService(db, 'basket', { team: 'checkout' })
  const folder = testFolder()
  const write = (instants: readonly string[]) =>
    writeIn(
      folder,
      'deployments.csv',
      [
        'id,service_id,environment_tier,created_at,finished_at,outcome',
        ...instants.map(toLine),
        '',
      ].join('\n'),
    )
  const toLine = (at: string) => `${at},basket,production,${at},${at},success`
  const collectOn = (day: string, covers = ALL_YEAR) =>
    collectFolder(db, folder, { covers, now: new Date(`${day}T12:00:00Z`) })
  const deployed = async (day: string) => {
    await scoreAll(db, { now: new Date(`${day}T12:00:00Z`) })
    return figureOf(served, 'SPD-03', { teamId: 'checkout' }, '2026-03-02')
  }
  return { db, write, collectOn, deployed }
}

const TUESDAYS = ['2026-02-03', '2026-02-10', '2026-02-17', '2026-02-24'].map(
  (day) => `${day}T09:00:00.000Z`,
)
/** Forty hours before the reading that first has it. */
const LATE = '2026-03-01T20:00:00.000Z'

test('T-B10 an event that arrives forty hours late is there after the next reading', async () => {
  const { write, collectOn, deployed } = await aPipeline()
  write([...TUESDAYS, '2026-03-02T18:00:00.000Z'])
  await collectOn('2026-03-03')
  expect(await deployed('2026-03-03')).toMatchObject({ numerator: 4 })
  write([...TUESDAYS, '2026-03-02T18:00:00.000Z', LATE])
  expect(await collectOn('2026-03-03')).toMatchObject({ read: 1, changed: 1 })
  expect(await deployed('2026-03-03')).toMatchObject({ numerator: 5 })
})

test('T-B10 a source that is asked for more starts again, and has the figure of a full reading', async () => {
  const narrow = await aPipeline()
  narrow.write(TUESDAYS)
  await narrow.collectOn('2026-03-03', { from: '2026-02-23T00:00:00Z' })
  expect(await narrow.deployed('2026-03-03')).toMatchObject({ status: 'no_data' })
  expect(await narrow.collectOn('2026-03-03')).toMatchObject({ read: 4, changed: 0 })

  const full = await aPipeline()
  full.write(TUESDAYS)
  await full.collectOn('2026-03-03')
  expect(await narrow.deployed('2026-03-03')).toEqual(await full.deployed('2026-03-03'))
})
