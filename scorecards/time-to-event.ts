import { median } from '#lib/stats/quantiles.ts'
import { type Duration, kaplanMeier, timeAtSurvival } from '#lib/stats/survival.ts'
import type { Computed } from '#scorecards/measure.ts'
import type { Requirements } from '#scorecards/proportion.ts'
import type { Interval } from '#scorecards/result.ts'

/**
 * The Kaplan-Meier median of how long cases took, those that have not ended yet included: leaving
 * them out would flatter exactly the worst. Its interval is Brookmeyer and Crowley's on the log-log
 * scale; null when neither limit is reached. Whoever has the rows adds their evidence.
 */
export function timeToEvent(
  watches: readonly Duration[],
  requirements: Requirements & { readonly nUnknown: number },
): Omit<Computed, 'evidence'> {
  const { nUnknown, cutPoints, valueFrom, bandFrom } = requirements
  const { curve, median: value, medianCi } = kaplanMeier(watches)
  const n = watches.length
  const completed = watches.filter(({ ended }) => ended).map(({ time }) => time)
  const isKnown = medianCi.low !== null || medianCi.high !== null
  const ci: Interval | null = isKnown
    ? { ...medianCi, level: 0.95, method: 'log-log, Brookmeyer-Crowley' }
    : null
  return {
    value,
    numerator: null,
    denominator: n,
    n,
    nUnknown,
    notMatured: 0,
    ci,
    bounds: null,
    parts: {
      events: completed.length,
      censored: n - completed.length,
      p90: timeAtSurvival(curve, 0.1),
      naiveMedianOfCompleted: median(completed),
    },
    flags: [
      ...(nUnknown > 0 ? ['has_unknown'] : []),
      ...(n > 0 && value === null ? ['median_not_reached'] : []),
      ...(n > 0 && ci === null ? ['ci_unattainable'] : []),
    ],
    isTooSmall: n < valueFrom,
    isTooSmallForBand: n < bandFrom,
    cutPoints,
  }
}
