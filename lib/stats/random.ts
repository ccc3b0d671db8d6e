import type { Interval } from '#lib/stats/level.ts'
import { median, quantile } from '#lib/stats/quantiles.ts'

/** The next number of a sequence, from 0 up to but not including 1. */
export type Random = () => number

/**
 * The generator mulberry32 (T. Ettinger, public domain): uniform in [0, 1), the same numbers for the
 * same seed everywhere.
 */
export function mulberry32(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How many samples a bootstrap draws. */
const REPLICATES = 2000

/**
 * The percentile interval of `statistic` over samples drawn with replacement. Each replicate draws all
 * of the first sample, then all of the next, in the order given. Null when a sample is empty, or the
 * statistic has no value for some replicate. B. Efron and R. J. Tibshirani, An Introduction to the
 * Bootstrap (1993), section 13.3.
 */
export function bootstrapInterval<T>(
  samples: readonly (readonly T[])[],
  statistic: (drawn: readonly (readonly T[])[]) => number | null,
  { seed, replicates = REPLICATES }: { readonly seed: number; readonly replicates?: number },
): Interval | null {
  if (samples.some((sample) => sample.length === 0)) return null
  const random = mulberry32(seed)
  const values: number[] = []
  for (let replicate = 0; replicate < replicates; replicate += 1) {
    const value = statistic(samples.map((sample) => draw(sample, random)))
    if (value === null) return null
    values.push(value)
  }
  const low = quantile(values, 0.025)
  const high = quantile(values, 0.975)
  return low === null || high === null ? null : { low, high }
}

function draw<T>(sample: readonly T[], random: Random): T[] {
  return sample.map(() => sample[Math.floor(random() * sample.length)] as T) // Always within it.
}

/** The difference of two medians, first less second, with its bootstrap interval. */
export function medianDifference(
  first: readonly number[],
  second: readonly number[],
  options: { readonly seed: number; readonly replicates?: number },
): { readonly value: number | null; readonly ci: Interval | null } {
  const difference = ([a = [], b = []]: readonly (readonly number[])[]) => {
    const [own, other] = [median(a), median(b)]
    return own === null || other === null ? null : own - other
  }
  return {
    value: difference([first, second]),
    ci: bootstrapInterval([first, second], difference, options),
  }
}
