import { expect, test } from 'vitest'
import { listProvisioningRequests } from '#lib/queries/provisioning-requests.ts'
import { addRequest, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

test('requests are listed as they came, with what is not known as null', async () => {
  const db = await testDatabase()
  await addRequest(db, { native_id: 'R-2', requested_at: day('2026-02-02'), path_id: null })
  await addRequest(db, {
    native_id: 'R-3',
    requested_at: day('2026-02-01'),
    usable_at: day('2026-02-04'),
    result: 'usable',
    target_key: 'checkout/staging',
  })
  await addRequest(db, { native_id: 'R-1', requested_at: day('2026-02-02'), result: 'failed' })

  const common = { sourceId: 'portal', teamId: 'payments', target: null, usableAt: null }
  const later = { ...common, requestedAt: new Date(day('2026-02-02')) }
  expect(await listProvisioningRequests(db)).toEqual([
    {
      ...common,
      id: 'R-3',
      pathId: 'http-service',
      target: 'checkout/staging',
      requestedAt: new Date(day('2026-02-01')),
      usableAt: new Date(day('2026-02-04')),
      result: 'usable',
    },
    { ...later, id: 'R-1', pathId: 'http-service', result: 'failed' },
    { ...later, id: 'R-2', pathId: null, result: 'open' },
  ])
})

test('without requests the list is empty', async () => {
  expect(await listProvisioningRequests(await testDatabase())).toEqual([])
})
