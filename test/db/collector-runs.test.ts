import { expect, test } from 'vitest'
import {
  closeAbandonedRuns,
  failRun,
  findLastCollection,
  finishCollectorRun,
  forgetRuns,
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
  await closeAbandonedRuns(db, { sourceId: 'clones', now: at('10:00:00') })
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

test('a run whose process is gone fails with the reason, also when it never said that it began', async () => {
  const db = await testDatabase()
  await start(db, 'clones', '09:00:00')
  for (const sourceId of ['clones', 'desk']) {
    const failure = { sourceId, now: at('10:00:00'), error: `${sourceId}: was ended` }
    await failRun(db, { ...failure, startedAt: at('09:30:00') })
  }
  const runs = await db
    .selectFrom('collector_runs')
    .select(['source_id', 'started_at', 'finished_at', 'status', 'error'])
    .orderBy('source_id')
    .execute()
  const ended = { finished_at: at('10:00:00').toISOString(), status: 'failed' }
  expect(runs).toEqual([
    {
      source_id: 'clones',
      started_at: at('09:00:00').toISOString(),
      ...ended,
      error: 'clones: was ended',
    },
    {
      source_id: 'desk',
      started_at: at('09:30:00').toISOString(),
      ...ended,
      error: 'desk: was ended',
    },
  ])
})

test('of the runs of a source the newest are kept, and the newest of each status', async () => {
  const db = await testDatabase()
  const statuses = ['failed', 'ok', 'partial', 'failed', 'partial', 'ok', 'ok', 'ok'] as const
  for (const [hour, status] of statuses.entries()) {
    await run(db, ['ci', `0${hour}:00:00`, `0${hour}:30:00`], status)
  }
  await run(db, ['other', '00:00:00', '00:30:00'], 'ok')
  await forgetRuns(db, 'ci', 2)
  const kept = await db
    .selectFrom('collector_runs')
    .select(['source_id', 'started_at', 'status'])
    .orderBy('source_id')
    .orderBy('started_at')
    .execute()
  expect(
    kept.map((row) => `${row.source_id} ${row.started_at.slice(11, 13)} ${row.status}`),
  ).toEqual(['ci 03 failed', 'ci 04 partial', 'ci 06 ok', 'ci 07 ok', 'other 00 ok'])
})
