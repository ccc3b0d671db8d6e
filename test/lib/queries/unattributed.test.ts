import { expect, test } from 'vitest'
import { getMappingInbox } from '#lib/queries/unattributed.ts'
import { addOwner, addService, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { addDeployment, addTicket } from '#test/support/web.ts'

const NONE = { repositories: 0, services: 0, deployments: 0, tickets: 0, surveyGroups: 0 }

test('what has a team, a service and a tier is not in the inbox', async () => {
  const db = await testDatabase()
  await addService(db, 'checkout-api', { team: 'checkout' })
  await addDeployment(db, 'checkout-api')
  await addTicket(db)
  expect((await getMappingInbox(db, 10)).counts).toEqual(NONE)
})

test('each thing that belongs to nobody says what is known of it', async () => {
  const db = await testDatabase()
  await addService(db, 'checkout-api', { team: 'checkout' })
  await addService(db, 'orphan', { team: null })
  await addDeployment(db, 'checkout-api', { native_id: 'D-1', environment_tier: null })
  await addDeployment(db, 'ghost', { native_id: 'D-2' })
  await addTicket(db, { native_id: 'T-1', path_id: null })
  const inbox = await getMappingInbox(db, 10)
  expect(inbox.services).toEqual([
    { id: 'orphan', sourceId: 'catalog', detail: 'orphan', at: new Date(day('2025-10-06')) },
  ])
  expect(inbox.deployments.map(({ id, detail }) => [id, detail])).toEqual([
    ['D-1', 'environment prod-1 has no tier'],
    ['D-2', 'service ghost is in no catalogue'],
  ])
  expect(inbox.tickets.map(({ id, detail }) => [id, detail])).toEqual([
    ['T-1', 'of checkout, about no path, question'],
  ])
})

test('a service that changed hands has an owner', async () => {
  const db = await testDatabase()
  await addService(db, 'checkout-api', { team: null })
  await addOwner(db, 'checkout-api', 'basket', '2026-01-05')
  expect((await getMappingInbox(db, 10)).counts.services).toBe(0)
})

test('all are counted, also those beyond the limit', async () => {
  const db = await testDatabase()
  await addTicket(db, { team_id: null })
  await addTicket(db, { team_id: null })
  const { tickets, counts } = await getMappingInbox(db, 1)
  expect([tickets.length, counts.tickets]).toEqual([1, 2])
})
