import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  type NewcomerSupport,
  newcomerSupportRatio,
} from '#scorecards/metrics/newcomer-support-ratio.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { aSupportRequest, coveredFor, OUTSIDE } from '#test/support/requests.ts'

/** Five weeks on the path, and two years. */
const TEAMS = [
  { id: 'new', firstAttemptAt: daysAgo(35) },
  { id: 'old', firstAttemptAt: daysAgo(730) },
]

const input = (facts: Partial<NewcomerSupport>): NewcomerSupport => ({
  asOf: ASOF,
  requests: [],
  teams: TEAMS,
  covered: coveredFor(91),
  ...facts,
})

const compute = (facts: Partial<NewcomerSupport>) => newcomerSupportRatio.compute(input(facts))

const asked = (teamId: string | null, length: number, days = 7) =>
  Array.from({ length }, (_, index) =>
    aSupportRequest({ id: `${teamId} ${index}`, teamId, openedAt: daysAgo(days) }),
  )

test('the value is how many times as often newcomers ask, by their weeks', () => {
  // 10 in 5 weeks against 13 in 13.
  expect(compute({ requests: [...asked('new', 10), ...asked('old', 13)] })).toMatchObject({
    value: 2,
    numerator: 2,
    denominator: 1,
    n: 23,
    parts: {
      newcomerRequests: 10,
      newcomerTeamWeeks: 5,
      newcomerTeams: 1,
      establishedRequests: 13,
      establishedTeamWeeks: 13,
      establishedTeams: 1,
    },
  })
})

test('a team is a newcomer for eight weeks sharp, then established', () => {
  const teams = [{ id: 'payments', firstAttemptAt: daysAgo(60) }]
  const on = (days: number) => aSupportRequest({ id: `${days}`, openedAt: daysAgo(days) })
  const result = compute({ teams, requests: [on(61), on(60), on(4.001), on(4), on(1)] })
  expect(setsOf(result)).toEqual({
    counted: ['4.001', '60'],
    'excluded:before_first_attempt': ['61'],
    'not_counted:established': ['1', '4'],
  })
  expect(result.parts).toMatchObject({
    newcomerTeamWeeks: 8,
    establishedTeamWeeks: 4 / 7,
    newcomerTeams: 1,
    establishedTeams: 1,
  })
})

test('a team that never tried is on neither side, an unknown one is unknown', () => {
  const teams = [...TEAMS, { id: 'never', firstAttemptAt: null }]
  const requests = [
    ...asked('never', 1),
    ...asked('elsewhere', 1),
    ...asked(null, 1),
    ...Object.values(OUTSIDE),
  ]
  const result = compute({ teams, requests })
  expect(setsOf(result)).toEqual({
    'excluded:bot': ['bot'],
    'excluded:no_attempt': ['elsewhere 0', 'never 0'],
    'excluded:no_path': ['no path'],
    'excluded:platform_team': ['platform'],
    unknown: ['nobody', 'null 0'],
  })
  expect(result).toMatchObject({ nUnknown: 2, flags: ['has_unknown'], n: 0 })
})

test('time that was not read counts for nobody, with its requests', () => {
  const result = compute({
    covered: coveredFor(14),
    requests: [...asked('new', 1, 7), ...asked('old', 1, 21)],
  })
  expect(result.parts).toMatchObject({ newcomerTeamWeeks: 2, establishedTeamWeeks: 2 })
  expect(setsOf(result)).toEqual({ counted: ['new 0'], 'excluded:not_covered': ['old 0'] })
})

test('no request of an established team: no ratio, and only a lower limit', () => {
  const result = compute({ requests: asked('new', 10) })
  expect(result.value).toBeNull()
  expect(result.ci?.low).toBeGreaterThan(0)
  expect(result.ci?.high).toBeNull()
})

test('a side without team-weeks: no ratio and no interval', () => {
  const [, old = TEAMS[0]] = TEAMS
  const result = compute({ teams: old ? [old] : [], requests: asked('old', 9) })
  expect(result).toMatchObject({ value: null, numerator: null, ci: null, isTooSmall: true })
})

test('eight team-weeks on each side and five established requests are enough', () => {
  const statusOf = (weeks: number, established: number) => {
    const teams = [{ id: 'new', firstAttemptAt: daysAgo(7 * weeks) }, ...TEAMS.slice(1)]
    const requests = [...asked('new', 20), ...asked('old', established)]
    return measure(newcomerSupportRatio, input({ teams, requests }), aContext()).status
  }
  expect(statusOf(8, 5)).toBe('ok')
  expect(statusOf(7, 5)).toBe('insufficient_sample')
  expect(statusOf(8, 4)).toBe('insufficient_sample')
})

test('many times as many requests of newcomers are bad', () => {
  const teams = [{ id: 'new', firstAttemptAt: daysAgo(56) }, ...TEAMS.slice(1)]
  const requests = [...asked('new', 80), ...asked('old', 10)]
  expect(measure(newcomerSupportRatio, input({ teams, requests }), aContext()).band).toBe('bad')
})

test('the window is half-open: 91 days ago is in', () => {
  const at = (days: number) => compute({ requests: asked('old', 1, days) }).n
  expect([at(91), at(91.001), at(0)]).toEqual([1, 0, 0])
})

const anyRequests = fc
  .array(
    fc.record({
      teamId: fc.constantFrom('new', 'old', 'elsewhere', null),
      days: fc.integer({ min: 1, max: 100 }),
    }),
    { maxLength: 25 },
  )
  .map((rows) =>
    rows.map(({ teamId, days }, id) =>
      aSupportRequest({ id: `${id}`, teamId, openedAt: daysAgo(days) }),
    ),
  )

test('the order of requests and teams does not matter', () => {
  fc.assert(
    fc.property(anyRequests, (requests) => {
      const turned = { requests: requests.toReversed(), teams: TEAMS.toReversed() }
      expect(compute(turned)).toEqual(compute({ requests }))
    }),
  )
})

test('a request that is left out changes nothing but its count', () => {
  const bot = aSupportRequest({ id: 'bot', teamId: 'new', bot: true })
  fc.assert(
    fc.property(anyRequests, (requests) => {
      const more = compute({ requests: [...requests, bot] })
      expect({ ...more, evidence: [] }).toEqual({ ...compute({ requests }), evidence: [] })
    }),
  )
})
