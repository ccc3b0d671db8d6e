import { expect, test } from 'vitest'
import { forgetRuns } from '#db/collector-runs.ts'
import { insertReceived, listKeptEvents, measureBacklog } from '#db/received-events.ts'
import { testDatabase } from '#test/support/database.ts'

const AT = new Date('2026-06-01T12:00:00Z')

const anEvent = (id: string, body = 'x') => ({
  source_id: 'ci',
  event_id: id,
  kind: 'cloudevent' as const,
  type: 'a',
  body,
})

test('events are given in the order in which they came, and not more than fit', async () => {
  const db = await testDatabase()
  await insertReceived(db, [anEvent('b', 'x'.repeat(30)), anEvent('a', 'x'.repeat(40))], AT)
  await insertReceived(
    db,
    [anEvent('c', 'x'.repeat(200)), { ...anEvent('d'), source_id: 'cd' }],
    AT,
  )
  await insertReceived(db, [anEvent('e')], AT)
  const stretch = { sourceId: 'ci', refusedToo: false, limit: 10, mostCharacters: 100 }
  const pages: string[][] = []
  for (let after = 0; ; ) {
    const events = await listKeptEvents(db, { ...stretch, after })
    if (events.length === 0) break
    pages.push(events.map((event) => event.event_id))
    after = events.at(-1)?.sequence ?? after
  }
  // One that is too large for any page comes alone.
  expect(pages).toEqual([['b', 'a'], ['c'], ['e']])
})

test('what waits is measured from the oldest that waits', async () => {
  const db = await testDatabase()
  expect(await measureBacklog(db)).toBe(0)
  await insertReceived(
    db,
    ['a', 'b', 'c', 'd'].map((id) => anEvent(id)),
    AT,
  )
  const settled = { settled_at: AT.toISOString() }
  await db.updateTable('received_events').set(settled).where('sequence', 'in', [1, 3]).execute()
  expect(await measureBacklog(db)).toBe(3)
  await db.updateTable('received_events').set(settled).execute()
  expect(await measureBacklog(db)).toBe(0)
})

test('of the runs of a source the newest are kept, and those that did not end well', async () => {
  const db = await testDatabase()
  const statuses = ['ok', 'failed', 'ok', 'ok', 'ok'] as const
  await db
    .insertInto('collector_runs')
    .values(
      statuses.map((status, day) => ({
        id: `${day}`,
        source_id: day === 4 ? 'other' : 'ci',
        started_at: `2026-06-0${day + 1}T00:00:00.000Z`,
        finished_at: null,
        status,
        read_count: 0,
        changed_count: 0,
        quarantined_count: 0,
        error: null,
      })),
    )
    .execute()
  await forgetRuns(db, 'ci', 1)
  const kept = await db.selectFrom('collector_runs').select('id').orderBy('id').execute()
  expect(kept.map(({ id }) => id)).toEqual(['1', '3', '4'])
})
