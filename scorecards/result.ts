/** What every number is: the record of section 2 of the metric reference. Pages render only this. */
export interface MetricResult {
  readonly metricId: string
  readonly definitionVersion: string
  readonly engineVersion: string
  readonly scope: Scope
  /** Half-open, ISO instants in UTC. Start equals end for a state at an instant. */
  readonly window: { readonly start: string; readonly end: string }
  readonly asOf: string
  readonly computedAt: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Source id → instant until which it was fully read. */
  readonly watermarks: Readonly<Record<string, string>>
  /** In `unit`. Null when there is no value; `status` says why. Missing is never zero. */
  readonly value: number | null
  readonly unit: Unit
  readonly numerator: number | null
  readonly denominator: number | null
  /** Cases used. */
  readonly n: number | null
  readonly nUnknown: number
  readonly notMatured: number
  /** 0 to 1. */
  readonly coverage: number
  readonly ci: Interval | null
  /** Worst case over the unknown cases. */
  readonly bounds: { readonly low: number; readonly high: number } | null
  /** Secondary values by key. */
  readonly parts: Readonly<Record<string, number | boolean | null>>
  readonly status: Status
  readonly band: Band
  readonly flags: readonly string[]
  /** Metric ids shown beside it. */
  readonly guardrails: readonly string[]
  readonly evidence: readonly (EvidenceSet | CountedSet)[]
}

export interface Scope {
  readonly pathId?: string
  readonly teamId?: string
  readonly cohort?: string
  readonly sourceId?: string
}

export interface Interval {
  /** Null: not reached, counts as infinitely small or large. */
  readonly low: number | null
  readonly high: number | null
  readonly level: 0.95
  readonly method: string
}

/**
 * Rows behind a result. `counted` are in numerator and denominator, `not_counted` in the
 * denominator only; `excluded:<reason>`, `unknown` and `not_matured` are in neither. Together they
 * are all rows in scope. `beside:<part>` are in neither, too: another figure is made of them.
 */
export interface EvidenceSet {
  readonly kind: string
  readonly ids: readonly string[]
}

/** As many rows as are kept of a set whose ids are found when somebody opens the result. */
export interface CountedSet {
  readonly kind: string
  readonly count: number
}

/** How many rows are in a set. */
export const sizeOf = (set: EvidenceSet | CountedSet): number =>
  'ids' in set ? set.ids.length : set.count

/** The sets of a result whose rows are named. */
export const openedSets = ({ evidence }: Pick<MetricResult, 'evidence'>): EvidenceSet[] =>
  evidence.filter((set) => 'ids' in set)

export type Unit =
  | `fraction of ${Cases}`
  | 'days'
  | 'hours'
  | 'minutes'
  | 'per week'
  | 'requests per week'
  | 'per 100 uses'
  | 'ratio'
  | 'points, -100 to 100'
  | 'points, 0 to 100'

/** What a fraction is counted in. */
export type Cases =
  | 'activities'
  | 'answers'
  | 'attempts'
  | 'comments'
  | 'deployments'
  | 'episodes'
  | 'exceptions'
  | 'failures'
  | 'items'
  | 'new services'
  | 'people'
  | 'records'
  | 'requests'
  | 'requests and changes'
  | 'services'
  | 'teams'
  | 'time'

export type Status =
  | 'ok'
  | 'no_data'
  | 'no_denominator'
  | 'insufficient_sample'
  | 'source_missing'
  | 'source_partial'
  | 'suppressed_privacy'
  | 'not_applicable'
  | 'stale'

export type Band =
  | 'good'
  | 'good_uncertain'
  | 'watch'
  | 'bad_uncertain'
  | 'bad'
  | 'insufficient'
  | 'none'

export type Area =
  | 'adoption'
  | 'speed'
  | 'reliability'
  | 'support load'
  | 'satisfaction'
  | 'governance'
  | 'data quality'

/** What a metric is, in words: the source of METRICS.md, of the dictionary page and of `show`. */
export interface MetricDefinition {
  /** As in the metric reference; stored with every measurement, never changes. */
  readonly id: string
  readonly key: string
  readonly name: string
  readonly area: Area
  /** The one that stands for its area. */
  readonly isHeadline?: true
  readonly unit: Unit
  readonly direction: 'higher' | 'lower' | 'none'
  /** Where it cannot be measured over any window: a state at a moment, or one closed survey wave. */
  readonly toldOf?: 'moment' | 'wave'
  /** One sentence. */
  readonly definition: string
  readonly formula: string
  readonly eligibleSet: string
  readonly window: string
  readonly minimumSample: string
  readonly missingData: string
  readonly interval: string
  readonly bands: string
  readonly misleadsWhen: string
  /** Metric ids that must stand beside it. */
  readonly guardrails: readonly string[]
  /** Raised when the meaning changes; then CHANGELOG says so. */
  readonly version: string
}
