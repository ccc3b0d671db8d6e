import { inOrder, medianIntervalOfSorted, quantileOfSorted } from '#lib/stats/quantiles.ts'
import type { Computed } from '#scorecards/measure.ts'
import type { Requirements } from '#scorecards/proportion.ts'
import type { Interval } from '#scorecards/result.ts'

/**
 * The median of how long cases took that have all ended, with the interval that order statistics
 * give it whatever the distribution, and the 90 % point. Whoever has the rows adds their evidence.
 */
export function medianOf(
  values: ArrayLike<number>,
  requirements: Requirements & { readonly nUnknown: number },
): Omit<Computed, 'evidence'> {
  const { nUnknown, cutPoints, valueFrom, bandFrom } = requirements
  const sorted = inOrder(values)
  const limits = medianIntervalOfSorted(sorted)
  const ci: Interval | null = limits && { ...limits, level: 0.95, method: 'order statistics' }
  const n = values.length
  return {
    value: quantileOfSorted(sorted, 0.5),
    numerator: null,
    denominator: n,
    n,
    nUnknown,
    notMatured: 0,
    ci,
    bounds: null,
    parts: { p90: quantileOfSorted(sorted, 0.9) },
    flags: [
      ...(nUnknown > 0 ? ['has_unknown'] : []),
      ...(n > 0 && ci === null ? ['ci_unattainable'] : []),
    ],
    isTooSmall: n < valueFrom,
    isTooSmallForBand: n < bandFrom,
    cutPoints,
  }
}
