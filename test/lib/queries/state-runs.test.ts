import { expect, test } from 'vitest'
import { listStateRuns } from '#lib/queries/state-runs.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aState, publish } from '#test/support/published.ts'

const ASKED = { asOf: new Date(day('2026-06-01')) }

/** A team's states at the ends of successive weeks from 2 March 2026 on; null: never scored. */
const weekly = (team_id: string, states: readonly (string | null)[]) =>
  states.flatMap((state, week) => {
    const weekEnd = new Date(Date.UTC(2026, 2, 2 + 7 * week))
    const week_end = weekEnd.toISOString()
    return state === null ? [] : [aState({ team_id, state, week_end, rule: `rule ${week}` })]
  })

const summary = async (...question: Parameters<typeof listStateRuns>) =>
  (await listStateRuns(...question)).map(({ teamId, state, weeks }) => [teamId, state, weeks])

test('weeks in one state are one run, by the rule that led into it', async () => {
  const db = await testDatabase()
  await publish(db, weekly('payments', ['trying', 'adopted', 'adopted', 'adopted', 'lapsed']))
  expect(await listStateRuns(db, ASKED)).toEqual([
    {
      teamId: 'payments',
      pathId: 'http-service',
      state: 'trying',
      rule: 'rule 0',
      first: new Date(day('2026-03-02')),
      last: new Date(day('2026-03-02')),
      weeks: 1,
    },
    {
      teamId: 'payments',
      pathId: 'http-service',
      state: 'adopted',
      rule: 'rule 1',
      first: new Date(day('2026-03-09')),
      last: new Date(day('2026-03-23')),
      weeks: 3,
    },
    {
      teamId: 'payments',
      pathId: 'http-service',
      state: 'lapsed',
      rule: 'rule 4',
      first: new Date(day('2026-03-30')),
      last: new Date(day('2026-03-30')),
      weeks: 1,
    },
  ])
})

test('a week that was never scored ends a run', async () => {
  const db = await testDatabase()
  await publish(db, weekly('payments', ['adopted', 'adopted', null, 'adopted']))
  expect(await summary(db, ASKED)).toEqual([
    ['payments', 'adopted', 2],
    ['payments', 'adopted', 1],
  ])
})

test('a run goes on where the clocks of the reader change', async () => {
  const db = await testDatabase()
  // In Auckland they change on 5 April 2026, between the week ends of 30 March and 6 April.
  await publish(db, weekly('payments', Array(8).fill('adopted')))
  expect(await summary(db, ASKED)).toEqual([['payments', 'adopted', 8]])
})

test('teams and paths have runs of their own, in this order: path, team, time', async () => {
  const db = await testDatabase()
  const other = weekly('search', ['eligible']).map((row) => ({ ...row, path_id: 'batch' }))
  await publish(db, [
    ...weekly('search', [null, 'eligible']),
    ...weekly('warehouse', ['eligible']),
    ...other,
  ])
  const runs = await listStateRuns(db, ASKED)
  expect(runs.map(({ pathId, teamId }) => [pathId, teamId])).toEqual([
    ['batch', 'search'],
    ['http-service', 'search'],
    ['http-service', 'warehouse'],
  ])
  expect(await summary(db, { ...ASKED, pathId: 'batch' })).toEqual([['search', 'eligible', 1]])
  expect(await summary(db, { ...ASKED, teamId: 'warehouse' })).toEqual([
    ['warehouse', 'eligible', 1],
  ])
})

test('what stands up to the moment counts, later weeks and superseded rows do not', async () => {
  const db = await testDatabase()
  await publish(db, weekly('payments', ['eligible', 'eligible']))
  await publish(db, weekly('payments', ['eligible', 'trying', 'trying']), { run: 2 })
  const asOf = new Date(day('2026-03-09'))
  expect(await summary(db, { asOf })).toEqual([
    ['payments', 'eligible', 1],
    ['payments', 'trying', 1],
  ])
})

test('before the first scoring run there are no runs', async () => {
  expect(await listStateRuns(await testDatabase(), ASKED)).toEqual([])
})
