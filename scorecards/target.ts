import { Duration, toMilliseconds } from '#lib/duration.ts'
import { daysBefore } from '#lib/period.ts'
import { reach } from '#scorecards/diagnosis/slice.ts'
import type { MetricDefinition, MetricResult, Unit } from '#scorecards/result.ts'

/** What a golden path has set out to reach with one metric, in its unit. */
export interface Target {
  readonly target: number
  /** Where it began. Null when nobody said. */
  readonly baseline: number | null
  /** When the baseline held and work towards the target began. */
  readonly since: Date
  /** By when; no part of the time. Null when it has no end. */
  readonly by: Date | null
}

export interface Progress {
  /**
   * `met` and `met_uncertain` as in section 15 of the metric reference. Else `on_track` where the share
   * of the way is at least that of the time, and `behind` where it is less or the time is over;
   * `open` where nothing says how far it should have come. `not_comparable`: no usable value, or
   * neither way is better.
   */
  readonly outcome: 'met' | 'met_uncertain' | 'on_track' | 'behind' | 'open' | 'not_comparable'
  /** Value less target, in the unit of the metric; null without a usable value. */
  readonly gap: number | null
  /** From baseline (0) to target (1), below 0 when it went backwards; null without a way to go. */
  readonly wayShare: number | null
  /** From `since` (0) to `by` (1), within them; null without an end. */
  readonly timeShare: number | null
}

/** How a result stands to its target at its as-of. The pace asked for is even. */
export function progressOf(
  result: MetricResult,
  { direction }: Pick<MetricDefinition, 'direction'>,
  target: Target,
): Progress {
  const timeShare = timeShareOf(new Date(result.asOf), target)
  const { status, value, ci } = result
  if (status !== 'ok' || value === null || direction === 'none') {
    return { outcome: 'not_comparable', gap: null, wayShare: null, timeShare }
  }
  const wayShare = wayShareOf(value, target, direction)
  return {
    outcome: reach({ value, ci }, target.target, direction) ?? pace(wayShare, timeShare),
    gap: value - target.target,
    wayShare,
    timeShare,
  }
}

function timeShareOf(asOf: Date, { since, by }: Target): number | null {
  if (by === null) return null
  if (asOf >= by) return 1
  return Math.max(0, (asOf.getTime() - since.getTime()) / (by.getTime() - since.getTime()))
}

/** A target that the baseline had reached already is no way to go. */
function wayShareOf(
  value: number,
  { target, baseline }: Target,
  direction: 'higher' | 'lower',
): number | null {
  if (baseline === null || reach({ value: baseline, ci: null }, target, direction)) return null
  return (value - baseline) / (target - baseline)
}

function pace(wayShare: number | null, timeShare: number | null): Progress['outcome'] {
  if (timeShare === 1) return 'behind'
  if (wayShare === null || timeShare === null) return 'open'
  return wayShare >= timeShare - ROUNDING ? 'on_track' : 'behind'
}

/** Half of the way from 0.2 to 0.8 is a little less than 0.5 in binary fractions. */
const ROUNDING = 1e-12

/** As a golden path writes it. */
export interface TargetTerms {
  /** The id of the metric, or its key. */
  readonly metric: string
  readonly baseline?: string | undefined
  readonly target: string
  /** A day, which is the last of the time. */
  readonly by?: string | undefined
}

/**
 * The target for one metric, since the path began; null when it is about another, or written in what
 * its metric is not measured in.
 */
export function toTarget(
  { metric, baseline, target, by }: TargetTerms,
  { id, key, unit }: Pick<MetricDefinition, 'id' | 'key' | 'unit'>,
  since: Date,
): Target | null {
  if (metric.toUpperCase() !== id && metric !== key) return null
  const aim = toAmount(target, unit)
  const start = baseline === undefined ? null : toAmount(baseline, unit)
  if (aim === null || (baseline !== undefined && start === null)) return null
  return {
    target: aim,
    baseline: start,
    since,
    by: by === undefined ? null : daysBefore(new Date(by), -1),
  }
}

const UNIT_MS: Partial<Record<Unit, number>> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
}

/**
 * What a text such as `80%`, `30min` or `1.5` means in a unit: of a fraction 0 to 1, a percentage or
 * the fraction itself; of a time a duration with its own unit; else a number. Null when it fits none.
 */
export function toAmount(text: string, unit: Unit): number | null {
  const unitMs = UNIT_MS[unit]
  if (unitMs !== undefined) {
    return Duration.safeParse(text).success ? toMilliseconds(text) / unitMs : null
  }
  const [, digits, percent] = /^(-?\d+(?:\.\d+)?) ?(%?)$/.exec(text) ?? []
  if (digits === undefined) return null
  const number = Number(digits)
  if (!unit.startsWith('fraction')) return percent === '' ? number : null
  const fraction = percent === '' ? number : number / 100
  return fraction >= 0 && fraction <= 1 ? fraction : null
}
