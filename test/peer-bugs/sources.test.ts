import { expect, test } from 'vitest'
import { runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { SourceError } from '#lib/errors.ts'
import { measure } from '#scorecards/measure.ts'
import { totalAdoptionRate } from '#scorecards/metrics/total-adoption-rate.ts'
import { aCollector, aPage, context, type Step } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { aContext, aTeam } from '#test/support/metrics.ts'

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
