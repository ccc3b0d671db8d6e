import { expect, test } from 'vitest'
import { listNamed } from '#lib/queries/search.ts'
import { addPath, addService, addTeam } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

test('a service and its repository lead to the team that owns them now', async () => {
  const db = await testDatabase()
  await addPath(db)
  await addTeam(db, 'checkout', { name: 'Checkout' })
  await addService(db, 'checkout-api', { team: 'checkout' })
  await addService(db, 'orphan', { team: null })
  const named = await listNamed(db)
  expect(named.filter(({ kind }) => kind === 'team').map(({ name }) => name)).toContain('Checkout')
  expect(named.filter(({ kind }) => kind === 'golden path').map(({ id }) => id)).toEqual([
    'http-service',
  ])
  const owners = (kind: string) =>
    named.filter((one) => one.kind === kind).map(({ id, teamId }) => [id, teamId])
  expect(owners('service')).toEqual([
    ['checkout-api', 'checkout'],
    ['orphan', null],
  ])
  expect(owners('repository')).toEqual([
    ['checkout-api', 'checkout'],
    ['orphan', null],
  ])
})
