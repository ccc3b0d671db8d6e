import { type Interval, TAIL } from '#lib/stats/level.ts'

/**
 * The `p` quantile of `values`, in their own unit, for `p` from 0 to 1. Interpolates
 * between neighbours (Hyndman and Fan type 7, the default of R and NumPy). Null when
 * there are no values: absence is not zero.
 */
export function quantile(values: readonly number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * p
  const below = sorted[Math.floor(position)]
  const above = sorted[Math.ceil(position)]
  if (below === undefined || above === undefined) return null
  return below + (position - Math.floor(position)) * (above - below)
}

/** The middle value; between two middle values, their mean. Null when there are no values. */
export const median = (values: readonly number[]) => quantile(values, 0.5)

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
export function medianInterval(values: readonly number[]): Interval | null {
  const ranks = orderStatisticRanks(values.length, 0.5)
  if (ranks === null) return null
  const sorted = values.toSorted((a, b) => a - b)
  const low = sorted[ranks.lower - 1]
  const high = sorted[ranks.upper - 1]
  return low === undefined || high === undefined ? null : { low, high }
}
