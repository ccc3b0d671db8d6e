import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chiSquareAbove } from '#lib/stats/distributions.ts'
import {
  aggregates,
  dynamicAggregate,
  type Estimate,
  groupAggregate,
} from '#scorecards/impact/aggregate.ts'
import { estimateCells } from '#scorecards/impact/cells.ts'
import { toPanel, type UnitSeries } from '#scorecards/impact/panel.ts'
import { waldPretest } from '#scorecards/impact/pretest.ts'
import { smallSampleOverall } from '#scorecards/impact/small-sample.ts'
import { DEFAULT_STUDY, type StudyOptions, toStudy } from '#scorecards/impact/study.ts'
import { WORKED_PANEL } from '#test/support/impact.ts'

const FIVE = [1, 2, 3, 4, 5]

function studyOf(
  series: readonly UnitSeries[],
  options: Partial<StudyOptions> = {},
  periods: readonly number[] = FIVE,
) {
  const study = toStudy(toPanel(series, periods).panel, { ...DEFAULT_STUDY, ...options })
  if (study === null) throw new Error('nothing to compare with')
  return study
}

/** ATT and standard error by cohort and period. */
function table(series: readonly UnitSeries[], options: Partial<StudyOptions> = {}) {
  const cells = estimateCells(studyOf(series, options))
  return Object.fromEntries(cells.map(({ g, t, att, se }) => [`${g},${t}`, [att, se]]))
}

const near = (value: number) => expect.closeTo(value, 6)

test('the worked example comes out cell by cell', () => {
  expect(table(WORKED_PANEL)).toEqual({
    '3,2': [-1, 0],
    '3,3': [-7.75, near(0.73951)],
    '3,4': [-9, near(Math.SQRT1_2)],
    '3,5': [-9, 0],
    // C and D -1; A and B -2, E and F -1: comparison mean -1.5, four times (6/4 · .5)² = 2.25, √2.25/6.
    '4,2': [0.5, near(0.25)],
    // C and D -1; E -1, F -2: twice (6/2 · .5)² = 4.5, √4.5/6.
    '4,3': [0.5, near(0.353553)],
    '4,4': [-6.5, near(0.790569)],
    // C -10, D -8: mean -9; E -2, F -1: mean -1.5; (3·1)²·2 + (3·.5)²·2 = 22.5, √22.5/6.
    '4,5': [-7.5, near(0.790569)],
  })
})

test('the worked example comes out in every aggregate', () => {
  const study = studyOf(WORKED_PANEL)
  const cells = estimateCells(study)
  const found = Object.entries(aggregates).map(([name, aggregate]) => {
    const { overall, rows } = aggregate(study, cells)
    return [name, overall?.att, Object.fromEntries(rows.map(({ e, att }) => [e, att]))]
  })
  expect(found).toEqual([
    ['simple', near(-7.95), {}],
    ['group', near(-7.791667), { 3: near(-8.583333), 4: near(-7) }],
    [
      'dynamic',
      near(-8.125),
      { '-2': near(0.5), '-1': near(-0.25), 0: near(-7.125), 1: near(-8.25), 2: near(-9) },
    ],
    ['calendar', near(-7.916667), { 3: near(-7.75), 4: near(-7.75), 5: near(-8.25) }],
  ])
  expect(groupAggregate(study, cells).overall?.se).toBeCloseTo(0.592561, 6)
})

test('estimated shares of cohorts add to the influence on the overall effect, and only there', () => {
  const study = studyOf(WORKED_PANEL)
  const { overall, rows } = groupAggregate(study, estimateCells(study))
  const plain = study.units.map((_, unit) =>
    rows.reduce((sum, { influence }) => sum + (influence[unit] ?? 0) / 2, 0),
  )
  const added = study.units.map((_, unit) => (overall?.influence[unit] ?? 0) - (plain[unit] ?? 0))
  const half = near(1.1875)
  expect(added).toEqual([near(-1.1875), near(-1.1875), half, half, near(0), near(0)])
})

test('with those never treated alone the worked cell is -7.5', () => {
  expect(table(WORKED_PANEL, { control: 'never' })['3,3']?.[0]).toBe(-7.5)
})

test('the Wald test leaves out the cell without a standard error', () => {
  const found = waldPretest(studyOf(WORKED_PANEL))
  expect(found).toEqual({ W: near(6), df: 2, p: near(chiSquareAbove(6, 2)) })
  // With two degrees of freedom it is e^(-W/2).
  expect(found?.p).toBeCloseTo(Math.exp(-3), 10)
})

test('more cells before treatment than units can tell apart have no Wald test', () => {
  const outcomes = (seed: number) => Array.from({ length: 9 }, (_, t) => (seed * (t + 3) ** 2) % 17)
  const series = [1, 2, 3, 4].map((seed) => ({
    unit: String(seed),
    first: seed > 2 ? 9 : 0,
    outcomes: outcomes(seed),
  }))
  const periods = Array.from({ length: 9 }, (_, index) => index + 1)
  expect(waldPretest(studyOf(series, {}, periods))).toBeNull()
})

test('a universal base compares every period with the last before treatment', () => {
  const cells = table(WORKED_PANEL, { basePeriod: 'universal' })
  expect(Object.keys(cells)).toEqual(FIVE.map((t) => `3,${t}`).concat(FIVE.map((t) => `4,${t}`)))
  expect(cells['3,2']).toEqual([0, null])
  expect(cells['4,3']).toEqual([0, null])
  // From 2 back to 1: A and B +2; C, D, E and F +1.
  expect(cells['3,1']).toEqual([1, 0])
  // From 3 back to 1: C and D +2; E +2, F +3 (A and B are treated in 3).
  expect(cells['4,1']?.[0]).toBe(-0.5)
  expect(cells['3,3']).toEqual([-7.75, near(0.73951)])
})

test('the base period itself has no standard error in the event study either', () => {
  const study = studyOf(WORKED_PANEL, { basePeriod: 'universal' })
  const { rows } = dynamicAggregate(study, estimateCells(study))
  const base = rows.find(({ e }) => e === -1)
  expect([base?.att, base?.se]).toEqual([0, null])
})

test('anticipation moves the base back, and those about to be treated out of the comparison', () => {
  const cells = estimateCells(studyOf(WORKED_PANEL, { anticipation: 1 }))
  const found = cells.map(({ g, t, att, nComparison, isPost }) => [g, t, att, nComparison, isPost])
  expect(found).toEqual([
    // Base 1; in 2 cohort 4 is not within one period of treatment (4 > 2 + 1).
    [3, 2, -2 - -1, 4, false],
    // In 3 it is; E -2, F -3.
    [3, 3, -11 - -2.5, 2, true],
    [3, 4, -13 - -3, 2, true],
    [3, 5, -14 - -4, 2, true],
    // Before 3 the base is the period before; A and B are within one period of treatment in 2.
    [4, 2, -1 - -1, 2, false],
    // Base 2: C and D -1; E -1, F -2.
    [4, 3, -1 - -1.5, 2, false],
    [4, 4, -8 - -2, 2, true],
    [4, 5, -10 - -3, 2, true],
  ])
})

test('without units never treated the last cohort is the comparison until it is treated', () => {
  const ever = WORKED_PANEL.filter(({ first }) => first !== 0)
  const cells = estimateCells(studyOf(ever))
  expect(cells.map(({ g, t, att }) => [g, t, att])).toEqual([
    // A, B -2; C, D -1.
    [3, 2, -1],
    // A -8, B -10; C, D -1.
    [3, 3, -8],
  ])
  const early = estimateCells(studyOf(ever, { anticipation: 1 }))
  // Of periods before 4 - 1: A and B -2; C and D -1.
  expect(early.map(({ g, t, att }) => [g, t, att])).toEqual([[3, 2, -1]])
})

test('without units never treated nothing is compared with them', () => {
  const ever = WORKED_PANEL.filter(({ first }) => first !== 0)
  const { panel } = toPanel(ever, FIVE)
  expect(toStudy(panel, { ...DEFAULT_STUDY, control: 'never' })).toBeNull()
})

test('a cohort without a period before treatment has no cell', () => {
  const series = WORKED_PANEL.map((one) => (one.first === 3 ? { ...one, first: 2 } : one))
  const cohorts = (anticipation: number) =>
    new Set(estimateCells(studyOf(series, { anticipation })).map(({ g }) => g))
  expect(cohorts(0)).toEqual(new Set([2, 4]))
  expect(cohorts(1)).toEqual(new Set([4]))
})

test('nobody treated has no cell and no effect', () => {
  const never = WORKED_PANEL.map((one) => ({ ...one, first: 0 }))
  const study = studyOf(never)
  expect(estimateCells(study)).toEqual([])
  expect(aggregates.simple(study, [])).toEqual({ overall: null, rows: [] })
  expect(aggregates.group(study, [])).toEqual({ overall: null, rows: [] })
  expect(aggregates.dynamic(study, [])).toEqual({ overall: null, rows: [] })
  expect(waldPretest(study)).toBeNull()
  expect(smallSampleOverall(study)).toBeNull()
})

test('a balanced event study keeps the cohorts observed that long', () => {
  const study = studyOf(WORKED_PANEL)
  const balanced = (e: number) =>
    dynamicAggregate(study, estimateCells(study), e).rows.map((row) => [row.e, row.att])
  // e from 2 - 5 + 2 (the first period with a cell): cohort 4 is observed for one period only.
  expect(balanced(2)).toEqual([
    [-1, -1],
    [0, -7.75],
    [1, -9],
    [2, -9],
  ])
  expect(balanced(1)).toEqual([
    [-2, 0.5],
    [-1, near(-0.25)],
    [0, near(-7.125)],
    [1, near(-8.25)],
  ])
})

test('for few units influence is scaled side by side, and a single unit is not', () => {
  const series = [
    { unit: 'a', first: 2, outcomes: [0, 3] },
    { unit: 'b', first: 2, outcomes: [0, 5] },
    { unit: 'c', first: 0, outcomes: [0, 7] },
  ]
  // Changes 3 and 5 against 7. ψ = 3/2 · (∓1) · √2: Σψ² = 2 · 4.5 = 9, √9 / 3 = 1; one cohort of two.
  const found = smallSampleOverall(studyOf(series, {}, [1, 2]))
  const t = Math.tan(Math.PI * 0.475)
  expect(found).toEqual({
    overall: -3,
    se: near(1),
    df: 1,
    t: near(t),
    ci: { low: near(-3 - t), high: near(-3 + t) },
  })
})

test('cohorts of one unit each have no interval', () => {
  const series = WORKED_PANEL.filter(({ unit }) => unit !== 'B' && unit !== 'D')
  expect(smallSampleOverall(studyOf(series))).toMatchObject({ df: 0, t: null, ci: null })
})

/** 4 to 6 periods; at least two units treated in period 3 and two never. */
const panels = fc.integer({ min: 4, max: 6 }).chain((length) => {
  const outcomes = fc.array(fc.integer({ min: -50, max: 50 }), {
    minLength: length,
    maxLength: length,
  })
  const aUnit = (first: fc.Arbitrary<number>) => fc.record({ first, outcomes })
  const first = fc.integer({ min: 1, max: length - 1 }).map((one) => (one === 1 ? 0 : one + 1))
  return fc
    .tuple(
      fc.array(aUnit(fc.constant(3)), { minLength: 2, maxLength: 3 }),
      fc.array(aUnit(fc.constant(0)), { minLength: 2, maxLength: 3 }),
      fc.array(aUnit(first), { maxLength: 6 }),
    )
    .map((groups): { series: UnitSeries[]; periods: number[] } => ({
      series: groups.flat().map((unit, index) => ({ ...unit, unit: `unit ${index}` })),
      periods: Array.from({ length }, (_, index) => index + 1),
    }))
})

const studyOptions = fc.record({
  control: fc.constantFrom('notyet' as const, 'never' as const),
  basePeriod: fc.constantFrom('varying' as const, 'universal' as const),
  anticipation: fc.constantFrom(0, 1),
})

interface Figures {
  readonly att: readonly number[]
  readonly se: readonly (number | null)[]
}

/** All cells, then all aggregates with their rows. */
function figuresOf(
  series: readonly UnitSeries[],
  periods: readonly number[],
  options: StudyOptions,
): Figures {
  const study = studyOf(series, options, periods)
  const cells = estimateCells(study)
  const all = Object.values(aggregates).flatMap((aggregate): readonly Estimate[] => {
    const { overall, rows } = aggregate(study, cells)
    return overall === null ? rows : [overall, ...rows]
  })
  const estimates = [...cells, ...all]
  return { att: estimates.map(({ att }) => att), se: estimates.map(({ se }) => se) }
}

const closeTo = (value: number | null) => (value === null ? null : expect.closeTo(value, 8))

function expectFigures(found: Figures, expected: Figures): void {
  expect(found.att).toEqual(expected.att.map(closeTo))
  expect(found.se).toEqual(expected.se.map(closeTo))
}

test('a constant added to a team or to a period changes nothing', () => {
  fc.assert(
    fc.property(panels, studyOptions, fc.integer(), ({ series, periods }, options, seed) => {
      const shifted = series.map((one, index) => ({
        ...one,
        outcomes: one.outcomes.map(
          (value, place) => Number(value) + ((seed + index * 7) % 100) + ((seed * place) % 13),
        ),
      }))
      expectFigures(figuresOf(shifted, periods, options), figuresOf(series, periods, options))
    }),
  )
})

test('what teams are called, and in which order they come, changes nothing', () => {
  fc.assert(
    fc.property(panels, studyOptions, ({ series, periods }, options) => {
      const before = figuresOf(series, periods, options)
      const renamed = series.map((one, index) => ({ ...one, unit: `${series.length - index}` }))
      expectFigures(figuresOf(renamed, periods, options), before)
      expect(figuresOf(series.toReversed(), periods, options)).toEqual(before)
    }),
  )
})

test('outcomes in another unit change effects and errors by its factor', () => {
  fc.assert(
    fc.property(
      panels,
      studyOptions,
      fc.constantFrom(-3, 0.5, 60),
      ({ series, periods }, options, factor) => {
        const scaled = series.map((one) => ({
          ...one,
          outcomes: one.outcomes.map((value) => Number(value) * factor),
        }))
        const { att, se } = figuresOf(series, periods, options)
        expectFigures(figuresOf(scaled, periods, options), {
          att: att.map((value) => value * factor),
          se: se.map((value) => value && value * Math.abs(factor)),
        })
      },
    ),
  )
})

test('every team twice keeps effects and divides errors by √2, unless the two are one cluster', () => {
  fc.assert(
    fc.property(panels, studyOptions, ({ series, periods }, options) => {
      const { att, se } = figuresOf(series, periods, options)
      const twice = series.flatMap((one) => [one, { ...one, unit: `${one.unit} again` }])
      expectFigures(figuresOf(twice, periods, options), {
        att,
        se: se.map((value) => value && value / Math.SQRT2),
      })
      const paired = twice.map((one) => ({ ...one, cluster: one.unit.replace(' again', '') }))
      expectFigures(figuresOf(paired, periods, options), { att, se })
    }),
  )
})

test('with one cohort and two periods it is the difference of the two differences', () => {
  const changes = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 8 })
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const spread = (values: number[]) => mean(values.map((one) => (one - mean(values)) ** 2))
  fc.assert(
    fc.property(changes, changes, fc.integer({ min: -9, max: 9 }), (own, other, start) => {
      const toSeries = (first: number) => (change: number, index: number) => ({
        unit: `${first}-${index}`,
        first,
        outcomes: [start * index, start * index + change],
      })
      const series = [...own.map(toSeries(2)), ...other.map(toSeries(0))]
      const study = studyOf(series, {}, [1, 2])
      const att = mean(own) - mean(other)
      const se = Math.sqrt(spread(own) / own.length + spread(other) / other.length)
      const figures = { att: closeTo(att), se: closeTo(se) }
      expect(estimateCells(study)).toMatchObject([{ g: 2, t: 2, ...figures }])
      expect(groupAggregate(study, estimateCells(study)).overall).toMatchObject(figures)
    }),
  )
})

test('a unit that leaves the panel changes nothing', () => {
  const leaving = [
    { unit: 'gap', first: 4, outcomes: [1, 2, null, 4, 5] },
    { unit: 'early', first: 1, outcomes: [9, 9, 9, 9, 9] },
    { unit: 'unclear', first: null, outcomes: [9, 9, 9, 9, 9] },
  ]
  expect(table([...leaving, ...WORKED_PANEL])).toEqual(table(WORKED_PANEL))
})
