import { expect, test } from 'vitest'
import { listPathCases } from '#db/path-cases.ts'
import { addPath, addTeam, day } from '#test/support/adoption.ts'
import { addTicket } from '#test/support/cases.ts'
import { testDatabase } from '#test/support/database.ts'

const PATH = 'http-service'
const OPENED = { from: new Date(day('2026-02-02')), to: new Date(day('2026-03-02')) }

async function anOrganisation() {
  const db = await testDatabase()
  await addPath(db)
  await addPath(db, { id: 'other' })
  await addTeam(db, 'payments')
  return db
}

test('a request for help that names a provisioning request comes whenever it was opened, once', async () => {
  const db = await anOrganisation()
  const named = { linked_request_id: 'R-1' }
  await addTicket(db, { native_id: 'old', opened_at: day('2024-01-01') })
  await addTicket(db, { native_id: 'old named', opened_at: day('2024-01-01'), ...named })
  await addTicket(db, {
    native_id: 'old named of no path',
    opened_at: day('2024-01-01'),
    path_id: null,
    ...named,
  })
  await addTicket(db, {
    native_id: 'of another path',
    opened_at: day('2024-01-01'),
    path_id: 'other',
    ...named,
  })
  await addTicket(db, { native_id: 'recent named', opened_at: day('2026-02-02'), ...named })
  await addTicket(db, { native_id: 'at the end', opened_at: day('2026-03-02') })
  await addTicket(db, { native_id: 'named at the end', opened_at: day('2026-03-02'), ...named })
  const { tickets } = await listPathCases(db, PATH, OPENED)
  expect(tickets.map(({ native_id }) => native_id).toSorted()).toEqual([
    'named at the end',
    'old named',
    'old named of no path',
    'recent named',
  ])
})

test('when a first request was resolved is told by those about the path and those about none', async () => {
  const db = await anOrganisation()
  const resolvedSince = async () => (await listPathCases(db, PATH, OPENED)).resolvedSince
  const opened_at = day('2024-01-01')
  const resolved = (native_id: string, date: string, path_id: string | null) =>
    addTicket(db, { native_id, opened_at, resolved_at: day(date), path_id })
  await addTicket(db, { native_id: 'open', opened_at })
  await resolved('of another path', '2024-01-02', 'other')
  expect(await resolvedSince()).toBeNull()
  await resolved('of no path', '2024-03-01', null)
  expect(await resolvedSince()).toBe(day('2024-03-01'))
  await resolved('of the path', '2024-02-01', PATH)
  expect(await resolvedSince()).toBe(day('2024-02-01'))
  await resolved('of no path, earlier', '2024-01-15', null)
  expect(await resolvedSince()).toBe(day('2024-01-15'))
  await db
    .updateTable('tickets')
    .set({ gone_at: day('2024-01-20') })
    .where('native_id', '=', 'of no path, earlier')
    .execute()
  expect(await resolvedSince()).toBe(day('2024-02-01'))
})

test('nobody looks for requests for help where none are asked for', async () => {
  const db = await anOrganisation()
  await addTicket(db, {
    native_id: 'resolved',
    opened_at: day('2026-02-10'),
    resolved_at: day('2026-02-11'),
    linked_request_id: 'R-1',
  })
  const { tickets, resolvedSince } = await listPathCases(db, PATH, null)
  expect({ tickets, resolvedSince }).toEqual({ tickets: [], resolvedSince: null })
})
