import { expect, test } from 'vitest'
import {
  closeAbandonedRuns,
  findLastCollection,
  finishCollectorRun,
  listLastStarts,
  startCollectorRun,
} from '#db/collector-runs.ts'
import type { Database } from '#db/connection.ts'
import { testDatabase } from '#test/support/database.ts'

const at = (time: string) => new Date(`2026-03-02T${time}Z`)

const start = (db: Database, sourceId: string, time: string) =>
  startCollectorRun(db, { sourceId, startedAt: at(time) })

async function run(
  db: Database,
  [sourceId, from, to]: [string, string, string],
  status: 'ok' | 'partial' | 'failed',
): Promise<void> {
  await finishCollectorRun(db, await start(db, sourceId, from), {
    status,
    finished_at: at(to).toISOString(),
    read_count: 0,
    changed_count: 0,
    quarantined_count: 0,
    error: null,
  })
}

test('the last start of a source counts, failed or not', async () => {
  const db = await testDatabase()
  await run(db, ['clones', '08:00:00', '08:30:00'], 'ok')
  await run(db, ['clones', '09:00:00', '09:30:00'], 'failed')
  await start(db, 'desk', '07:00:00')
  expect(await listLastStarts(db)).toEqual(
    new Map([
      ['clones', at('09:00:00')],
      ['desk', at('07:00:00')],
    ]),
  )
})

test('the last collection is the end of the last run that did not fail as a whole', async () => {
  const db = await testDatabase()
  await run(db, ['clones', '08:00:00', '08:30:00'], 'ok')
  await run(db, ['desk', '08:00:00', '08:45:00'], 'partial')
  await run(db, ['clones', '09:00:00', '09:30:00'], 'failed')
  await start(db, 'clones', '10:00:00')
  expect(await findLastCollection(db)).toEqual(at('08:45:00'))
})

test('before the first run nothing started and nothing was collected', async () => {
  const db = await testDatabase()
  expect(await listLastStarts(db)).toEqual(new Map())
  expect(await findLastCollection(db)).toBeUndefined()
})

test('closing what was left behind touches no other source and no run that ended', async () => {
  const db = await testDatabase()
  await run(db, ['clones', '08:00:00', '08:30:00'], 'ok')
  await start(db, 'clones', '09:00:00')
  await start(db, 'desk', '09:00:00')
  await closeAbandonedRuns(db, 'clones', at('10:00:00'))
  const runs = await db
    .selectFrom('collector_runs')
    .select(['source_id', 'status', 'finished_at'])
    .orderBy('source_id')
    .orderBy('started_at')
    .execute()
  expect(runs).toEqual([
    { source_id: 'clones', status: 'ok', finished_at: at('08:30:00').toISOString() },
    { source_id: 'clones', status: 'failed', finished_at: at('10:00:00').toISOString() },
    { source_id: 'desk', status: 'running', finished_at: null },
  ])
})
