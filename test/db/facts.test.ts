import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { deleteFacts, listFacts, markGone, upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import { testDatabase } from '#test/support/database.ts'

const MONDAY = '2026-03-02T00:00:00.000Z'
const TUESDAY = '2026-03-03T00:00:00.000Z'

/** A ticket that one source told on Monday. */
const aTicket = (ticket: Partial<NewRow<'tickets'>> = {}): NewRow<'tickets'> => ({
  source_id: 'desk',
  native_id: 'T-1',
  team_id: null,
  path_id: null,
  type: null,
  category: null,
  severity: null,
  status_category: 'open',
  opened_at: MONDAY,
  first_response_at: null,
  resolved_at: null,
  reopened_count: null,
  channel: null,
  opened_by_group: null,
  bot: 0,
  linked_request_id: null,
  session_count: null,
  platform_people_count: null,
  executed_by: null,
  both_sides_changed: null,
  co_design: null,
  repository_native_id: null,
  gone_at: null,
  observed_at: MONDAY,
  ...ticket,
})

const aStatus = (status: Partial<NewRow<'deployment_statuses'>> = {}) => ({
  source_id: 'gh',
  deployment_id: 'D-1',
  occurred_at: MONDAY,
  state: 'success',
  observed_at: MONDAY,
  ...status,
})

const listTickets = (db: Database) =>
  db
    .selectFrom('tickets')
    .select(['native_id', 'status_category', 'observed_at'])
    .orderBy('source_id')
    .orderBy('native_id')
    .execute()

test('a row that says the same again is left alone, with the moment it was first stored', async () => {
  const db = await testDatabase()
  expect(await upsertFacts(db, 'tickets', [aTicket()])).toBe(1)
  expect(await upsertFacts(db, 'tickets', [aTicket({ observed_at: TUESDAY })])).toBe(0)
  expect(await db.selectFrom('tickets').selectAll().execute()).toEqual([aTicket()])
})

test.each<[string, Partial<NewRow<'tickets'>>]>([
  ['another value', { status_category: 'done' }],
  ['what was not known before', { team_id: 'payments' }],
  ['that something is not known after all', { status_category: null }],
])('a row that tells %s is a change, stored at its own moment', async (_, told) => {
  const db = await testDatabase()
  await upsertFacts(db, 'tickets', [aTicket()])
  const changed = aTicket({ ...told, observed_at: TUESDAY })
  expect(await upsertFacts(db, 'tickets', [changed])).toBe(1)
  expect(await db.selectFrom('tickets').selectAll().execute()).toEqual([changed])
})

test('of two rows under one key the later wins, and both count as one', async () => {
  const db = await testDatabase()
  const rows = [aTicket(), aTicket({ native_id: 'T-2' }), aTicket({ status_category: 'done' })]
  expect(await upsertFacts(db, 'tickets', rows)).toBe(2)
  expect(await listTickets(db)).toEqual([
    { native_id: 'T-1', status_category: 'done', observed_at: MONDAY },
    { native_id: 'T-2', status_category: 'open', observed_at: MONDAY },
  ])
})

test('what two sources call the same is not the same', async () => {
  const db = await testDatabase()
  const rows = [aTicket(), aTicket({ source_id: 'forge' })]
  expect(await upsertFacts(db, 'tickets', rows)).toBe(2)
})

test('keys whose parts are cut elsewhere are different keys', async () => {
  const db = await testDatabase()
  const rows = [
    aTicket({ source_id: 'a', native_id: 'b1' }),
    aTicket({ source_id: 'ab', native_id: '1' }),
    aTicket({ source_id: 'a:b', native_id: '1' }),
    aTicket({ source_id: 'a', native_id: 'b:1' }),
  ]
  expect(await upsertFacts(db, 'tickets', rows)).toBe(4)
  expect(await listTickets(db)).toHaveLength(4)
})

test('a row that is all key says nothing new when it comes again', async () => {
  const db = await testDatabase()
  expect(await upsertFacts(db, 'deployment_statuses', [aStatus()])).toBe(1)
  const again = [aStatus({ observed_at: TUESDAY }), aStatus({ state: 'inactive' })]
  expect(await upsertFacts(db, 'deployment_statuses', again)).toBe(1)
  const stored = await db
    .selectFrom('deployment_statuses')
    .select(['state', 'observed_at'])
    .orderBy('state')
    .execute()
  expect(stored).toEqual([
    { state: 'inactive', observed_at: MONDAY },
    { state: 'success', observed_at: MONDAY },
  ])
})

// A statement takes 256 rows at most, and the rest in powers of two.
test.each([0, 1, 3, 255, 256, 257, 700])(
  '%d rows at once are all stored, each once',
  async (count) => {
    const db = await testDatabase()
    const rows = Array.from({ length: count }, (_, index) => aTicket({ native_id: `T-${index}` }))
    expect(await upsertFacts(db, 'tickets', rows)).toBe(count)
    const [first, ...others] = rows
    const last = first === undefined ? [] : [{ ...first, bot: 1 }]
    expect(await upsertFacts(db, 'tickets', [...others, ...last])).toBe(last.length)
    const stored = await listTickets(db)
    expect(stored.map(({ native_id }) => native_id).toSorted()).toEqual(
      rows.map(({ native_id }) => native_id).toSorted(),
    )
  },
)

test('what a source told is listed, and not what another told', async () => {
  const db = await testDatabase()
  await upsertFacts(db, 'tickets', [aTicket(), aTicket({ source_id: 'forge' })])
  expect(await listFacts(db, 'tickets', 'desk')).toEqual([aTicket()])
  expect(await listFacts(db, 'tickets', 'clones')).toEqual([])
})

test('what a source no longer tells goes, and nothing of another source', async () => {
  const db = await testDatabase()
  await upsertFacts(db, 'tickets', [
    aTicket(),
    aTicket({ native_id: 'T-2' }),
    aTicket({ source_id: 'forge', native_id: 'T-2' }),
  ])
  const isGone = ({ native_id }: { readonly [column: string]: unknown }) => native_id === 'T-2'
  expect(await deleteFacts(db, 'tickets', 'desk', isGone)).toBe(1)
  expect(await deleteFacts(db, 'tickets', 'desk', isGone)).toBe(0)
  const left = await db.selectFrom('tickets').select(['source_id', 'native_id']).execute()
  expect(left).toEqual([
    { source_id: 'desk', native_id: 'T-1' },
    { source_id: 'forge', native_id: 'T-2' },
  ])
})

test('of a table with a longer key only the row that goes is deleted', async () => {
  const db = await testDatabase()
  await upsertFacts(db, 'deployment_statuses', [
    aStatus(),
    aStatus({ state: 'inactive' }),
    aStatus({ occurred_at: TUESDAY }),
  ])
  const goes = (row: { readonly [column: string]: unknown }) =>
    row['state'] === 'success' && row['occurred_at'] === MONDAY
  expect(await deleteFacts(db, 'deployment_statuses', 'gh', goes)).toBe(1)
  const left = await db.selectFrom('deployment_statuses').select(['state', 'occurred_at']).execute()
  expect(left).toHaveLength(2)
  expect(left).not.toContainEqual({ state: 'success', occurred_at: MONDAY })
})

const aRepository = (id: string, source_id: string): NewRow<'repositories'> => ({
  id,
  source_id,
  native_id: id,
  name: id,
  default_branch: null,
  created_at: null,
  archived_at: null,
  language: null,
  head_sha: null,
  former_names: '[]',
  gone_at: null,
  observed_at: MONDAY,
})

test('what a source no longer has is marked with the moment, once, and stays', async () => {
  const db = await testDatabase()
  await upsertFacts(db, 'repositories', [
    aRepository('local/a', 'clones'),
    aRepository('local/b', 'clones'),
    aRepository('local/c', 'attic'),
  ])
  const isGone = ({ id }: { readonly [column: string]: unknown }) => id !== 'local/b'
  const mark = (at: string) => markGone(db, 'repositories', 'clones', new Date(at), isGone)
  expect(await mark(TUESDAY)).toBe(1)
  expect(await mark('2026-03-04T00:00:00.000Z')).toBe(0)
  const stored = await db
    .selectFrom('repositories')
    .select(['id', 'gone_at', 'observed_at'])
    .orderBy('id')
    .execute()
  expect(stored).toEqual([
    { id: 'local/a', gone_at: TUESDAY, observed_at: TUESDAY },
    { id: 'local/b', gone_at: null, observed_at: MONDAY },
    { id: 'local/c', gone_at: null, observed_at: MONDAY },
  ])
})
