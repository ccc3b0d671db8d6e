import type { Ordered } from '#lib/stats/ordered.ts'
import { medianIntervalOfOrdered, quantileOfOrdered } from '#lib/stats/quantiles.ts'
import type { Computed } from '#scorecards/measure.ts'
import type { Requirements } from '#scorecards/proportion.ts'
import type { Interval } from '#scorecards/result.ts'

/**
 * The median of how long cases took that have all ended, with the interval that order statistics
 * give it whatever the distribution, and the 90 % point. Whoever has the rows adds their evidence.
 */
export function medianOf(
  samples: Ordered,
  requirements: Requirements & { readonly nUnknown: number },
): Omit<Computed, 'evidence'> {
  const { nUnknown, cutPoints, valueFrom, bandFrom } = requirements
  const limits = medianIntervalOfOrdered(samples)
  const ci: Interval | null = limits && { ...limits, level: 0.95, method: 'order statistics' }
  const n = samples.count
  return {
    value: quantileOfOrdered(samples, 0.5),
    numerator: null,
    denominator: n,
    n,
    nUnknown,
    notMatured: 0,
    ci,
    bounds: null,
    parts: { p90: quantileOfOrdered(samples, 0.9) },
    flags: [
      ...(nUnknown > 0 ? ['has_unknown'] : []),
      ...(n > 0 && ci === null ? ['ci_unattainable'] : []),
    ],
    isTooSmall: n < valueFrom,
    isTooSmallForBand: n < bandFrom,
    cutPoints,
  }
}
