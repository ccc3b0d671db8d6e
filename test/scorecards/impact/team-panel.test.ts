import { expect, test } from 'vitest'
import {
  type OutcomeEvent,
  outcomesOf,
  periodOf,
  spanOf,
  toGrid,
} from '#scorecards/impact/outcome-series.ts'
import { type TeamHistory, toTeamPanel } from '#scorecards/impact/team-panel.ts'
import { aHistory, EIGHT_PERIODS, FIRST_MONDAY, weeksLater } from '#test/support/impact.ts'

const anEvent = (event: Partial<OutcomeEvent> = {}): OutcomeEvent => ({
  at: FIRST_MONDAY,
  amount: 1,
  cases: 1,
  instrument: 'deployments',
  ...event,
})
const events = (amounts: readonly (number | null)[], event: Partial<OutcomeEvent> = {}) =>
  amounts.map((amount) => anEvent({ ...event, amount }))

const ONE_PERIOD = toGrid({ from: FIRST_MONDAY, to: weeksLater(4) }, 4)
const only = (list: readonly OutcomeEvent[], statistic: 'log_median' | 'ratio') =>
  outcomesOf(list, statistic, ONE_PERIOD)[0]

test('periods are whole weeks from the first Monday on; what is left at the end is left out', () => {
  const grid = toGrid({ from: FIRST_MONDAY, to: weeksLater(11) }, 4)
  expect(grid.count).toBe(2)
  expect(spanOf(grid, 1, 2)).toEqual({ from: FIRST_MONDAY, to: weeksLater(8) })
  const later = toGrid({ from: new Date('2025-01-06T00:00:01Z'), to: weeksLater(9) }, 4)
  expect(later.count).toBe(2)
  expect(spanOf(later, 1, 1)).toEqual({ from: weeksLater(1), to: weeksLater(5) })
  expect(toGrid({ from: FIRST_MONDAY, to: FIRST_MONDAY }, 4).count).toBe(0)
})

test('a period holds its first moment and not its last', () => {
  const grid = toGrid(EIGHT_PERIODS, 4)
  const justBefore = new Date(weeksLater(4).getTime() - 1)
  expect([FIRST_MONDAY, justBefore, weeksLater(4)].map((at) => periodOf(grid, at))).toEqual([
    1, 1, 2,
  ])
  expect(periodOf(grid, new Date(FIRST_MONDAY.getTime() - 1))).toBe(0)
  expect(periodOf(grid, weeksLater(32))).toBe(9)
})

test('the outcome is the logarithm of the median, or the amounts per case', () => {
  expect(only(events([9, 1, 4, 2, 100]), 'log_median')?.value).toBeCloseTo(Math.log(4), 12)
  expect(only(events([1, 0, 0, 0, 1]), 'ratio')?.value).toBe(0.4)
  const requests = events([1, 1, 1], { cases: 0, instrument: 'helpdesk' })
  expect(only([...events([0, 0, 0, 0, 0, 0]), ...requests], 'ratio')).toEqual({
    value: 0.5,
    instruments: ['deployments', 'helpdesk'],
  })
})

test('fewer than five cases are no outcome; what is unknown is no case, a request is none either', () => {
  expect(only(events([1, 2, 3, 4]), 'log_median')?.value).toBeNull()
  expect(only(events([1, 2, 3, 4, null]), 'log_median')?.value).toBeNull()
  expect(only([...events([0, 0, 0, 0]), ...events([1], { cases: 0 })], 'ratio')?.value).toBeNull()
  expect(only([], 'ratio')).toEqual({ value: null, instruments: [] })
})

test('a true 0 of a rate is an outcome, a median of 0 has no logarithm', () => {
  expect(only(events([0, 0, 0, 0, 0]), 'ratio')?.value).toBe(0)
  expect(only(events([0, 0, 0, 0, 0]), 'log_median')?.value).toBeNull()
})

test('what lies outside the span is left out', () => {
  const outside = [new Date(FIRST_MONDAY.getTime() - 1), weeksLater(4)]
  const inside = events([2, 2, 2, 2, 2])
  const all = [...inside, ...outside.map((at) => anEvent({ at, amount: 99 }))]
  expect(outcomesOf(all, 'log_median', ONE_PERIOD)).toEqual(
    outcomesOf(inside, 'log_median', ONE_PERIOD),
  )
})

const panelOf = (teams: readonly TeamHistory[], terms = {}) =>
  toTeamPanel({
    span: EIGHT_PERIODS,
    statistic: 'log_median',
    origins: null,
    teams,
    ...terms,
  })

const gapIn = (period: number) =>
  Array.from({ length: 8 }, (_, index) => (index + 1 === period ? null : 10))

test('a team with a thin period leaves and is counted', () => {
  const teams = [1, 2, 3].map((number) => aHistory({ team: `team ${number}` }))
  const { panel, dropped } = panelOf([...teams, aHistory({ team: 'thin', medians: gapIn(2) })])
  expect(panel.units).toEqual(['team 1', 'team 2', 'team 3'])
  expect(panel.periods).toHaveLength(8)
  expect(dropped).toEqual([{ unit: 'thin', why: 'missing_period' }])
})

test('periods become eight weeks long when over 30 % would leave, at 30 % they do not', () => {
  const teams = (thin: number) =>
    Array.from({ length: 10 }, (_, index) =>
      aHistory({ team: `team ${index}`, ...(index < thin ? { medians: gapIn(2) } : {}) }),
    )
  expect(panelOf(teams(3)).grid.weeks).toBe(4)
  expect(panelOf(teams(3)).panel.units).toHaveLength(7)
  const { grid, panel, dropped } = panelOf(teams(4))
  expect([grid.weeks, panel.periods, panel.units.length, dropped]).toEqual([
    8,
    [1, 2, 3, 4],
    10,
    [],
  ])
})

test('in periods of eight weeks a team adopts in the one that holds its week', () => {
  const thin = [1, 2].map((team) => aHistory({ team: `thin ${team}`, medians: gapIn(2) }))
  const adopters = [1, 2, 3, 4, 5].map((period) =>
    aHistory({ team: `in ${period}`, adoptedIn: period }),
  )
  // Without those treated from the start 2 of 6 would leave.
  const { panel, dropped } = panelOf([...thin, ...adopters])
  expect(panel.units).toEqual(['in 3', 'in 4', 'in 5', 'thin 1', 'thin 2'])
  expect(panel.firsts).toEqual([2, 2, 3, 0, 0])
  expect(dropped.map(({ why }) => why)).toEqual(['treated_from_start', 'treated_from_start'])
})

test('where longer periods are no help the panel becomes shorter, by as little as possible', () => {
  // Two of three teams have nothing at all in periods 3 and 4; what is left is 1 to 2, or 5 to 8.
  const empty = aHistory({ medians: [10, 10, null, null, 10, 10, 10, 10] }).outcome.filter(
    ({ at }) => at < weeksLater(8) || at >= weeksLater(16),
  )
  const teams = ['a', 'b', 'c'].map((team) => aHistory({ team }))
  const holes = teams.map((one) => (one.team === 'c' ? one : { ...one, outcome: empty }))
  const { panel, grid } = panelOf(holes)
  expect([grid.weeks, panel.periods, panel.units]).toEqual([4, [5, 6, 7, 8], ['a', 'b', 'c']])
})

test('when nothing helps, what periods of eight weeks leave over decides', () => {
  const without = ['a', 'b'].map((team) => ({ ...aHistory({ team }), outcome: [] }))
  const { grid, dropped } = panelOf(without)
  expect([grid.weeks, dropped.length]).toEqual([8, 2])
})

test('adoptions of another origin can be left out, and are counted', () => {
  const teams = [
    aHistory({ team: 'chose', adoptedIn: 4 }),
    aHistory({ team: 'told', adoptedIn: 4, origin: 'mandated' }),
    aHistory({ team: 'unclear', adoptedIn: 4, origin: null }),
    aHistory({ team: 'never' }),
  ]
  const { panel, dropped } = panelOf(teams, { origins: ['voluntary'] })
  expect(panel.units).toEqual(['chose', 'never'])
  expect(dropped).toEqual([
    { unit: 'told', why: 'other_origin' },
    { unit: 'unclear', why: 'other_origin' },
  ])
})

test('a team that adopted before the span is treated from the start, one after it is not treated', () => {
  const teams = [
    { ...aHistory({ team: 'before' }), firstAdoptedWeek: weeksLater(-60) },
    { ...aHistory({ team: 'after' }), firstAdoptedWeek: weeksLater(32) },
    aHistory({ team: 'unclear', adoptedIn: null }),
  ]
  const { panel, dropped } = panelOf(teams)
  expect([panel.units, panel.firsts]).toEqual([['after'], [0]])
  expect(dropped).toEqual([
    { unit: 'before', why: 'treated_from_start' },
    { unit: 'unclear', why: 'treatment_unknown' },
  ])
})
