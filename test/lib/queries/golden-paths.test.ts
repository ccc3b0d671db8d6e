import { expect, test } from 'vitest'
import { findGoldenPath, listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { addPath, addTeam, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

test('a path is told with its rules, defaults filled in, and the name of its owner', async () => {
  const db = await testDatabase()
  await addTeam(db, 'platform', { name: 'Platform team' })
  await addPath(db, {
    name: 'Standard HTTP service',
    capability: 'deployment',
    owner_team_id: 'platform',
    description: 'The paved way',
    deprecated_on: '2027-01-01',
    rules: { work: 'deployments' },
  })
  expect(await findGoldenPath(db, 'http-service')).toEqual({
    id: 'http-service',
    name: 'Standard HTTP service',
    capability: 'deployment',
    ownerId: 'platform',
    ownerName: 'Platform team',
    description: 'The paved way',
    availableSince: new Date(day('2026-01-05')),
    deprecatedOn: new Date(day('2027-01-01')),
    goneAt: null,
    rules: expect.objectContaining({
      work: 'deployments',
      requires: 'any',
      evidence: [{ kind: 'file-present', path: 'deploy.yml' }],
    }),
    hasMandateRegister: true,
  })
})

test('an owner that no team is known by is called by its id, and no owner by nothing', async () => {
  const db = await testDatabase()
  await addPath(db, { id: 'a', owner_team_id: 'guild' })
  await addPath(db, { id: 'b', has_mandate_register: 0 })
  const paths = await listGoldenPaths(db)
  expect(paths.map(({ ownerId, ownerName }) => [ownerId, ownerName])).toEqual([
    ['guild', 'guild'],
    [null, null],
  ])
  expect(paths.map(({ hasMandateRegister }) => hasMandateRegister)).toEqual([true, false])
})

test('paths are listed by name; one that is no longer configured can only be found', async () => {
  const db = await testDatabase()
  await addPath(db, { id: 'z', name: 'Batch job' })
  await addPath(db, { id: 'b', name: 'Web' })
  await addPath(db, { id: 'a', name: 'Web' })
  await addPath(db, { id: 'old', name: 'Old way', gone_at: day('2026-02-01') })
  expect((await listGoldenPaths(db)).map(({ id }) => id)).toEqual(['z', 'a', 'b'])
  expect((await findGoldenPath(db, 'old'))?.name).toBe('Old way')
})

test('without paths the list is empty, and none is found', async () => {
  const db = await testDatabase()
  expect(await listGoldenPaths(db)).toEqual([])
  expect(await findGoldenPath(db, 'http-service')).toBeUndefined()
})
