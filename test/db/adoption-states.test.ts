import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aState, publish } from '#test/support/published.ts'

/** `state run_id superseded_by` of every row, in the order of the runs. */
async function listRows(db: Database) {
  const rows = await db
    .selectFrom('adoption_states')
    .select(['team_id', 'state', 'run_id', 'superseded_by'])
    .orderBy('run_id')
    .orderBy('team_id')
    .execute()
  return rows.map((row) => [row.team_id, row.state, row.run_id, row.superseded_by])
}

test('a state that says the same is left alone', async () => {
  const db = await testDatabase()
  expect(await publish(db, [aState()])).toBe(1)
  expect(await publish(db, [aState()], 'run-2')).toBe(0)
  expect(await listRows(db)).toEqual([['payments', 'eligible', 'run-1', null]])
})

test('another state supersedes the one that stood, which stays', async () => {
  const db = await testDatabase()
  await publish(db, [aState(), aState({ team_id: 'search' })])
  const states = [aState({ state: 'trying' }), aState({ team_id: 'search' })]
  expect(await publish(db, states, 'run-2')).toBe(1)
  expect(await listRows(db)).toEqual([
    ['payments', 'eligible', 'run-1', 'run-2'],
    ['search', 'eligible', 'run-1', null],
    ['payments', 'trying', 'run-2', null],
  ])
})

test.each([
  ['its origin', { origin: 'voluntary' as const }],
  ['a mandate', { currently_mandated: 1 }],
  ['a former mandate', { ever_under_interface_mandate: 1 }],
  ['its weeks without work', { inactive_weeks: 1 }],
  ['its flags', { flags: '["slipping"]' }],
  ['the rule that decided', { rule: 'R3' }],
  ['what the rule saw', { inputs: '{"uses28":1}' }],
  ['its first week as an adopter', { first_adopted_week: day('2026-01-19') }],
])('a state that differs only in %s supersedes', async (_, changes) => {
  const db = await testDatabase()
  await publish(db, [aState()])
  expect(await publish(db, [aState(changes)], 'run-2')).toBe(1)
})

test('a state that is no longer computed is withdrawn', async () => {
  const db = await testDatabase()
  await publish(db, [aState(), aState({ team_id: 'search' })])
  expect(await publish(db, [aState()], 'run-2')).toBe(1)
  expect(await listRows(db)).toEqual([
    ['payments', 'eligible', 'run-1', null],
    ['search', 'eligible', 'run-1', 'run-2'],
  ])
})

test('a state that was withdrawn can stand again', async () => {
  const db = await testDatabase()
  await publish(db, [aState()])
  await publish(db, [], 'run-2')
  expect(await publish(db, [aState()], 'run-3')).toBe(1)
  expect(await listRows(db)).toEqual([
    ['payments', 'eligible', 'run-1', 'run-2'],
    ['payments', 'eligible', 'run-3', null],
  ])
})

test('more weeks than one statement names are superseded, and none of another team', async () => {
  const db = await testDatabase()
  const weeks = Array.from({ length: 501 }, (_, week) =>
    new Date(Date.UTC(2010, 0, 4 + 7 * week)).toISOString(),
  )
  const states = (state: string) => weeks.map((week_end) => aState({ week_end, state }))
  const others = weeks.map((week_end) => aState({ week_end, team_id: 'search' }))
  await publish(db, [...states('eligible'), ...others])
  expect(await publish(db, [...states('trying'), ...others], 'run-2')).toBe(501)
  const rows = await listRows(db)
  const count = (team: string, state: string, supersededBy: string | null) =>
    rows.filter((row) => row[0] === team && row[1] === state && row[3] === supersededBy).length
  expect([
    count('payments', 'eligible', 'run-2'),
    count('payments', 'trying', null),
    count('search', 'eligible', null),
  ]).toEqual([501, 501, 501])
})
