import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wilson } from '#lib/stats/proportions.ts'
import { compareResults } from '#scorecards/comparison.ts'
import type { Interval, MetricResult, Status } from '#scorecards/result.ts'
import { aResult } from '#test/support/results.ts'

const FIRST_QUARTER = { start: '2026-01-01T00:00:00.000Z', end: '2026-04-01T00:00:00.000Z' }
const SECOND_QUARTER = { start: '2026-04-01T00:00:00.000Z', end: '2026-07-01T00:00:00.000Z' }

const interval = (low: number, high: number, method: string): Interval => ({
  low,
  high,
  level: 0.95,
  method,
})

const aProportion = (numerator: number, denominator: number, window = SECOND_QUARTER) => {
  const { low, high } = wilson(numerator, denominator) ?? { low: 0, high: 1 }
  return aResult({
    window,
    value: numerator / denominator,
    numerator,
    denominator,
    n: denominator,
    ci: interval(low, high, 'wilson'),
  })
}

const aRate = (events: number, weeks: number, window = SECOND_QUARTER) =>
  aResult({
    metricId: 'SPD-03',
    unit: 'per week',
    window,
    value: events / weeks,
    numerator: events,
    denominator: weeks,
    ci: interval(0, 9, 'Garwood'),
  })

const aMedian = (value: number, window = SECOND_QUARTER) =>
  aResult({
    metricId: 'SPD-02',
    unit: 'hours',
    window,
    value,
    numerator: null,
    ci: interval(value - 5, value + 5, 'order statistics'),
  })

test('proportions differ with the interval that Newcombe printed', () => {
  // 56 of 70 and 48 of 80: 0.0524 to 0.3339.
  const comparison = compareResults(aProportion(56, 70), aProportion(48, 80, FIRST_QUARTER))
  expect(comparison).toEqual({
    difference: expect.closeTo(0.2, 12),
    incomparable: null,
    ci: {
      low: expect.closeTo(0.0524, 4),
      high: expect.closeTo(0.3339, 4),
      level: 0.95,
      method: 'Newcombe',
    },
    noInterval: null,
    ratio: null,
  })
})

test('where events of one team are alike, the interval comes from those that say so', () => {
  const clustered = (value: number, low: number, high: number, window = SECOND_QUARTER) =>
    aResult({ value, window, ci: interval(low, high, 'clustered by team, t') })
  const comparison = compareResults(
    clustered(0.5, 0.4, 0.6),
    clustered(0.3, 0.2, 0.45, FIRST_QUARTER),
  )
  // 0.2 - √(0.1² + 0.15²) and 0.2 + √(0.1² + 0.1²)
  expect(comparison.ci?.low).toBeCloseTo(0.0197224, 7)
  expect(comparison.ci?.high).toBeCloseTo(0.3414214, 7)
})

test('rates differ by their ratio, with its interval', () => {
  const comparison = compareResults(aRate(18, 12), aRate(20, 40, FIRST_QUARTER))
  // 1.5 and 0.5 a week; the limits are those of the metric reference.
  expect(comparison).toMatchObject({
    difference: 1,
    ci: null,
    noInterval: 'see_ratio',
    ratio: { value: 3 },
  })
  expect(comparison.ratio?.ci?.low).toBeCloseTo(1.6034041, 7)
  expect(comparison.ratio?.ci?.high).toBeCloseTo(5.6130579, 7)
})

test('a rate after none has no ratio, and a lower limit alone', () => {
  const { difference, ratio } = compareResults(aRate(6, 12), aRate(0, 12, FIRST_QUARTER))
  expect(difference).toBe(0.5)
  expect(ratio?.value).toBeNull()
  // Wilson of 6 in 6 begins at 6 / (6 + z²) = 0.609666, and 0.609666 / 0.390334 = 1.561909.
  expect(ratio?.ci?.low).toBeCloseTo(1.561909, 5)
  expect(ratio?.ci?.high).toBeNull()
})

test('rates that vary more than chance have no interval', () => {
  const restless = { ...aRate(18, 12), flags: ['overdispersed'] }
  expect(compareResults(restless, aRate(20, 40, FIRST_QUARTER))).toMatchObject({
    difference: 1,
    ci: null,
    noInterval: 'overdispersed',
    ratio: { value: 3, ci: null },
  })
})

test('medians differ with an interval where their values are known, and without it where not', () => {
  const now = aMedian(60)
  const before = aMedian(36.5, FIRST_QUARTER)
  expect(compareResults(now, before)).toMatchObject({
    difference: 23.5,
    ci: null,
    noInterval: 'needs_values',
  })
  // The worked example of the metric reference.
  const { ci } = compareResults(now, before, {
    current: [30, 42, 45, 51, 60, 75, 80, 120, 200],
    reference: [20, 25, 31, 33, 40, 41, 44, 58],
    seed: 42,
  })
  expect(ci).toEqual({
    low: expect.closeTo(3.975, 9),
    high: expect.closeTo(80, 9),
    level: 0.95,
    method: 'bootstrap, percentile',
  })
})

test('cases that are in both windows leave no interval', () => {
  const overlapping = { start: '2026-03-31T00:00:00.000Z', end: '2026-06-30T00:00:00.000Z' }
  const comparison = compareResults(aProportion(56, 70), aProportion(48, 80, overlapping))
  expect(comparison).toMatchObject({ ci: null, noInterval: 'windows_overlap' })
  expect(comparison.difference).toBeCloseTo(0.2, 12)
  expect(compareResults(aRate(18, 12), aRate(20, 40, overlapping)).ratio).toEqual({
    value: 3,
    ci: null,
  })
})

test.each<[string, Partial<MetricResult>]>([
  ['no_own_interval', { ci: null }],
  ['no_method', { ci: interval(1, 9, 'log-log, Brookmeyer-Crowley') }],
])('without an interval of its own, or a method, the reason is %s', (reason, own) => {
  const pair = [SECOND_QUARTER, FIRST_QUARTER].map((window) => aResult({ ...own, window }))
  const [current = aResult(), reference = aResult()] = pair
  expect(compareResults(current, reference)).toMatchObject({
    difference: 0,
    ci: null,
    noInterval: reason,
  })
})

test.each<[string, Partial<MetricResult>]>([
  ['different_metric', { metricId: 'ADO-01' }],
  ['different_scope', { scope: { pathId: 'other' } }],
  ['different_scope', { scope: { pathId: 'http-service', teamId: 'payments' } }],
  ['different_unit', { unit: 'ratio' }],
  ['different_definition', { definitionVersion: '2.0.0' }],
  ['suppressed', { status: 'suppressed_privacy', value: null }],
])('there is no difference, and the reason is %s', (incomparable, other) => {
  const nothing = { difference: null, incomparable, ci: null, noInterval: null, ratio: null }
  const own = aProportion(7, 9)
  const reference = { ...aProportion(5, 9, FIRST_QUARTER), ...other }
  expect(compareResults(own, reference)).toEqual(nothing)
  expect(compareResults(reference, own)).toEqual(nothing)
})

test.each<Status>([
  'no_data',
  'no_denominator',
  'insufficient_sample',
  'source_missing',
  'source_partial',
  'not_applicable',
  'stale',
])('a result that is %s is compared with nothing, also where it has a value', (status) => {
  const comparison = compareResults(aProportion(7, 9), {
    ...aProportion(5, 9, FIRST_QUARTER),
    status,
  })
  expect(comparison).toMatchObject({ difference: null, incomparable: 'not_ok' })
})

const aShare = fc
  .integer({ min: 1, max: 500 })
  .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)))

test('the other way round the difference and its interval change sign', () => {
  fc.assert(
    fc.property(aShare, aShare, (one, other) => {
      const forth = compareResults(aProportion(...one), aProportion(...other, FIRST_QUARTER))
      const back = compareResults(aProportion(...other, FIRST_QUARTER), aProportion(...one))
      expect(back.difference).toBeCloseTo(-(forth.difference ?? Number.NaN), 12)
      expect(back.ci?.low).toBeCloseTo(-(forth.ci?.high ?? Number.NaN), 12)
    }),
  )
})

test('an interval holds its difference, and stays within what proportions can differ by', () => {
  fc.assert(
    fc.property(aShare, aShare, (one, other) => {
      const { difference, ci } = compareResults(
        aProportion(...one),
        aProportion(...other, FIRST_QUARTER),
      )
      const value = difference ?? Number.NaN
      expect(ci?.low).toBeLessThanOrEqual(value)
      expect(ci?.high).toBeGreaterThanOrEqual(value)
      expect(ci?.low).toBeGreaterThanOrEqual(-1 - 1e-12)
      expect(ci?.high).toBeLessThanOrEqual(1 + 1e-12)
    }),
  )
})
