import { expect, test } from 'vitest'
import { countWaiting, insertReceived, listKeptEvents } from '#db/received-events.ts'
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

test('what waits is counted for each source', async () => {
  const db = await testDatabase()
  expect(await countWaiting(db, 'ci')).toBe(0)
  const others = { ...anEvent('a'), source_id: 'cd' }
  await insertReceived(db, [others, ...['a', 'b', 'c', 'd'].map((id) => anEvent(id))], AT)
  const settled = { settled_at: AT.toISOString() }
  await db.updateTable('received_events').set(settled).where('sequence', 'in', [2, 4]).execute()
  expect([await countWaiting(db, 'ci'), await countWaiting(db, 'cd')]).toEqual([2, 1])
})
