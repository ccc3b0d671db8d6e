import { expect, test } from 'vitest'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aState, publish } from '#test/support/published.ts'

const AS_OF = new Date(day('2026-03-02'))

test('a state is told with what decided it', async () => {
  const db = await testDatabase()
  await publish(db, [
    aState({
      state: 'adopted',
      origin: 'mandated',
      currently_mandated: 0,
      ever_under_interface_mandate: 1,
      inactive_weeks: 3,
      flags: '["inactive","slipping"]',
      rule: 'R3',
      inputs: '{"uses28":0}',
      first_adopted_week: day('2026-01-19'),
    }),
  ])
  expect(await listAdoptionStates(db, { asOf: AS_OF })).toEqual([
    {
      team: 'payments',
      path: 'http-service',
      weekEnd: AS_OF,
      state: 'adopted',
      origin: 'mandated',
      currentlyMandated: false,
      everUnderInterfaceMandate: true,
      inactiveWeeks: 3,
      flags: ['inactive', 'slipping'],
      rule: 'R3',
      inputs: { uses28: 0 },
      firstAdoptedWeek: new Date(day('2026-01-19')),
    },
  ])
})

test('states are those of the newest week end at or before the moment', async () => {
  const db = await testDatabase()
  await publish(db, [
    aState({ week_end: day('2026-02-23'), state: 'trying' }),
    aState({ state: 'adopted' }),
  ])
  const statesAt = async (instant: string) =>
    (await listAdoptionStates(db, { asOf: new Date(instant) })).map(({ state }) => state)
  expect(await statesAt('2026-02-22T23:59:59.999Z')).toEqual([])
  expect(await statesAt('2026-03-01T23:59:59.999Z')).toEqual(['trying'])
  expect(await statesAt('2026-03-02T00:00:00Z')).toEqual(['adopted'])
  expect(await statesAt('2026-07-01T00:00:00Z')).toEqual(['adopted'])
})

test('states are listed by path and team, of one path or team when asked for', async () => {
  const db = await testDatabase()
  const subjects = [
    ['search', 'http-service'],
    ['payments', 'http-service'],
    ['search', 'batch'],
  ]
  await publish(
    db,
    subjects.map(([team_id = '', path_id = '']) => aState({ team_id, path_id })),
  )
  const listed = async (filter: { pathId?: string; teamId?: string }) =>
    (await listAdoptionStates(db, { asOf: AS_OF, ...filter })).map(
      ({ path, team }) => `${path} ${team}`,
    )
  expect(await listed({})).toEqual(['batch search', 'http-service payments', 'http-service search'])
  expect(await listed({ pathId: 'batch' })).toEqual(['batch search'])
  expect(await listed({ teamId: 'search' })).toEqual(['batch search', 'http-service search'])
})

test('a path that was scored last a while ago is told as it was then', async () => {
  const db = await testDatabase()
  await publish(db, [aState(), aState({ path_id: 'batch', week_end: day('2026-02-23') })])
  const weekEndsOf = async (pathId: string) =>
    (await listAdoptionStates(db, { asOf: AS_OF, pathId })).map(({ weekEnd }) => weekEnd)
  expect(await weekEndsOf('batch')).toEqual([new Date(day('2026-02-23'))])
  expect(await weekEndsOf('http-service')).toEqual([AS_OF])
})

test('only what stands is told, and before the first scoring run nothing', async () => {
  const db = await testDatabase()
  expect(await listAdoptionStates(db, { asOf: AS_OF })).toEqual([])
  await publish(db, [aState({ state: 'trying' })])
  await publish(db, [aState({ state: 'adopted' })], { run: 2 })
  const states = await listAdoptionStates(db, { asOf: AS_OF })
  expect(states.map(({ state }) => state)).toEqual(['adopted'])
})
