import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tQuantile } from '#lib/stats/distributions.ts'
import { baselines } from '#lib/stats/process-behaviour.ts'
import { clusterRatio, wilson } from '#lib/stats/proportions.ts'
import { median, medianInterval, orderStatisticRanks, quantile } from '#lib/stats/quantiles.ts'
import { kaplanMeier, timeAtSurvival } from '#lib/stats/survival.ts'

const counts = fc
  .integer({ min: 1, max: 500 })
  .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)))

test('a Wilson interval holds its proportion and stays within 0 and 1', () => {
  fc.assert(
    fc.property(counts, ([x, n]) => {
      const limits = wilson(x, n)
      expect(limits?.low).toBeGreaterThanOrEqual(0)
      expect(limits?.low).toBeLessThanOrEqual(x / n)
      expect(limits?.high).toBeGreaterThanOrEqual(x / n)
      expect(limits?.high).toBeLessThanOrEqual(1)
    }),
  )
})

test('a Wilson interval reaches its end when nothing or everything counts', () => {
  expect(wilson(0, 7)?.low).toBe(0)
  expect(wilson(7, 7)?.high).toBe(1)
  expect(wilson(0, 0)).toBeNull()
})

// Two-sided 95 % of printed tables of Student's t.
test.each([
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [10, 2.228],
  [29, 2.045],
  [30, 2.042],
  [120, 1.98],
])('the t quantile of %i degrees of freedom is that of the tables', (df, expected) => {
  expect(tQuantile(0.975, df)).toBeCloseTo(expected, 3)
})

// With one degree of freedom t is the Cauchy distribution, with two it has a closed form.
test('the t quantile agrees with its closed forms', () => {
  expect(tQuantile(0.975, 1)).toBeCloseTo(Math.tan(Math.PI * 0.475), 10)
  expect(tQuantile(0.975, 2)).toBeCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)), 10)
})

test('the t quantile of many degrees of freedom comes near that of the normal distribution', () => {
  expect(tQuantile(0.975, 100_001)).toBeCloseTo(1.96, 4)
})

test('a pooled ratio leaves out clusters without a denominator', () => {
  const some = [
    { numerator: 3, denominator: 4 },
    { numerator: 1, denominator: 6 },
  ]
  const ratio = clusterRatio([...some, { numerator: 0, denominator: 0 }])
  expect(ratio).toEqual(clusterRatio(some))
  expect(ratio).toMatchObject({ value: 0.4, clusters: 2 })
})

test('one cluster has a ratio and no interval, none has neither', () => {
  expect(clusterRatio([{ numerator: 3, denominator: 4 }])).toEqual({
    value: 0.75,
    se: null,
    t: null,
    ci: null,
    clusters: 1,
  })
  expect(clusterRatio([])).toMatchObject({ value: null, ci: null })
})

test('clusters that agree leave no room for error', () => {
  const ratio = clusterRatio([
    { numerator: 1, denominator: 2 },
    { numerator: 4, denominator: 8 },
  ])
  expect(ratio).toMatchObject({ se: 0, ci: { low: 0.5, high: 0.5 } })
})

test('the order of clusters does not matter', () => {
  const clusters = fc.array(
    fc.record({ numerator: fc.nat(20), more: fc.nat(20) }).map(({ numerator, more }) => ({
      numerator,
      denominator: numerator + more,
    })),
  )
  fc.assert(
    fc.property(clusters, (given) => {
      const [one, other] = [clusterRatio(given), clusterRatio(given.toReversed())]
      expect(one.value).toBe(other.value)
      expect(one.se ?? 0).toBeCloseTo(other.se ?? 0, 10)
    }),
  )
})

test('the median of an even count is the mean of the middle two', () => {
  expect(median([40, 10, 30, 20])).toBe(25)
  expect(quantile([5], 0.9)).toBe(5)
})

test('an interval of the median exists from six values on', () => {
  expect(orderStatisticRanks(5, 0.5)).toBeNull()
  // Six of six on one side: 2 / 64 of chance outside.
  expect(orderStatisticRanks(6, 0.5)).toEqual({
    lower: 1,
    upper: 6,
    coverage: expect.closeTo(0.96875, 12),
  })
  expect(medianInterval([1, 2, 3, 4, 5])).toBeNull()
  expect(medianInterval([6, 1, 5, 2, 4, 3])).toEqual({ low: 1, high: 6 })
})

test('an interval of the ninth decile exists from 36 values on', () => {
  expect(orderStatisticRanks(35, 0.9)).toBeNull()
  expect(orderStatisticRanks(36, 0.9)?.upper).toBe(36)
})

test('the interval of the median of many values is found', () => {
  const ranks = orderStatisticRanks(100_000, 0.5)
  // Half of 100,000, and 1.96 standard deviations of √100,000 / 2 to each side.
  expect(ranks?.lower).toBeGreaterThan(49_685)
  expect(ranks?.lower).toBeLessThan(49_695)
  expect(ranks?.coverage).toBeCloseTo(0.95, 2)
})

test('no values have no quantile and no interval', () => {
  expect(median([])).toBeNull()
  expect(medianInterval([])).toBeNull()
})

const ended = (time: number) => ({ time, ended: true })
const watched = (time: number) => ({ time, ended: false })

test('a case that ends when the watching of another does still has that other beside it', () => {
  expect(kaplanMeier([ended(5), watched(5)]).curve).toMatchObject([
    { time: 5, atRisk: 2, events: 1, survival: 0.5 },
  ])
})

test('a median is not reached while more than half still last', () => {
  const survival = kaplanMeier([ended(1), watched(2), watched(2)])
  expect(survival.median).toBeNull()
  expect(survival.medianCi.high).toBeNull()
})

test('when everything ended, nothing is left and that point has no limits', () => {
  const { curve, median: middle } = kaplanMeier([ended(1), ended(2)])
  expect(curve.at(-1)).toMatchObject({ survival: 0, ci: null })
  expect(middle).toBe(1)
  expect(timeAtSurvival(curve, 0.1)).toBe(2)
})

test('nothing watched has no curve and no median', () => {
  expect(kaplanMeier([])).toEqual({ curve: [], median: null, medianCi: { low: null, high: null } })
})

test('survival never rises, and watching longer never shortens the median', () => {
  const cases = fc.array(
    fc.record({ time: fc.integer({ min: 1, max: 50 }), ended: fc.boolean() }),
    { minLength: 1 },
  )
  fc.assert(
    fc.property(cases, (given) => {
      const { curve, median: middle } = kaplanMeier(given)
      const shares = curve.map(({ survival }) => survival)
      expect(shares).toEqual(shares.toSorted((a, b) => b - a))
      const longer = given.map((one) => (one.ended ? one : { ...one, time: one.time + 50 }))
      const later = kaplanMeier(longer).median
      expect(later ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
        middle ?? Number.POSITIVE_INFINITY,
      )
    }),
  )
})

const around = (mean: number, length: number) =>
  Array.from({ length }, (_, index) => mean + (index % 2 === 0 ? 1 : -1))

test('a run of eight proposes a baseline, and eight further points accept it', () => {
  const settled = around(10, 20)
  expect(baselines(settled.slice(0, 9))).toEqual({ accepted: [], proposedFrom: null })
  expect(baselines([...settled, ...around(20, 8)])).toMatchObject({
    accepted: [{ from: 0, to: 20, limits: { mean: 10 } }],
    proposedFrom: 20,
  })
  expect(baselines([...settled, ...around(20, 16)])).toMatchObject({
    accepted: [
      { from: 0, to: 20, limits: { mean: 10 } },
      { from: 20, to: 36, limits: { mean: 20 } },
    ],
    proposedFrom: null,
  })
})

test('a baseline that begins with a run is left by the next run', () => {
  // The mean of the first twenty is 14: eight lie above it, and then twelve below.
  const higher = [...around(20, 8), ...around(10, 12)]
  expect(baselines(higher)).toMatchObject({
    accepted: [{ from: 0, to: 20, limits: { mean: 14 } }],
    proposedFrom: 8,
  })
  expect(baselines([...higher, ...around(10, 4)])).toMatchObject({
    accepted: [
      { from: 0, to: 20, limits: { mean: 14 } },
      { from: 8, to: 24, limits: { mean: 10 } },
    ],
    proposedFrom: null,
  })
})
