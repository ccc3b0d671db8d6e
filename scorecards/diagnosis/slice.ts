import type { Limits } from '#lib/stats/level.ts'
import { type Condition, judge } from '#scorecards/diagnosis/condition.ts'
import type { Snapshot } from '#scorecards/diagnosis/snapshot.ts'
import type { Band, MetricResult } from '#scorecards/result.ts'

/** How a target of a slice stands. */
export interface SliceTarget {
  /** Null: there is none. */
  readonly baseline: Baseline | null
  readonly current: { readonly value: number | null; readonly ci: Limits | null } | null
  readonly target: number
  readonly direction: 'higher' | 'lower'
  /** Interval of the current value less the baseline; null when there is none. */
  readonly changeCi: Limits | null
}

export interface Baseline extends Pick<MetricResult, 'value'> {
  /** Covered share of its window; null when nobody knows, which is then not held against it. */
  readonly coverage: number | null
}

export type SliceOutcome =
  | 'not_measurable'
  | 'met'
  | 'met_uncertain'
  | 'moving'
  | 'regressed'
  | 'not_moved'

const LEAST_COVERAGE = 0.5

/** Section 15 of the metric reference. */
export function sliceOutcome(slice: SliceTarget): SliceOutcome {
  const { current, target, direction } = slice
  const value = current?.value ?? null
  if (value === null || !hasBaseline(slice.baseline)) return 'not_measurable'
  return reach({ value, ci: current?.ci ?? null }, target, direction) ?? movement(slice)
}

/**
 * Whether a value has reached its target, and `met` only if the worse limit of its interval has, too.
 * Null when it has not.
 */
export function reach(
  { value, ci }: { readonly value: number; readonly ci: Limits | null },
  target: number,
  direction: SliceTarget['direction'],
): 'met' | 'met_uncertain' | null {
  // Lower is better: turn the axis round, and higher is.
  const sign = direction === 'higher' ? 1 : -1
  if (sign * value < sign * target) return null
  const worse = worseLimit(ci, direction)
  return worse !== null && sign * worse >= sign * target ? 'met' : 'met_uncertain'
}

function hasBaseline(baseline: Baseline | null): boolean {
  if (baseline === null || baseline.value === null) return false
  return baseline.coverage === null || baseline.coverage >= LEAST_COVERAGE
}

/** Wholly on one side of 0, or not moved; a limit that was not reached is on neither. */
function movement({ changeCi, direction }: SliceTarget): SliceOutcome {
  const low = changeCi?.low ?? null
  const high = changeCi?.high ?? null
  const isUp = low !== null && low > 0
  const isDown = high !== null && high < 0
  if (!isUp && !isDown) return 'not_moved'
  return isUp === (direction === 'higher') ? 'moving' : 'regressed'
}

const worseLimit = (ci: Limits | null, direction: SliceTarget['direction']) =>
  ci === null ? null : direction === 'higher' ? ci.low : ci.high

export interface SliceReview {
  /** How the primary target stands. */
  readonly primary: SliceOutcome
  readonly guardrails: readonly Band[]
  /** What would show that the slice has no value. */
  readonly killCriteria: readonly Condition[]
  /** What was known at the review date; null before it has come. */
  readonly atReview: Snapshot | null
}

/**
 * Proven: the primary target is met and no guardrail is certainly bad. Refuted: a kill criterion holds
 * at the review date; it says that the slice has no value, and so goes before the target.
 */
export function sliceStanding(review: SliceReview): 'proven' | 'refuted' | 'open' {
  const { primary, guardrails, killCriteria, atReview } = review
  if (atReview !== null && killCriteria.some((one) => judge(one, atReview) === 'true')) {
    return 'refuted'
  }
  return primary === 'met' && !guardrails.includes('bad') ? 'proven' : 'open'
}
