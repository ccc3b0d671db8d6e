import {
  type ChangedUnit,
  type ChangeExplanation,
  groupUnits,
  listIds,
  type Published,
  type SeenUnit,
  toExplanation,
  toParts,
  type UnitGroup,
  type UnitPart,
} from '#scorecards/change/explanation.ts'
import type { Sight } from '#scorecards/measure.ts'

/** The cases of one unit in one period. */
export interface MedianSeen extends Omit<Sight, 'knownCases'> {
  /** One of each case, in the unit of the metric. */
  readonly values: readonly number[]
}

/**
 * Splits the change of the median of all cases over units. A median is no sum, so each part is what it
 * does on average over every order in which the parts of the earlier period can be replaced by those
 * of the later: its Shapley value. L. S. Shapley, Contributions to the Theory of Games II (1953);
 * A. F. Shorrocks, Journal of Economic Inequality 11 (2013). `rate` replaces the values of the units
 * with cases in both periods, `mix` how many cases each stands for. Null when there is no such unit.
 *
 * For cases that have all ended: one still open has no value yet.
 */
export function explainMedianChange(
  units: readonly ChangedUnit<MedianSeen>[],
  published?: Published,
): ChangeExplanation | null {
  const seen = units.map(({ id, before, after }) => ({
    id,
    before: before && withSight(before),
    after: after && withSight(after),
  }))
  const groups = groupUnits(seen, NOTHING, ({ values }) => values.length > 0)
  if (groups.both.length === 0) return null
  const medians = SETS.map((replaced) => weightedMedian(populate(groups, replaced)))
  const medianOf = (replaced: number) => medians[replaced] ?? Number.NaN // There is one of each set.
  const values = { before: medianOf(NONE), after: medianOf(ALL) }
  return toExplanation(values, shapley(medianOf), listIds(groups), published)
}

type Seen = MedianSeen & Sight

const withSight = (seen: MedianSeen): Seen => ({ ...seen, knownCases: seen.values.length })
const NOTHING = withSight({ values: [], coverage: 1, nUnknown: 0 })

/** A set of parts that are replaced is a number with the bits of their places here. */
const PARTS = ['rate', 'mix', 'newcomers', 'leavers', 'dataGaps'] as const satisfies UnitPart[]

const NONE = 0
const ALL = 2 ** PARTS.length - 1
const SETS = Array.from({ length: ALL + 1 }, (_, replaced) => replaced)

const holds = (replaced: number, part: UnitPart) => ((replaced >> PARTS.indexOf(part)) & 1) === 1

interface Weighted {
  readonly value: number
  readonly weight: number
}

/** The cases of the earlier period, of which some parts are replaced by those of the later. */
function populate(
  groups: Record<UnitGroup, readonly SeenUnit<Seen>[]>,
  replaced: number,
): Weighted[] {
  const when = (part: UnitPart) => (holds(replaced, part) ? 'after' : 'before')
  const cases = (units: readonly SeenUnit<Seen>[], part: UnitPart) =>
    units.flatMap((unit) => unit[when(part)].values.map((value) => ({ value, weight: 1 })))
  const stayers = groups.both.flatMap((unit) => {
    const { values } = unit[when('rate')]
    const weight = unit[when('mix')].values.length / values.length
    return values.map((value) => ({ value, weight }))
  })
  return [
    ...stayers,
    ...cases(groups.newcomers, 'newcomers'),
    ...cases(groups.leavers, 'leavers'),
    ...cases(groups.dataGaps, 'dataGaps'),
  ]
}

/**
 * The value below and above which half of the weight lies; between two, their mean. Of equal weights
 * the usual median.
 */
function weightedMedian(cases: readonly Weighted[]): number {
  const sorted = cases.toSorted((a, b) => a.value - b.value || a.weight - b.weight)
  const half = sorted.reduce((total, { weight }) => total + weight, 0) / 2
  let below = 0
  for (const [index, { value, weight }] of sorted.entries()) {
    below += weight
    if (below < half - ROUNDING * half) continue
    const isBetween = below <= half + ROUNDING * half
    return isBetween ? (value + (sorted[index + 1]?.value ?? value)) / 2 : value
  }
  throw new TypeError('a median of no case was asked for')
}

/** Thirds do not add up to whole numbers. */
const ROUNDING = 1e-9

/** Of the value of every set of replaced parts: what each adds to it, on average over all orders. */
const shapley = (medianOf: (replaced: number) => number) =>
  toParts((part) => {
    const own = 1 << PARTS.indexOf(part)
    return SETS.filter((replaced) => !holds(replaced, part))
      .map((replaced) => chance(replaced) * (medianOf(replaced + own) - medianOf(replaced)))
      .reduce((total, amount) => total + amount, 0)
  })

/** That exactly these come before a given other one, of all orders: s! (n - 1 - s)! / n!. */
function chance(replaced: number): number {
  const n = PARTS.length
  const size = PARTS.filter((part) => holds(replaced, part)).length
  return (factorial(size) * factorial(n - 1 - size)) / factorial(n)
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
