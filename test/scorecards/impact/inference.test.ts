import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { Z } from '#lib/stats/level.ts'
import { mulberry32 } from '#lib/stats/random.ts'
import { dynamicAggregate } from '#scorecards/impact/aggregate.ts'
import { estimateCells } from '#scorecards/impact/cells.ts'
import { DEFAULT_MULTIPLIER, multiplierBootstrap } from '#scorecards/impact/multiplier-bootstrap.ts'
import { toPanel, type UnitSeries } from '#scorecards/impact/panel.ts'
import { randomise } from '#scorecards/impact/randomisation.ts'
import { DEFAULT_STUDY, toStudy } from '#scorecards/impact/study.ts'

function studyOf(series: readonly UnitSeries[], periods: readonly number[]) {
  const study = toStudy(toPanel(series, periods).panel)
  if (study === null) throw new Error('nothing to compare with')
  return study
}

/** Changes in two periods of units treated in the second, and of units never treated. */
const twoByTwo = (treated: readonly number[], never: readonly number[]) =>
  studyOf(
    [
      ...treated.map((change, index) => ({ unit: `t${index}`, first: 2, outcomes: [0, change] })),
      ...never.map((change, index) => ({ unit: `c${index}`, first: 0, outcomes: [0, change] })),
    ],
    [1, 2],
  )

const DRAWS = { replicates: 999, seed: 1 }

test('the p of a shuffle comes near the share of all ways to choose that are as extreme', () => {
  // Of the 20 ways to choose 3 of 6, only these 3 and the other 3 lie so far apart.
  const study = twoByTwo([11, 12, 13], [1, 2, 3])
  const { statistic, p } = randomise(study, { ...DRAWS, statistic: 'group_overall_t' })
  // Variances 2/3 on either side: se = √(2/9 + 2/9) = 2/3.
  expect(statistic).toBeCloseTo(15, 10)
  expect(p).toBeGreaterThan(0.07)
  expect(p).toBeLessThan(0.13)
})

test('a shuffle that means the same is a tie, whatever the last bits are', () => {
  // 0.1 + 0.2 is not 0.3; each way to choose one of two gives the same statistic.
  const study = twoByTwo([0.1, 0.2], [0.3, 0.4])
  const { p } = randomise(study, { ...DRAWS, statistic: 'group_overall_t' })
  // Of 6 ways two are as extreme: those that keep the pairs together.
  expect(p).toBeGreaterThan(0.29)
  expect(p).toBeLessThan(0.38)
})

test('the same seed gives the same p, another another', () => {
  const study = twoByTwo([4, 6, 1, 9], [1, 3, 8, 2, 5])
  const pOf = (seed: number) =>
    randomise(study, { replicates: 99, seed, statistic: 'group_overall_t' }).p
  expect(pOf(7)).toBe(pOf(7))
  expect(new Set([1, 2, 3, 4].map(pOf)).size).toBeGreaterThan(1)
})

test('p is never 0 and never above 1', () => {
  const far = twoByTwo(Array(9).fill(100), [1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(randomise(far, { ...DRAWS, statistic: 'group_overall_t' }).p).toBe(0.001)
  const none = twoByTwo([1, 3], [1, 3])
  expect(randomise(none, { ...DRAWS, statistic: 'group_overall_t' })).toEqual({
    statistic: 0,
    p: 1,
  })
})

test('what the study does not have has no statistic and no p', () => {
  const untreated = studyOf([{ unit: 'a', first: 0, outcomes: [1, 2] }], [1, 2])
  const absent = { statistic: null, p: null }
  expect(randomise(untreated, { ...DRAWS, statistic: 'group_overall_t' })).toEqual(absent)
  // Two periods: none before the one before treatment.
  const short = twoByTwo([1, 2], [3, 4])
  expect(randomise(short, { ...DRAWS, statistic: 'pretrend_max_t' })).toEqual(absent)
})

test('the largest t before treatment is that of the cells that vary', () => {
  const study = studyOf(
    [
      { unit: 'a', first: 3, outcomes: [0, 1, 5] },
      { unit: 'b', first: 3, outcomes: [0, 3, 5] },
      { unit: 'c', first: 0, outcomes: [0, 5, 6] },
      { unit: 'd', first: 0, outcomes: [0, 7, 6] },
    ],
    [1, 2, 3],
  )
  // ATT(3,2) = 2 - 6; variances 1 on either side: se = √(1/2 + 1/2).
  expect(randomise(study, { ...DRAWS, statistic: 'pretrend_max_t' }).statistic).toBeCloseTo(4, 10)
})

test('the bootstrap of one influence comes near its standard error and the normal quantile', () => {
  const random = mulberry32(3)
  const influence = Float64Array.from({ length: 200 }, () => random() * 12 - 6)
  const root = Math.sqrt(influence.reduce((sum, value) => sum + value ** 2, 0)) / 200
  for (const weights of ['rademacher', 'mammen'] as const) {
    const options = { weights, replicates: 9999, seed: 5, level: 0.95 }
    const { errors, critical } = multiplierBootstrap([influence], options)
    expect((errors[0] ?? 0) / root).toBeCloseTo(1, 1)
    expect((critical ?? 0) / Z).toBeCloseTo(1, 1)
  }
})

test('bands over several rows are wider than of one, and a row that does not vary is left out', () => {
  const random = mulberry32(4)
  const columns = Array.from({ length: 6 }, () =>
    Float64Array.from({ length: 100 }, () => random() - 0.5),
  )
  const options = { ...DEFAULT_MULTIPLIER, seed: 1 }
  const [one] = [multiplierBootstrap(columns.slice(0, 1), options)]
  const all = multiplierBootstrap(columns, options)
  expect(all.critical).toBeGreaterThan(one.critical ?? Number.POSITIVE_INFINITY)
  const still = multiplierBootstrap([...columns, new Float64Array(100)], options)
  expect(still).toEqual({ errors: [...all.errors, 0], critical: all.critical })
})

test('rows that do not vary, and no rows, have no critical value', () => {
  const options = { ...DEFAULT_MULTIPLIER, seed: 1 }
  expect(multiplierBootstrap([new Float64Array(3)], options)).toEqual({
    errors: [0],
    critical: null,
  })
  expect(multiplierBootstrap([], options)).toEqual({ errors: [], critical: null })
})

test('one draw of Rademacher is the signs of the generator', () => {
  // mulberry32(11): one draw per unit, in order; the statistic of one draw has no spread.
  const random = mulberry32(11)
  const signs = [random(), random()].map((u) => (u < 0.5 ? 1 : -1))
  const next = [random(), random()].map((u) => (u < 0.5 ? 1 : -1))
  const sumOf = ([a = 0, b = 0]: number[]) => (a * 2 + b * 5) / Math.SQRT2
  const [low = 0, high = 0] = [sumOf(signs), sumOf(next)].toSorted((a, b) => a - b)
  const options = { weights: 'rademacher' as const, replicates: 2, seed: 11, level: 0.95 }
  const { errors } = multiplierBootstrap([Float64Array.of(2, 5)], options)
  // Of two draws the lower is the order statistic at ⌈.5⌉, the higher that at ⌈1.5⌉.
  expect(errors[0]).toBeCloseTo((high - low) / 1.3489795003921634 / Math.SQRT2, 12)
})

test('999 shuffles of 40 teams and 8 periods take well under a second', () => {
  const random = mulberry32(1)
  const series = Array.from({ length: 40 }, (_, index) => ({
    unit: `team ${index}`,
    first: index < 22 ? 3 + (index % 3) : 0,
    outcomes: Array.from({ length: 8 }, random),
  }))
  const study = studyOf(series, [1, 2, 3, 4, 5, 6, 7, 8])
  const start = performance.now()
  randomise(study, { ...DRAWS, statistic: 'group_overall_t' })
  expect(performance.now() - start).toBeLessThan(800)
})

const SHARED = '../shared/design/metrics/impact'

// The panel is public and not ours to pass on: it is not in the repository.
test.skipIf(!existsSync(`${SHARED}/mpdta.csv`))(
  'a balanced event study is that of the published table of mpdta (skipped without the file)',
  () => {
    const rows: Record<string, string>[] = parse(readFileSync(`${SHARED}/mpdta.csv`), {
      columns: true,
    })
    const series = [...Map.groupBy(rows, (row) => row['countyreal'] ?? '')].map(([unit, own]) => ({
      unit,
      first: Number(own[0]?.['first.treat']),
      outcomes: own
        .toSorted((a, b) => Number(a['year']) - Number(b['year']))
        .map((row) => Number(row['lemp'])),
    }))
    const { panel } = toPanel(series, [2003, 2004, 2005, 2006, 2007])
    const study = toStudy(panel, { ...DEFAULT_STUDY, control: 'never' })
    if (study === null) throw new Error('309 counties were never treated')
    const { rows: found, overall } = dynamicAggregate(study, estimateCells(study), 1)
    const published = JSON.parse(readFileSync(`${SHARED}/mpdta_reference.json`, 'utf8'))
      .published_tables.balance_e_1_vignette
    const near = (value: number) => expect.closeTo(value, 4)
    expect(found.map(({ e, att }) => [e, att])).toEqual(
      published.rows.map(([e, att]: number[]) => [e, near(att ?? Number.NaN)]),
    )
    expect(overall?.att).toBeCloseTo(published.overall.att, 4)
  },
)
