import { rateRatio } from '#lib/stats/counts.ts'
import type { Limits, Interval as PlainInterval } from '#lib/stats/level.ts'
import { type Estimate, hybridDifference } from '#lib/stats/proportions.ts'
import { medianDifference } from '#lib/stats/random.ts'
import type { Interval, MetricResult } from '#scorecards/result.ts'

/** How one result differs from another of the same metric and scope, such as that of the period before. */
export interface Comparison {
  /** Current less reference, in the unit of the metric. Null where the two may not be compared. */
  readonly difference: number | null
  /** Why there is no difference. */
  readonly incomparable: Incomparable | null
  /** Of the difference. */
  readonly ci: Interval | null
  /** Why a difference has no interval. */
  readonly noInterval: NoInterval | null
  /** Current over reference, of rates alone. */
  readonly ratio: Ratio | null
}

export interface Ratio {
  /** Null where the reference is 0. */
  readonly value: number | null
  /** A limit that is infinitely large is null. Null without any event, and where rates are overdispersed. */
  readonly ci: Interval | null
}

/** The first that holds. */
export type Incomparable =
  | 'different_metric'
  | 'different_scope'
  | 'different_unit'
  | 'different_definition'
  | 'suppressed'
  | 'not_ok'

export type NoInterval =
  /** Cases are in both windows, and the intervals take them for independent. */
  | 'windows_overlap'
  /** Its events vary more than the interval assumes. */
  | 'overdispersed'
  /** The bootstrap draws from the values of both periods, and they were not given. */
  | 'needs_values'
  /** One of them has no interval itself. */
  | 'no_own_interval'
  /** Rates are compared by their ratio, which has one. */
  | 'see_ratio'
  /** The metric reference has none for figures of this kind. */
  | 'no_method'

/** What a plain median was taken of, in the order in which a sample is drawn from them. */
export interface MedianValues {
  readonly current: readonly number[]
  readonly reference: readonly number[]
  readonly seed: number
}

/**
 * Compares two results as they were computed; one that is called stale for its age is not ok, and an
 * older period is always old. Intervals are those of section 4 of the metric reference: Newcombe's
 * for proportions (4.2), the same from the clustered intervals where events of one team are alike,
 * the ratio of rates (4.4), the bootstrap of medians (4.7).
 */
export function compareResults(
  current: MetricResult,
  reference: MetricResult,
  values?: MedianValues,
): Comparison {
  const incomparable = incomparableFor(current, reference)
  if (incomparable !== null || current.value === null || reference.value === null) {
    const reason = incomparable ?? 'not_ok'
    return { difference: null, incomparable: reason, ci: null, noInterval: null, ratio: null }
  }
  const interval = intervalOf(current, reference, values)
  const isKnown = typeof interval !== 'string'
  return {
    difference: current.value - reference.value,
    incomparable: null,
    ci: isKnown ? interval : null,
    noInterval: isKnown ? null : interval,
    ratio: ratioOf(current, reference),
  }
}

function incomparableFor(current: MetricResult, reference: MetricResult): Incomparable | null {
  if (current.metricId !== reference.metricId) return 'different_metric'
  if (SCOPES.some((key) => current.scope[key] !== reference.scope[key])) return 'different_scope'
  if (current.unit !== reference.unit) return 'different_unit'
  if (current.definitionVersion !== reference.definitionVersion) return 'different_definition'
  const statuses = [current.status, reference.status]
  if (statuses.includes('suppressed_privacy')) return 'suppressed'
  return statuses.every((status) => status === 'ok') ? null : 'not_ok'
}

const SCOPES = ['pathId', 'teamId', 'cohort', 'sourceId'] as const

type Pair = readonly [current: MetricResult, reference: MetricResult]

function intervalOf(
  current: MetricResult,
  reference: MetricResult,
  values: MedianValues | undefined,
): Interval | NoInterval {
  const pair: Pair = [current, reference]
  if (doOverlap(current, reference)) return 'windows_overlap'
  const methods = pair.map(({ ci }) => ci?.method)
  if (methods.includes(ORDER_STATISTICS)) return medianInterval(values)
  if (methods.includes(undefined)) return 'no_own_interval'
  if (methods[0] !== methods[1]) return 'no_method'
  if (methods[0] === GARWOOD) return isOverdispersed(pair) ? 'overdispersed' : 'see_ratio'
  return hybridInterval(pair, DIFFERENCE_METHODS.get(methods[0] ?? ''))
}

const ORDER_STATISTICS = 'order statistics'
const GARWOOD = 'Garwood'

/** Of what the intervals of two proportions are made → what that of their difference is called. */
const DIFFERENCE_METHODS: ReadonlyMap<string, string> = new Map([
  ['wilson', 'Newcombe'],
  ['clustered by team, t', 'hybrid of intervals clustered by team, t'],
])

function doOverlap(one: MetricResult, other: MetricResult): boolean {
  return one.window.start < other.window.end && other.window.start < one.window.end
}

const isOverdispersed = (pair: Pair) => pair.some(({ flags }) => flags.includes('overdispersed'))

function medianInterval(values: MedianValues | undefined): Interval | NoInterval {
  if (values === undefined) return 'needs_values'
  const { ci } = medianDifference(values.current, values.reference, { seed: values.seed })
  return ci === null ? 'no_method' : named(ci, 'bootstrap, percentile')
}

function hybridInterval(
  [current, reference]: Pair,
  method: string | undefined,
): Interval | NoInterval {
  const own = estimateOf(current)
  const other = estimateOf(reference)
  if (method === undefined || own === null || other === null) return 'no_method'
  return named(hybridDifference(own, other).ci, method)
}

function estimateOf({ value, ci }: MetricResult): Estimate | null {
  if (value === null || ci === null || ci.low === null || ci.high === null) return null
  return { value, ci: { low: ci.low, high: ci.high } }
}

function ratioOf(current: MetricResult, reference: MetricResult): Ratio | null {
  const pair: Pair = [current, reference]
  const [own, other] = pair.map(eventsOf)
  if (own == null || other == null) return null
  const { value, ci } = rateRatio(own, other)
  const isIntervalSound = !doOverlap(current, reference) && !isOverdispersed(pair)
  return { value, ci: ci !== null && isIntervalSound ? named(ci, 'Wilson, conditional') : null }
}

function eventsOf({ ci, numerator, denominator }: MetricResult) {
  if (ci?.method !== GARWOOD || numerator === null || denominator === null) return null
  return { events: numerator, exposure: denominator }
}

function named({ low, high }: PlainInterval | Limits, method: string): Interval {
  return { low, high, level: 0.95, method }
}
