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
  const populate = populations(groups)
  const medians = SETS.map((replaced) => weightedMedian(populate(replaced)))
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

/** In the order of their values. */
type Run = readonly Weighted[]

type Side = 'before' | 'after'

/**
 * The cases of the earlier period, of which some parts are replaced by those of the later. Each part is put in
 * order once for all sets.
 */
function populations(
  groups: Record<UnitGroup, readonly SeenUnit<Seen>[]>,
): (replaced: number) => readonly Run[] {
  const known = new Map<string, Run>()
  const remembered = (key: string, list: () => Weighted[]) => {
    const run = known.get(key) ?? list().toSorted((a, b) => a.value - b.value)
    known.set(key, run)
    return run
  }
  const cases = (group: Exclude<UnitGroup, 'both'>, side: Side) =>
    remembered(`${group} ${side}`, () =>
      groups[group].flatMap((unit) => unit[side].values.map((value) => ({ value, weight: 1 }))),
    )
  const stayers = (rate: Side, mix: Side) =>
    remembered(`${rate} ${mix}`, () =>
      groups.both.flatMap((unit) => {
        const { values } = unit[rate]
        const weight = unit[mix].values.length / values.length
        return values.map((value) => ({ value, weight }))
      }),
    )
  return (replaced) => {
    const when = (part: UnitPart): Side => (holds(replaced, part) ? 'after' : 'before')
    return [
      stayers(when('rate'), when('mix')),
      cases('newcomers', when('newcomers')),
      cases('leavers', when('leavers')),
      cases('dataGaps', when('dataGaps')),
    ]
  }
}

/**
 * The value below and above which half of the weight lies; between two, their mean. Of equal weights
 * the usual median.
 */
function weightedMedian(runs: readonly Run[]): number {
  const half = runs.reduce((total, run) => total + weightOf(run), 0) / 2
  const take = merged(runs)
  let below = 0
  for (let one = take(); one !== undefined; one = take()) {
    below += one.weight
    if (below < half - ROUNDING * half) continue
    const isBetween = below <= half + ROUNDING * half
    return isBetween ? (one.value + (take()?.value ?? one.value)) / 2 : one.value
  }
  throw new TypeError('a median of no case was asked for')
}

const weightOf = (run: Run) => run.reduce((total, { weight }) => total + weight, 0)

/** Gives one case after the other, the smallest of all runs first; undefined after the last. */
function merged(runs: readonly Run[]): () => Weighted | undefined {
  const filled = runs.filter((run) => run.length > 0).map((run) => ({ run, next: 0 }))
  return () => {
    let from: (typeof filled)[number] | undefined
    for (const one of filled) if (valueAt(one) < valueAt(from)) from = one
    const least = from?.run[from.next]
    if (from !== undefined) from.next += 1
    return least
  }
}

const valueAt = (place: { readonly run: Run; readonly next: number } | undefined) =>
  place?.run[place.next]?.value ?? Number.POSITIVE_INFINITY

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
