import { expect, test } from 'vitest'
import { finishCollectorRun, startCollectorRun } from '#db/collector-runs.ts'
import type { Database } from '#db/connection.ts'
import { saveOrganisation } from '#db/organisation.ts'
import { insertQuarantine } from '#db/quarantine.ts'
import { listRuns, listSourceHealth } from '#lib/queries/data-health.ts'
import { cover, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const NOW = new Date(day('2026-03-02'))

const configure = (db: Database, ...ids: string[]) =>
  saveOrganisation(
    db,
    { paths: [], mandates: [], sources: ids.map((id) => ({ id, kind: 'git', every: '1d' })) },
    NOW,
  )

/** A run that took a minute; one without a status goes on. */
async function addRun(
  db: Database,
  sourceId: string,
  startedAt: string,
  status?: 'ok' | 'partial' | 'failed',
): Promise<string> {
  const started = new Date(startedAt)
  const id = await startCollectorRun(db, { sourceId, startedAt: started })
  if (status === undefined) return id
  await finishCollectorRun(db, id, {
    status,
    finished_at: new Date(started.getTime() + 60_000).toISOString(),
    read_count: 12,
    changed_count: 3,
    quarantined_count: status === 'partial' ? 1 : 0,
    error: status === 'failed' ? 'refused' : null,
  })
  return id
}

test('a source is told with its last run, its last success, its reach and its quarantine', async () => {
  const db = await testDatabase()
  await configure(db, 'clones')
  await addRun(db, 'clones', '2026-02-27T08:00:00Z', 'ok')
  await addRun(db, 'clones', '2026-02-28T08:00:00Z', 'partial')
  const id = await addRun(db, 'clones', '2026-03-01T08:00:00Z', 'failed')
  await cover(db, 'repository:a', { from: '2026-01-01', to: '2026-01-10' })
  await cover(db, 'repository:a', { from: '2026-02-01', to: '2026-03-01' })
  await cover(db, 'repository:b', { from: '2026-01-01', to: '2026-02-01' })
  const refused = ['line 7', 'line 9'].map((position) => ({ position, record: 7, reason: 'no' }))
  await insertQuarantine(db, { sourceId: 'clones', scope: 'repository:a' }, refused, NOW)

  expect(await listSourceHealth(db)).toEqual([
    {
      id: 'clones',
      kind: 'git',
      every: '1d',
      lastRun: {
        id,
        sourceId: 'clones',
        startedAt: new Date('2026-03-01T08:00:00Z'),
        finishedAt: new Date('2026-03-01T08:01:00Z'),
        status: 'failed',
        readCount: 12,
        changedCount: 3,
        quarantinedCount: 0,
        error: 'refused',
      },
      lastSuccessAt: new Date('2026-02-28T08:00:00Z'),
      reaches: [new Date(day('2026-02-01')), new Date(day('2026-03-01'))],
      quarantinedCount: 2,
    },
  ])
})

test('of runs that began in one millisecond the last one is the last, wherever runs are told', async () => {
  const db = await testDatabase()
  await configure(db, 'clones')
  const statuses = ['failed', 'ok', 'partial', 'failed', 'ok', 'partial'] as const
  for (const status of statuses) await addRun(db, 'clones', '2026-03-01T08:00:00Z', status)
  const [health] = await listSourceHealth(db)
  expect(health?.lastRun?.status).toBe('partial')
  const runs = await listRuns(db, 10)
  expect(runs.map(({ status }) => status)).toEqual(statuses.toReversed())
})

test('sources are listed by id, each with what is its own', async () => {
  const db = await testDatabase()
  await configure(db, 'b', 'a', 'c')
  await addRun(db, 'b', '2026-03-01T08:00:00Z', 'ok')
  await addRun(db, 'c', '2026-03-01T09:00:00Z', 'failed')
  await cover(db, 'entity:tickets', { from: '2026-01-01', to: '2026-02-01', sourceId: 'c' })
  const health = await listSourceHealth(db)
  expect(health.map(({ id, lastRun, reaches }) => [id, lastRun?.status, reaches.length])).toEqual([
    ['a', undefined, 0],
    ['b', 'ok', 0],
    ['c', 'failed', 1],
  ])
})

test('a source that was never read has nothing to tell, which is no failure', async () => {
  const db = await testDatabase()
  await configure(db, 'clones')
  expect(await listSourceHealth(db)).toEqual([
    {
      id: 'clones',
      kind: 'git',
      every: '1d',
      lastRun: null,
      lastSuccessAt: null,
      reaches: [],
      quarantinedCount: 0,
    },
  ])
})

test('a source that the configuration no longer names is left out', async () => {
  const db = await testDatabase()
  await configure(db, 'clones', 'desk')
  await configure(db, 'desk')
  expect((await listSourceHealth(db)).map(({ id }) => id)).toEqual(['desk'])
})

test('runs are listed newest first, as many as asked for, also one that goes on', async () => {
  const db = await testDatabase()
  await addRun(db, 'clones', '2026-02-27T08:00:00Z', 'ok')
  await addRun(db, 'desk', '2026-03-01T08:00:00Z')
  await addRun(db, 'clones', '2026-02-28T08:00:00Z', 'ok')
  const runs = await listRuns(db, 2)
  expect(runs.map(({ sourceId, status, finishedAt }) => [sourceId, status, finishedAt])).toEqual([
    ['desk', 'running', null],
    ['clones', 'ok', new Date('2026-02-28T08:01:00Z')],
  ])
})

test('before the first run there are none', async () => {
  const db = await testDatabase()
  expect([await listRuns(db, 10), await listSourceHealth(db)]).toEqual([[], []])
})
