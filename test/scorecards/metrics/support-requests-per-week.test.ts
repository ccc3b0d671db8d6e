import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  type SupportRequests,
  supportRequestsPerWeek,
  type TypedRequest,
} from '#scorecards/metrics/support-requests-per-week.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { aSupportRequest, coveredFor, OUTSIDE } from '#test/support/requests.ts'

function aTyped(id: string, more: Partial<TypedRequest> = {}): TypedRequest {
  return { ...aSupportRequest({ id }), type: null, ...more }
}

const input = (
  requests: readonly TypedRequest[],
  more: Partial<SupportRequests> = {},
): SupportRequests => ({ asOf: ASOF, requests, covered: coveredFor(182), ...more })

const compute = (...terms: Parameters<typeof input>) =>
  supportRequestsPerWeek.compute(input(...terms))

/** So many requests in each week, the last of them the one before the as-of. */
const weekly = (...counts: readonly number[]) =>
  counts.flatMap((length, week) =>
    Array.from({ length }, (_, index) =>
      aTyped(`${week} ${index}`, { openedAt: daysAgo(7 * (counts.length - week)) }),
    ),
  )

test('the value is requests in the last four weeks, by week; an older one is only on the chart', () => {
  expect(compute(weekly(9, 3, 0, 2, 1))).toMatchObject({
    value: 6 / 4,
    numerator: 6,
    denominator: 4,
    parts: { weeksNotCovered: 0, chartPoints: 26 },
  })
})

test('a week is whole: in the middle of one it is left out', () => {
  const result = compute([aTyped('this week', { openedAt: ASOF })], {
    asOf: new Date('2026-03-05T12:00:00Z'),
  })
  expect(result).toMatchObject({ value: 0, evidence: [] })
  expect(result.window).toEqual({ from: daysAgo(28), to: ASOF })
})

test('a week that was not read to its end is a gap, not a zero', () => {
  const covered = [{ from: daysAgo(28).getTime(), to: daysAgo(1).getTime() }]
  const result = compute(weekly(1, 2, 3, 4), { covered })
  expect(result).toMatchObject({ value: 6 / 3, n: 3, parts: { weeksNotCovered: 1 } })
  expect(setsOf(result)['excluded:week_not_covered']).toHaveLength(4)
})

test('who asked and about what decides whether a request counts', () => {
  const outside = Object.values(OUTSIDE).map((request) => ({ ...request, type: null }))
  const result = compute([aTyped('counted'), ...outside])
  expect(setsOf(result)).toEqual({
    counted: ['counted'],
    'excluded:bot': ['bot'],
    'excluded:no_path': ['no path'],
    'excluded:platform_team': ['platform'],
    unknown: ['nobody'],
  })
  expect(result).toMatchObject({
    value: 1 / 4,
    nUnknown: 1,
    bounds: { low: 1 / 4, high: 2 / 4 },
    flags: ['has_unknown'],
    parts: { unattributed: 1, unattributedShare: 1 / 3 },
  })
})

test('a team or a group is enough to know that it comes from outside', () => {
  const known = [aTyped('team', { openedByGroup: null }), aTyped('group', { teamId: null })]
  expect(compute(known)).toMatchObject({ numerator: 2, nUnknown: 0 })
})

test('each type that occurs is told, and what has none of ours is unclassified', () => {
  const types = ['how_to', 'how_to', 'bug', 'question', null]
  const { parts } = compute(types.map((type, index) => aTyped(`${index}`, { type })))
  expect(parts).toMatchObject({ how_to: 2, bug: 1, unclassified: 2 })
  expect(parts).not.toHaveProperty('access')
})

test('below three weeks that were read there is no headline, and without any no case', () => {
  const statusOf = (days: number) =>
    measure(supportRequestsPerWeek, input([], { covered: coveredFor(days) }), aContext()).status
  expect([0, 14, 21, 28].map(statusOf)).toEqual([
    'no_denominator',
    'insufficient_sample',
    'ok',
    'ok',
  ])
})

test('there is no band, however many there are', () => {
  expect(measure(supportRequestsPerWeek, input(weekly(99, 99, 99, 99)), aContext()).band).toBe(
    'none',
  )
})

test('weeks that differ more than chance would make them are flagged', () => {
  expect(compute(weekly(1, 1, 20, 1)).flags).toContain('overdispersed')
  expect(compute(weekly(...Array.from({ length: 26 }, () => 4))).flags).toEqual([])
})

test('the chart has limits from ten weeks on', () => {
  const partsOf = (weeks: number) =>
    compute(weekly(...Array.from({ length: weeks }, (_, week) => 4 + (week % 2) * 2)), {
      covered: coveredFor(7 * weeks),
    }).parts
  expect(partsOf(9)).toMatchObject({ chartMean: null, chartUpper: null, trendUp: null })
  // Mean 5, every range 2: limits 5 ± 2.66 * 2, of which the lower is below zero.
  expect(partsOf(10)).toMatchObject({ chartMean: 5, chartUpper: 10.32, chartLower: null })
  expect(partsOf(10)['trendUp']).toBe(false)
})

const anyRequests = fc
  .array(
    fc.record({
      days: fc.integer({ min: 1, max: 60 }),
      teamId: fc.constantFrom('payments', null),
      openedByGroup: fc.constantFrom('developers', 'platform', null),
      type: fc.constantFrom('bug', 'question', null),
    }),
    { maxLength: 25 },
  )
  .map((rows) =>
    rows.map(({ days, ...one }, id) => aTyped(`${id}`, { openedAt: daysAgo(days), ...one })),
  )

test('the order of requests does not matter', () => {
  fc.assert(
    fc.property(anyRequests, (requests) => {
      expect(compute(requests.toReversed())).toEqual(compute(requests))
    }),
  )
})

test('a request that is left out changes nothing but what is told of it', () => {
  const left = [aTyped('bot', { bot: true }), aTyped('own', { openedByGroup: 'platform' })]
  fc.assert(
    fc.property(anyRequests, fc.constantFrom(...left), (requests, one) => {
      const [without, within] = [compute(requests), compute([...requests, one])]
      expect({ ...within, evidence: [] }).toEqual({ ...without, evidence: [] })
      const kept = within.evidence.map((set) => set.ids.filter((id) => id !== one.id))
      expect(kept.flat().toSorted()).toEqual(without.evidence.flatMap(({ ids }) => ids).toSorted())
    }),
  )
})
