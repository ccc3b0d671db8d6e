import { expect, test } from 'vitest'
import { chartParts, processChart } from '#scorecards/process-chart.ts'

/** Ten points of mean 5, every moving range 2: limits -.32 and 10.32. */
const STEADY = [4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6]

const trendOf = (...series: readonly (number | null)[]) => processChart(series)?.isTrendingUp

test('a steady series goes nowhere', () => {
  expect(trendOf(...STEADY)).toBe(false)
  expect(processChart(STEADY)?.limits).toMatchObject({ mean: 5, upper: 10.32 })
})

test('below ten points nobody can tell, and a gap is no point', () => {
  expect(processChart(STEADY.slice(0, 9))).toBeNull()
  expect(processChart([...STEADY.slice(0, 9), null])).toBeNull()
  expect(chartParts([...STEADY.slice(0, 9), null])).toEqual({
    chartPoints: 9,
    chartMean: null,
    chartUpper: null,
    chartLower: null,
    trendUp: null,
  })
})

test('a point above the upper limit is a trend for eight entries, gaps included', () => {
  expect(trendOf(...STEADY, 11)).toBe(true)
  expect(trendOf(...STEADY, 10)).toBe(false)
  expect(trendOf(...STEADY, 11, 4, 6, 4, null, 4, 6, 4)).toBe(true)
  expect(trendOf(...STEADY, 11, 4, 6, 4, null, 4, 6, 4, 6)).toBe(false)
})

test('a point below the lower limit is none', () => {
  expect(trendOf(...STEADY, -1)).toBe(false)
})

test('eight points in a row above the mean are a trend, below it they are none', () => {
  // The last point of the steady part is above the mean already.
  expect(trendOf(...STEADY, 6, 6, 6, 6, 6, 6)).toBe(false)
  expect(trendOf(...STEADY, 6, 6, 6, 6, 6, 6, 6)).toBe(true)
  expect(trendOf(...STEADY, ...Array.from({ length: 8 }, () => 4))).toBe(false)
})

test('a lower limit is told where it can be reached', () => {
  const high = STEADY.map((value) => value + 10)
  expect(chartParts(high).chartLower).toBeCloseTo(15 - 2.66 * 2, 12)
  expect(chartParts(STEADY).chartLower).toBeNull()
})
