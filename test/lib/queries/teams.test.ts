import { expect, test } from 'vitest'
import { findTeam, listTeams, teamNames } from '#lib/queries/teams.ts'
import { addTeam, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

test('a team exists from its first moment to its last, that one not included', async () => {
  const db = await testDatabase()
  await addTeam(db, 'payments', { active_from: day('2026-02-01'), active_to: day('2026-03-01') })
  const existsAt = async (instant: string) => (await listTeams(db, new Date(instant))).length === 1
  expect([
    await existsAt('2026-01-31T23:59:59.999Z'),
    await existsAt('2026-02-01T00:00:00Z'),
    await existsAt('2026-02-28T23:59:59.999Z'),
    await existsAt('2026-03-01T00:00:00Z'),
  ]).toEqual([false, true, true, false])
})

test('teams are listed by name, those without dates always', async () => {
  const db = await testDatabase()
  await addTeam(db, 'a', { name: 'Search' })
  await addTeam(db, 'c', { name: 'Payments' })
  await addTeam(db, 'b', { name: 'Payments', active_to: day('2030-01-01') })
  const teams = await listTeams(db, new Date(day('2026-03-01')))
  expect(teams.map(({ id }) => id)).toEqual(['b', 'c', 'a'])
})

test('a team that exists no more is found, and has its name', async () => {
  const db = await testDatabase()
  await addTeam(db, 'payments', {
    name: 'Payments',
    kind: 'stream',
    parent_id: 'commerce',
    active_from: day('2025-02-01'),
    active_to: day('2026-02-01'),
  })
  expect(await findTeam(db, 'payments')).toEqual({
    id: 'payments',
    name: 'Payments',
    kind: 'stream',
    parentId: 'commerce',
    activeFrom: new Date(day('2025-02-01')),
    activeTo: new Date(day('2026-02-01')),
  })
  expect(await teamNames(db)).toEqual(new Map([['payments', 'Payments']]))
})

test('nobody is known before the first catalogue', async () => {
  const db = await testDatabase()
  expect(await listTeams(db, new Date(day('2026-03-01')))).toEqual([])
  expect(await findTeam(db, 'payments')).toBeUndefined()
  expect(await teamNames(db)).toEqual(new Map())
})
