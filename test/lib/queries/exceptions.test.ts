import { expect, test } from 'vitest'
import type { NewRow } from '#db/schema.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { addException, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const ASKED = { native_id: 'E-1', team_id: 'payments', requested_at: day('2026-02-01') }
const APPROVED = { ...ASKED, decision: 'approved', decided_at: day('2026-02-10') } as const

test('an exception is told with its terms', async () => {
  const db = await testDatabase()
  await addException(db, {
    ...APPROVED,
    scope: 'partial',
    service_ids: '["checkout","basket"]',
    gap_code: 'gpu',
    reason: 'needs GPU nodes',
    owner: 'platform',
    expires_on: '2026-04-30',
    renewals: 2,
    roadmap_item_id: 'PLAT-88',
  })
  expect(await listExceptions(db, { asOf: new Date(day('2026-03-02')) })).toEqual([
    {
      id: 'E-1',
      sourceId: 'register',
      teamId: 'payments',
      pathId: 'http-service',
      scope: 'partial',
      serviceIds: ['checkout', 'basket'],
      gapCode: 'gpu',
      reason: 'needs GPU nodes',
      owner: 'platform',
      requestedAt: new Date(day('2026-02-01')),
      expiresOn: new Date(day('2026-04-30')),
      closedAt: null,
      renewals: 2,
      closeReason: null,
      roadmapItemId: 'PLAT-88',
      state: 'active',
    },
  ])
})

const EXPIRING = { ...APPROVED, expires_on: '2026-03-01' }
const CLOSED = { ...EXPIRING, closed_at: day('2026-03-05') }

test.each<[string, string, string, Partial<NewRow<'exceptions'>>]>([
  ['requested', 'nobody decided', day('2026-03-02'), { ...ASKED, decision: null }],
  ['requested', 'it is about to be decided', '2026-02-09T23:59:59.999Z', APPROVED],
  ['active', 'it is just decided', day('2026-02-10'), APPROVED],
  ['active', 'its last day goes on', '2026-03-01T23:59:59.999Z', EXPIRING],
  ['overdue', 'its last day has passed', day('2026-03-02'), EXPIRING],
  ['overdue', 'it expired and is about to be closed', '2026-03-04T23:59:59.999Z', CLOSED],
  ['closed', 'it is just closed', day('2026-03-05'), CLOSED],
  ['rejected', 'it was rejected', day('2026-03-02'), { ...APPROVED, decision: 'rejected' }],
  ['withdrawn', 'it was withdrawn', day('2026-03-02'), { ...APPROVED, decision: 'withdrawn' }],
])('it is %s when %s', async (state, _, asOf, row) => {
  const db = await testDatabase()
  await addException(db, { ...ASKED, ...row })
  const [found] = await listExceptions(db, { asOf: new Date(asOf) })
  expect(found?.state).toBe(state)
})

test('a closing that lies ahead is not told yet', async () => {
  const db = await testDatabase()
  await addException(db, CLOSED)
  const closedAt = async (asOf: string) =>
    (await listExceptions(db, { asOf: new Date(asOf) })).map((one) => one.closedAt)
  expect(await closedAt('2026-03-04T23:59:59.999Z')).toEqual([null])
  expect(await closedAt(day('2026-03-05'))).toEqual([new Date(day('2026-03-05'))])
})

test('what is asked for later is not known, what has no day of request is', async () => {
  const db = await testDatabase()
  await addException(db, ASKED)
  await addException(db, { team_id: 'search', native_id: 'E-2', requested_at: null })
  const idsAt = async (asOf: string) =>
    (await listExceptions(db, { asOf: new Date(asOf) })).map(({ id }) => id)
  expect(await idsAt(day('2026-02-01'))).toEqual(['E-2'])
  expect(await idsAt('2026-02-01T00:00:00.001Z')).toEqual(['E-1', 'E-2'])
})

test('those that need somebody come first, then teams and requests in their order', async () => {
  const db = await testDatabase()
  const rows: Partial<NewRow<'exceptions'>>[] = [
    { native_id: 'closed', team_id: 'a', closed_at: day('2026-03-01') },
    { native_id: 'requested', team_id: 'a', decision: null },
    { native_id: 'later', team_id: 'b', requested_at: day('2026-02-02') },
    { native_id: 'sooner', team_id: 'b' },
    { native_id: 'of-a', team_id: 'a' },
    { native_id: 'rejected', team_id: 'a', decision: 'rejected' },
    { native_id: 'overdue', team_id: 'z', expires_on: '2026-03-01' },
  ]
  for (const row of rows) await addException(db, { ...APPROVED, ...row })
  const found = await listExceptions(db, { asOf: new Date(day('2026-03-02')) })
  expect(found.map(({ id }) => id)).toEqual([
    'overdue',
    'of-a',
    'sooner',
    'later',
    'requested',
    'closed',
    'rejected',
  ])
})

test('of one path, of one team, or of nobody', async () => {
  const db = await testDatabase()
  await addException(db, APPROVED)
  await addException(db, { ...APPROVED, native_id: 'E-2', team_id: 'search' })
  await addException(db, { ...APPROVED, native_id: 'E-3', path_id: 'batch' })
  const asOf = new Date(day('2026-03-02'))
  const idsOf = async (filter: object) =>
    (await listExceptions(db, { asOf, ...filter })).map(({ id }) => id)
  expect(await idsOf({ pathId: 'http-service' })).toEqual(['E-1', 'E-2'])
  expect(await idsOf({ teamId: 'payments' })).toEqual(['E-1', 'E-3'])
  expect(await idsOf({ pathId: 'batch', teamId: 'search' })).toEqual([])
})
