import { betaQuantile, tQuantile } from '#lib/stats/distributions.ts'
import { type Interval, TAIL, Z } from '#lib/stats/level.ts'

/**
 * Wilson score interval of `x` successes in `n` trials, without continuity correction. Null when
 * there were no trials. E. B. Wilson, Journal of the American Statistical Association 22 (1927).
 */
export function wilson(x: number, n: number, z = Z): Interval | null {
  if (n === 0) return null
  const p = x / n
  const scale = 1 + z ** 2 / n
  const centre = (p + z ** 2 / (2 * n)) / scale
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))
  return {
    low: x === 0 ? 0 : Math.max(0, centre - half),
    high: x === n ? 1 : Math.min(1, centre + half),
  }
}

/**
 * Exact interval of `x` successes in `n` trials, which is wider than it need be. Null when there were
 * no trials. C. J. Clopper and E. S. Pearson, Biometrika 26 (1934).
 */
export function clopperPearson(x: number, n: number): Interval | null {
  if (n === 0) return null
  return {
    low: x === 0 ? 0 : betaQuantile(TAIL, x, n - x + 1),
    high: x === n ? 1 : betaQuantile(1 - TAIL, x + 1, n - x),
  }
}

export interface Share {
  readonly successes: number
  readonly trials: number
}

export interface Estimate {
  readonly value: number
  readonly ci: Interval
}

/**
 * The difference of two proportions, first less second, with the hybrid score interval (method 10) of
 * R. G. Newcombe, Statistics in Medicine 17 (1998). Null where either had no trials.
 */
export function proportionDifference(first: Share, second: Share): Estimate | null {
  const own = wilson(first.successes, first.trials)
  const other = wilson(second.successes, second.trials)
  if (own === null || other === null) return null
  return hybridDifference(
    { value: first.successes / first.trials, ci: own },
    { value: second.successes / second.trials, ci: other },
  )
}

/**
 * The difference of two independent estimates, first less second, with the interval that follows from
 * their own: of Wilson's it is Newcombe's. G. Y. Zou and A. Donner, Statistics in Medicine 27
 * (2008). Where the same cases are in both, it is wider than need be.
 */
export function hybridDifference(first: Estimate, second: Estimate): Estimate {
  const value = first.value - second.value
  return {
    value,
    ci: {
      low: value - Math.hypot(first.value - first.ci.low, second.ci.high - second.value),
      high: value + Math.hypot(first.ci.high - first.value, second.value - second.ci.low),
    },
  }
}

export interface ClusterRatio {
  /** Null when every denominator is 0. */
  readonly value: number | null
  /** These are null below two clusters: one says nothing of how clusters differ. */
  readonly se: number | null
  readonly t: number | null
  readonly ci: Interval | null
  /** Clusters with a denominator. */
  readonly clusters: number
}

/**
 * Σ numerators / Σ denominators over clusters of events that are alike, with its linearised
 * standard error and a Student t interval within 0 to 1. W. G. Cochran, Sampling Techniques,
 * third edition (1977), section 2.11.
 */
export function clusterRatio(
  all: readonly { readonly numerator: number; readonly denominator: number }[],
): ClusterRatio {
  const clusters = all.filter(({ denominator }) => denominator > 0)
  const m = clusters.length
  const total = sum(clusters.map(({ denominator }) => denominator))
  if (m === 0) return { value: null, se: null, t: null, ci: null, clusters: 0 }
  const value = sum(clusters.map(({ numerator }) => numerator)) / total
  if (m < 2) return { value, se: null, t: null, ci: null, clusters: m }
  const residuals = clusters.map((one) => (one.numerator - value * one.denominator) ** 2)
  const se = Math.sqrt((m / (m - 1)) * sum(residuals)) / total
  const t = tQuantile(1 - TAIL, m - 1)
  const ci = { low: Math.max(0, value - t * se), high: Math.min(1, value + t * se) }
  return { value, se, t, ci, clusters: m }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
