import { expect, test } from 'vitest'
import { listStandingStates, listWrittenStates, writeStates } from '#db/adoption-states.ts'
import type { Database } from '#db/connection.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aState, publish } from '#test/support/published.ts'

/** `team state from_run to_run` of every row, in the order of the runs. */
async function listRows(db: Database) {
  const rows = await db
    .selectFrom('adoption_states')
    .select(['team_id', 'state', 'from_run', 'to_run'])
    .orderBy('from_run')
    .orderBy('team_id')
    .execute()
  return rows.map((row) => [row.team_id, row.state, row.from_run, row.to_run])
}

test('a state that says the same is left alone', async () => {
  const db = await testDatabase()
  expect(await publish(db, [aState()])).toBe(1)
  expect(await publish(db, [aState()], { run: 2 })).toBe(0)
  expect(await listRows(db)).toEqual([['payments', 'eligible', 1, null]])
})

test('another state closes the one that stood, which stays', async () => {
  const db = await testDatabase()
  await publish(db, [aState(), aState({ team_id: 'search' })])
  const states = [aState({ state: 'trying' }), aState({ team_id: 'search' })]
  expect(await publish(db, states, { run: 2 })).toBe(1)
  expect(await listRows(db)).toEqual([
    ['payments', 'eligible', 1, 2],
    ['search', 'eligible', 1, null],
    ['payments', 'trying', 2, null],
  ])
})

test.each([
  ['its origin', { origin: 'voluntary' as const }],
  ['a mandate', { currently_mandated: 1 }],
  ['a former mandate', { ever_under_interface_mandate: 1 }],
  ['its weeks without work', { inactive_weeks: 1 }],
  ['its weeks as a user', { user_weeks: 1 }],
  ['its flags', { flags: '["slipping"]' }],
  ['the rule that decided', { rule: 'R3' }],
  ['what the rule saw', { inputs: '{"uses28":1}' }],
  ['its first week as an adopter', { first_adopted_week: day('2026-01-19') }],
])('a state that differs only in %s is another state', async (_, changes) => {
  const db = await testDatabase()
  await publish(db, [aState()])
  expect(await publish(db, [aState(changes)], { run: 2 })).toBe(1)
})

test('a state that is no longer computed is withdrawn', async () => {
  const db = await testDatabase()
  const gone = aState({ team_id: 'search' })
  await publish(db, [aState(), gone])
  expect(await publish(db, [aState()], { run: 2, withdrawn: [gone] })).toBe(1)
  expect(await listRows(db)).toEqual([
    ['payments', 'eligible', 1, null],
    ['search', 'eligible', 1, 2],
  ])
})

test('a state that was withdrawn can stand again', async () => {
  const db = await testDatabase()
  await publish(db, [aState()])
  await publish(db, [], { run: 2, withdrawn: [aState()] })
  expect(await publish(db, [aState()], { run: 3 })).toBe(1)
  expect(await listRows(db)).toEqual([
    ['payments', 'eligible', 1, 2],
    ['payments', 'eligible', 3, null],
  ])
})

test('teams and paths that were not looked at keep their states', async () => {
  const db = await testDatabase()
  await publish(db, [
    aState(),
    aState({ team_id: 'search' }),
    aState({ path_id: 'batch', team_id: 'search' }),
  ])
  await publish(db, [], { run: 2, withdrawn: [aState({ team_id: 'search' })] })
  const standing = await listStandingStates(db, { asOf: new Date(day('2026-03-02')) })
  expect(standing.map((row) => [row.path_id, row.team_id])).toEqual([
    ['batch', 'search'],
    ['http-service', 'payments'],
  ])
})

test('the weeks that are new, differ or went are told, and no others', async () => {
  const db = await testDatabase()
  const at = (date: string, state = 'eligible') => aState({ week_end: day(date), state })
  await publish(db, [at('2026-02-09'), at('2026-02-16'), at('2026-02-23')])
  const changed = await writeStates(db, 2, { pathId: 'http-service', teamIds: ['payments'] }, [
    at('2026-02-09'),
    at('2026-02-16', 'trying'),
    at('2026-03-02'),
  ])
  expect(changed.toSorted((a, b) => (a.week_end < b.week_end ? -1 : 1))).toEqual(
    ['2026-02-16', '2026-02-23', '2026-03-02'].map((date) => ({
      team_id: 'payments',
      week_end: day(date),
    })),
  )
})

test('the writer sees what it wrote before readers do', async () => {
  const db = await testDatabase()
  const asOf = new Date(day('2026-03-02'))
  await publish(db, [aState(), aState({ team_id: 'search' })])
  const scope = { pathId: 'http-service', teamIds: ['payments', 'search'] }
  await writeStates(db, 2, scope, [aState({ state: 'trying' })])
  const written = { pathId: 'http-service', from: asOf, to: asOf, except: [] }
  expect((await listWrittenStates(db, written)).map(({ state }) => state)).toEqual(['trying'])
  expect((await listStandingStates(db, { asOf })).map(({ state }) => state)).toEqual([
    'eligible',
    'eligible',
  ])
})

test('what was written is told from the first week end to the last, but for the teams left out', async () => {
  const db = await testDatabase()
  const weeks = ['2026-02-09', '2026-02-16', '2026-02-23', '2026-03-02'].map(day)
  await publish(db, [
    ...weeks.map((week_end) => aState({ week_end })),
    ...weeks.map((week_end) => aState({ week_end, team_id: 'search' })),
    aState({ path_id: 'batch' }),
  ])
  const rows = await listWrittenStates(db, {
    pathId: 'http-service',
    from: new Date(day('2026-02-16')),
    to: new Date(day('2026-02-23')),
    except: ['search'],
  })
  expect(rows.map((row) => [row.team_id, row.week_end]).toSorted()).toEqual([
    ['payments', day('2026-02-16')],
    ['payments', day('2026-02-23')],
  ])
})

test('more weeks than one statement names are closed, and none of another team', async () => {
  const db = await testDatabase()
  const weeks = Array.from({ length: 501 }, (_, week) =>
    new Date(Date.UTC(2010, 0, 4 + 7 * week)).toISOString(),
  )
  const states = (state: string) => weeks.map((week_end) => aState({ week_end, state }))
  const others = weeks.map((week_end) => aState({ week_end, team_id: 'search' }))
  await publish(db, [...states('eligible'), ...others])
  expect(await publish(db, [...states('trying'), ...others], { run: 2 })).toBe(501)
  const rows = await listRows(db)
  const count = (team: string, state: string, toRun: number | null) =>
    rows.filter((row) => row[0] === team && row[1] === state && row[3] === toRun).length
  expect([
    count('payments', 'eligible', 2),
    count('payments', 'trying', null),
    count('search', 'eligible', null),
  ]).toEqual([501, 501, 501])
})
