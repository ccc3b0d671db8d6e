import { chiSquareQuantile } from '#lib/stats/distributions.ts'
import { type Interval, type Limits, TAIL } from '#lib/stats/level.ts'
import { wilson } from '#lib/stats/proportions.ts'

export interface Rate {
  /** Events per unit of exposure; null without exposure. */
  readonly value: number | null
  readonly ci: Interval | null
}

/**
 * `events` per unit of `exposure`, with the exact Poisson interval of F. Garwood, Biometrika 28
 * (1936). Null without exposure.
 */
export function poissonRate(events: number, exposure: number): Rate {
  if (exposure <= 0) return { value: null, ci: null }
  const { low, high } = limitsOf(events)
  return { value: events / exposure, ci: { low: low / exposure, high: high / exposure } }
}

/** Limits depend on the number of events only, and chi-square quantiles take long to find. */
const known = new Map<number, Interval>()

function limitsOf(events: number): Interval {
  const before = known.get(events)
  if (before !== undefined) return before
  const low = events === 0 ? 0 : chiSquareQuantile(TAIL, 2 * events) / 2
  const limits = { low, high: chiSquareQuantile(1 - TAIL, 2 * events + 2) / 2 }
  known.set(events, limits)
  return limits
}

export interface RateRatio {
  /** Null where the second rate is 0 or has no exposure. */
  readonly value: number | null
  /** A limit that is infinitely large is null. Null without any event. */
  readonly ci: Limits | null
}

interface Events {
  readonly events: number
  readonly exposure: number
}

/**
 * The ratio of two Poisson rates, conditional on their sum: Wilson limits of the first one's share of
 * the events, mapped to the ratio.
 */
export function rateRatio(first: Events, second: Events): RateRatio {
  const all = first.events + second.events
  if (all === 0 || first.exposure <= 0 || second.exposure <= 0) return { value: null, ci: null }
  const scale = second.exposure / first.exposure
  const toRatio = (share: number) => (share >= 1 ? null : (share / (1 - share)) * scale)
  const limits = wilson(first.events, all)
  return {
    value: second.events === 0 ? null : (first.events / second.events) * scale,
    ci: limits && { low: toRatio(limits.low), high: toRatio(limits.high) },
  }
}

const OVERDISPERSED = 1.5

/**
 * Whether `counts` of equal spans vary more than a Poisson process would: sample variance over mean
 * above 1.5. False below two counts, and where nothing happened.
 */
export function isOverdispersed(counts: readonly number[]): boolean {
  const n = counts.length
  const mean = counts.reduce((total, count) => total + count, 0) / n
  if (n < 2 || mean === 0) return false
  const squares = counts.reduce((total, count) => total + (count - mean) ** 2, 0)
  return squares / (n - 1) / mean > OVERDISPERSED
}
