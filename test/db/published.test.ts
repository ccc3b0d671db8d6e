import { expect, test } from 'vitest'
import { listStandingStates, writeStates } from '#db/adoption-states.ts'
import type { Database } from '#db/connection.ts'
import { listLedgers, writeLedgers } from '#db/ledgers.ts'
import { findMeasurementRow, writeMeasurements } from '#db/measurements.ts'
import { discardUnpublished, findPublishedRun, publishRun } from '#db/published.ts'
import { insertScoringRun } from '#db/scoring-runs.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aMeasurement, aRegion, aRun, aState } from '#test/support/published.ts'

const AS_OF = new Date(day('2026-03-02'))
const LEDGER = { kind: 'work', pathId: 'http-service' }

/** A state of payments, a measurement and a sample, each of which is another in every run. */
async function write(db: Database, run: number): Promise<void> {
  await insertScoringRun(db, aRun())
  const scope = { pathId: 'http-service', teamIds: ['payments'] }
  await writeStates(db, run, scope, [aState({ state: `state ${run}` })])
  const region = aRegion([day('2026-03-02')])
  await writeMeasurements(db, run, region, [aMeasurement({ value: run / 10 })])
  await writeLedgers(db, run, LEDGER, new Map([['unit:checkout', Uint8Array.of(run)]]))
}

/** What readers see: state, value and sample. */
async function read(db: Database): Promise<unknown[]> {
  const subject = { metricId: 'ADO-02', pathId: 'http-service' }
  return [
    (await listStandingStates(db, { asOf: AS_OF })).map(({ state }) => state),
    (await findMeasurementRow(db, subject, AS_OF))?.value,
    [...(await listLedgers(db, LEDGER)).values()].map((bytes) => [...bytes]),
  ]
}

test('nothing that a run wrote is seen before it is published, and then all of it', async () => {
  const db = await testDatabase()
  await write(db, 1)
  expect(await findPublishedRun(db)).toBe(0)
  expect(await read(db)).toEqual([[], undefined, []])
  await publishRun(db, 1)
  expect(await findPublishedRun(db)).toBe(1)
  expect(await read(db)).toEqual([['state 1'], 0.1, [[1]]])
})

test('what a run replaces or withdraws is seen until that run is published', async () => {
  const db = await testDatabase()
  await write(db, 1)
  await publishRun(db, 1)
  await write(db, 2)
  expect(await read(db)).toEqual([['state 1'], 0.1, [[1]]])
  await publishRun(db, 2)
  expect(await read(db)).toEqual([['state 2'], 0.2, [[2]]])

  await writeStates(db, 3, { pathId: 'http-service', teamIds: ['payments'] }, [])
  await writeMeasurements(db, 3, aRegion([day('2026-03-02')]), [])
  await writeLedgers(db, 3, LEDGER, new Map([['unit:checkout', null]]))
  expect(await read(db)).toEqual([['state 2'], 0.2, [[2]]])
  await publishRun(db, 3)
  expect(await read(db)).toEqual([[], undefined, []])
})

test('of a run that died nothing is left, and what it closed stands again', async () => {
  const db = await testDatabase()
  await write(db, 1)
  await publishRun(db, 1)
  const dump = async () =>
    Promise.all(
      (['adoption_states', 'measurements', 'ledgers'] as const).map((table) =>
        db.selectFrom(table).selectAll().execute(),
      ),
    )
  const before = await dump()
  await write(db, 2)
  await discardUnpublished(db)
  expect(await dump()).toEqual(before)

  // The next run writes and closes as if the other had never been.
  await write(db, 3)
  await publishRun(db, 3)
  expect(await read(db)).toEqual([['state 3'], 0.3, [[3]]])
})

test('of a first run that died nothing is left', async () => {
  const db = await testDatabase()
  await write(db, 1)
  await discardUnpublished(db)
  expect(await db.selectFrom('adoption_states').selectAll().execute()).toEqual([])
  expect(await db.selectFrom('measurements').selectAll().execute()).toEqual([])
  expect(await db.selectFrom('ledgers').selectAll().execute()).toEqual([])
})

test('what was published is not discarded, nor is what it replaced', async () => {
  const db = await testDatabase()
  await write(db, 1)
  await publishRun(db, 1)
  await write(db, 2)
  await publishRun(db, 2)
  await discardUnpublished(db)
  const rows = await db
    .selectFrom('adoption_states')
    .select(['state', 'from_run', 'to_run'])
    .orderBy('from_run')
    .execute()
  expect(rows).toEqual([
    { state: 'state 1', from_run: 1, to_run: 2 },
    { state: 'state 2', from_run: 2, to_run: null },
  ])
})
