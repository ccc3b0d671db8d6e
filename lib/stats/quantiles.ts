import { type Interval, TAIL } from '#lib/stats/level.ts'
import { type Ordered, ordered, placed } from '#lib/stats/ordered.ts'

/**
 * The `p` quantile of `values`, in their own unit, for `p` from 0 to 1. Interpolates
 * between neighbours (Hyndman and Fan type 7, the default of R and NumPy). Null when
 * there are no values: absence is not zero.
 */
export function quantile(values: ArrayLike<number>, p: number): number | null {
  if (values.length === 0) return null
  const position = (values.length - 1) * p
  const place = Math.floor(position)
  const copy = toScratch(values)
  const below = placed(copy, place, values.length)
  if (position === place) return below
  // What comes after it is no smaller, and the smallest of that is its neighbour.
  let above = Number.POSITIVE_INFINITY
  for (let later = place + 1; later < values.length; later += 1) {
    above = Math.min(above, copy[later] ?? above)
  }
  return below + (position - place) * (above - below)
}

/** Many quantiles are of few values: room for them is made once. */
let scratch = new Float64Array(1024)

function toScratch(values: ArrayLike<number>): Float64Array {
  if (scratch.length < values.length) scratch = new Float64Array(2 * values.length)
  scratch.set(values)
  return scratch
}

/** The same of samples that are in order. */
export function quantileOfOrdered({ count, at: sampleAt }: Ordered, p: number): number | null {
  if (count === 0) return null
  const position = (count - 1) * p
  const place = Math.floor(position)
  const below = sampleAt(place)
  if (position === place) return below
  return below + (position - place) * (sampleAt(place + 1) - below)
}

/** The middle value; between two middle values, their mean. Null when there are no values. */
export const median = (values: ArrayLike<number>) => quantile(values, 0.5)

export interface Ranks {
  /** Counted from 1. */
  readonly lower: number
  readonly upper: number
  /** The chance that the quantile lies between them: at least 0.95. */
  readonly coverage: number
}

/**
 * Which of `n` values in order hold the `p` quantile between them, whatever the distribution. Null
 * when there are too few. H. A. David and H. N. Nagaraja, Order Statistics, third edition (2003),
 * section 7.1.
 */
export function orderStatisticRanks(n: number, p: number): Ranks | null {
  const atMost = binomialCumulative(n, p)
  const below = (rank: number) => atMost[rank - 1] ?? 0
  const lower = atMost.findLastIndex((chance) => chance <= TAIL) + 1
  const upper = atMost.findIndex((_, rank) => 1 - below(rank) <= TAIL)
  if (lower < 1 || upper < 1 || upper > n) return null
  return { lower, upper, coverage: below(upper) - below(lower) }
}

/** P(B ≤ k) of `n` trials that succeed with chance `p`, for k from 0 to n. */
function binomialCumulative(n: number, p: number): number[] {
  const odds = Math.log(p / (1 - p))
  // Summed in logarithms: the first chance of many trials is smaller than any number.
  let logChance = n * Math.log1p(-p)
  let total = 0
  const cumulative: number[] = []
  for (let k = 0; k <= n; k += 1) {
    total += Math.exp(logChance)
    cumulative.push(total)
    logChance += Math.log((n - k) / (k + 1)) + odds
  }
  return cumulative
}

/** The interval of the median that `orderStatisticRanks` gives; null when there are too few values. */
export const medianInterval = (values: ArrayLike<number>) =>
  medianIntervalOfOrdered(ordered(Array.from(values)))

/** The same of samples that are in order. */
export function medianIntervalOfOrdered({ count, at: sampleAt }: Ordered): Interval | null {
  const ranks = ranksOfMedian(count)
  return ranks === null ? null : { low: sampleAt(ranks.lower - 1), high: sampleAt(ranks.upper - 1) }
}

/** Ranks depend on the number of values only, and to find them takes as long as there are values. */
const known = new Map<number, Ranks | null>()

function ranksOfMedian(n: number): Ranks | null {
  const before = known.get(n)
  if (before !== undefined) return before
  const ranks = orderStatisticRanks(n, 0.5)
  known.set(n, ranks)
  return ranks
}
