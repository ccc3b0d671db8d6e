import { expect, test } from 'vitest'
import { countOutcomes, forgetReceived, listWaitingSources } from '#db/received-events.ts'
import { testDatabase } from '#test/support/database.ts'
import {
  listOutcomes,
  readSent,
  sendCloudEvents,
  sendDelivery,
  sendRows,
} from '#test/support/received.ts'
import { aCloudEvent } from '#test/support/receiving.ts'

const aRow = (id: string, outcome = 'success') => ({
  id,
  service_id: 'basket',
  environment: 'prod',
  environment_tier: 'production',
  created_at: '2026-05-30T10:00:00Z',
  finished_at: '2026-05-30T10:05:00Z',
  outcome,
})

test('rows become facts of their source, and a later one of the same id corrects', async () => {
  const db = await testDatabase()
  await sendRows(db, 'deployments', [aRow('a'), aRow('b')])
  await sendRows(db, 'deployments', [aRow('a', 'failure')])
  await sendRows(db, 'incidents', [
    { id: 'i', service_id: 'basket', detected_at: '2026-05-30T11:00:00Z' },
  ])
  expect(await readSent(db)).toMatchObject({ status: 'ok', read: 3, quarantined: 0 })
  const rows = await db
    .selectFrom('deployments')
    .select(['source_id', 'native_id', 'outcome'])
    .orderBy('native_id')
    .execute()
  expect(rows).toEqual([
    { source_id: 'ci', native_id: 'a', outcome: 'failure' },
    { source_id: 'ci', native_id: 'b', outcome: 'success' },
  ])
  expect(await db.selectFrom('incidents').select('native_id').execute()).toEqual([
    { native_id: 'i' },
  ])
})

test('an event is read once, and its body goes', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [aCloudEvent('a')])
  expect(await listWaitingSources(db)).toEqual(['ci'])
  await readSent(db)
  expect(await listWaitingSources(db)).toEqual([])
  expect(await readSent(db)).toMatchObject({ read: 0, changed: 0 })
  await sendCloudEvents(db, [aCloudEvent('a')])
  expect(await readSent(db)).toMatchObject({ read: 0 })
  expect(await db.selectFrom('received_events').select(['event_id', 'body']).execute()).toEqual([
    { event_id: '["/ci/pipelines","a"]', body: null },
  ])
})

test('what was refused is kept, and read again when everything is read again', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [aCloudEvent('a', { data: {} })])
  await readSent(db)
  expect(await readSent(db)).toMatchObject({ read: 0 })
  expect(await countOutcomes(db, 'ci')).toEqual([{ outcome: 'refused', reason: null, count: 1 }])
  await db
    .updateTable('received_events')
    .set({ body: JSON.stringify(aCloudEvent('a')) })
    .execute()
  await db.deleteFrom('cursors').execute()
  expect(await readSent(db)).toMatchObject({ status: 'ok', read: 1, changed: 1 })
  expect(await listOutcomes(db)).toEqual(['stored'])
  expect(await db.selectFrom('quarantine').selectAll().execute()).toEqual([])
})

test('more events than a page holds are read in the order in which they came', async () => {
  const db = await testDatabase()
  const events = Array.from({ length: 1200 }, (_, index) => aCloudEvent(`e${index}`))
  await sendCloudEvents(db, events)
  await sendRows(db, 'deployments', [aRow('a'), aRow('b', 'failure')])
  let pages = 0
  const guard = async () => {
    pages += 1
  }
  expect(await readSent(db, { guard })).toMatchObject({ status: 'ok', read: 1201, changed: 1202 })
  expect(pages).toBe(4)
})

test('a source covers what it is said to send everything of, until it was last listened to', async () => {
  const db = await testDatabase()
  await readSent(db, { covers: { deployments: '2026-05-01T00:00:00.000Z' } })
  const later = new Date('2026-06-02T12:00:00Z')
  await readSent(db, { now: later, covers: { deployments: '2026-05-01T00:00:00.000Z' } })
  expect(await db.selectFrom('coverage').selectAll().execute()).toEqual([
    {
      source_id: 'ci',
      scope: 'entity:deployments',
      covered_from: '2026-05-01T00:00:00.000Z',
      covered_to: '2026-06-02T12:00:00.000Z',
      observed_at: '2026-06-02T12:00:00.000Z',
    },
  ])
})

test('without it nothing counts as covered, however much is sent', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [aCloudEvent('a')])
  await readSent(db)
  expect(await db.selectFrom('coverage').selectAll().execute()).toEqual([])
})

test('what was settled long ago is forgotten, what waits is not', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [aCloudEvent('a')])
  await readSent(db)
  await sendCloudEvents(db, [aCloudEvent('b')])
  await forgetReceived(db, { before: new Date('2026-06-01T12:00:00Z'), read: ['ci'] })
  expect(await listOutcomes(db)).toEqual(['stored', ''])
  await forgetReceived(db, { before: new Date('2026-06-01T12:00:01Z'), read: ['ci'] })
  expect(await listOutcomes(db)).toEqual([''])
})

test('what waits for a source that nobody reads any more is forgotten as well', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [aCloudEvent('a'), aCloudEvent('b')])
  await sendDelivery(db, 'issues', {})
  await forgetReceived(db, { before: new Date('2026-06-01T12:00:01Z'), read: ['gh-events'] })
  expect(await listWaitingSources(db)).toEqual(['gh-events'])
})

test('when all was forgotten, what comes next still comes later', async () => {
  const db = await testDatabase()
  await sendCloudEvents(db, [aCloudEvent('a'), aCloudEvent('b')])
  await readSent(db)
  await forgetReceived(db, { before: new Date('2026-06-02T00:00:00Z'), read: ['ci'] })
  await sendCloudEvents(db, [aCloudEvent('c')])
  const last = db.selectFrom('received_events').select(({ fn }) => fn.max('sequence').as('last'))
  expect(await last.executeTakeFirst()).toEqual({ last: 3 })
})
