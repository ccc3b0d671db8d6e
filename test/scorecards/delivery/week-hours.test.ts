import { expect, test } from 'vitest'
import type { DeliveryModel } from '#scorecards/delivery/model.ts'
import type { TallyWindow } from '#scorecards/delivery/tally.ts'
import { WeekHours } from '#scorecards/delivery/week-hours.ts'

const WEEK_MS = 7 * 24 * 60 * 60 * 1000
const MONDAY = Date.UTC(2026, 0, 5)

/** A window of so many weeks that begins so many weeks after the first. */
const weeks = (first: number, count: number): TallyWindow => {
  const [from, to] = [MONDAY + first * WEEK_MS, MONDAY + (first + count) * WEEK_MS]
  return { from, to, asOf: to }
}

/** Each team has one change a week: after as many hours as the week's number, and a hundred for each team before it. */
function aModel(teams: readonly string[]) {
  const asked: string[] = []
  const tally = (team: string, { from }: TallyWindow) => {
    const week = (from - MONDAY) / WEEK_MS
    asked.push(`${team} ${week}`)
    const hours = Float64Array.of(100 * teams.indexOf(team) + week)
    const changes = {
      at: Float64Array.of(from),
      team: Int32Array.of(0),
      set: Uint8Array.of(0),
      hours,
    }
    return { counted: [{ changes, own: 0, from: 0, to: 1 }] }
  }
  return { asked, model: { tally } as unknown as DeliveryModel }
}

const listed = (found: ReturnType<WeekHours['of']>) => {
  const hours = found?.('hours')
  return hours && Array.from({ length: hours.count }, (_, place) => hours.at(place))
}

test('each scope has what changes of its own teams took, over its own weeks', () => {
  const { model } = aModel(['payments', 'search'])
  const hours = new WeekHours(model)
  expect(listed(hours.of('', ['payments', 'search'], weeks(0, 2)))).toEqual([0, 1, 100, 101])
  expect(listed(hours.of('deploy', ['search'], weeks(0, 2)))).toEqual([100, 101])
  expect(listed(hours.of('deploy', ['search'], weeks(1, 2)))).toEqual([101, 102])
})

test('a scope whose teams are others has their changes', () => {
  const { model } = aModel(['payments', 'search'])
  const hours = new WeekHours(model)
  expect(listed(hours.of('deploy', ['search'], weeks(0, 1)))).toEqual([100])
  expect(listed(hours.of('deploy', ['payments'], weeks(0, 1)))).toEqual([0])
  expect(listed(hours.of('deploy', ['payments', 'search'], weeks(0, 1)))).toEqual([0, 100])
})

test('each week of a scope is looked at once, however many scopes take turns', () => {
  const teams = Array.from({ length: 9 }, (_, place) => `team-${place}`)
  const { model, asked } = aModel(teams)
  const hours = new WeekHours(model)
  for (let end = 0; end < 10; end += 1) {
    for (const team of teams) listed(hours.of(team, [team], weeks(end, 13)))
  }
  expect(asked).toHaveLength(teams.length * 22)
  expect(new Set(asked).size).toBe(asked.length)
})

test('a window that begins or ends within a week is none of weeks', () => {
  const { model } = aModel(['search'])
  const { from, to, asOf } = weeks(0, 2)
  const hours = new WeekHours(model)
  expect(hours.of('', ['search'], { from: from + 1, to, asOf })).toBeUndefined()
  expect(hours.of('', ['search'], { from, to: to - 1, asOf })).toBeUndefined()
})
