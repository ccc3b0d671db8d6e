import { compareText } from '#lib/order.ts'
import { daysBefore, type Period, toInstantText } from '#lib/period.ts'
import type {
  Band,
  CountedSet,
  EvidenceSet,
  Interval,
  MetricDefinition,
  MetricResult,
  Scope,
  Status,
} from '#scorecards/result.ts'

/** A metric is words about itself and one pure function of the facts of its window. */
export interface Metric<Input> {
  readonly definition: MetricDefinition
  /** Days before the as-of that it looks at; 0 for a state at that moment. */
  readonly windowDays: number
  readonly compute: (input: Input) => Computed
}

/**
 * A metric that is a table: one result for each cell, which is named by the parameters of what is
 * computed, such as `{ cohort, weeks }`.
 */
export interface TableMetric<Input> extends Pick<Metric<Input>, 'definition' | 'windowDays'> {
  /** In the order in which a reader expects the cells. */
  readonly computeCells: (input: Input) => readonly Computed[]
}

/** From which value on a metric is good, and from which on bad. */
export interface CutPoints {
  readonly good: number
  readonly bad: number
}

/** What a metric finds in its facts, before anybody asks how much of the window was read. */
export interface Computed
  extends Pick<
    MetricResult,
    | 'value'
    | 'numerator'
    | 'denominator'
    | 'nUnknown'
    | 'notMatured'
    | 'ci'
    | 'bounds'
    | 'parts'
    | 'flags'
  > {
  readonly evidence: readonly EvidenceSet[]
  readonly n: number
  /** Cases known, of which the unknown ones are a share; without it `n`, which may be weeks. */
  readonly knownCases?: number
  /** Decided by the metric itself, such as a register that nobody keeps. */
  readonly absence?: Absence
  /** Fewer cases than the value needs. */
  readonly isTooSmall: boolean
  /** Null when nothing says what is good. */
  readonly cutPoints: CutPoints | null
  /** Fewer cases than a band needs. */
  readonly isTooSmallForBand: boolean
  /** All there is, not a sample: banded by the value, without an interval. */
  readonly isCensus?: boolean
  /** Its value is itself the coverage: it stands, with its band, whatever the status. */
  readonly isCoverage?: boolean
  /** Not to be shown for the sake of those who answered: nothing of it leaves but that it is so. */
  readonly isSuppressed?: boolean
  /** The interval would tell how single people answered: the band goes by it, nobody sees it. */
  readonly isIntervalPrivate?: boolean
  /** Where these are not the metric's own: days before the as-of, or any other window. */
  readonly windowDays?: number
  readonly window?: Period
  /** What the value depends on beside the facts, such as the age of the path. */
  readonly parameters?: MetricResult['parameters']
}

/** `not_applicable`: the question does not arise; `source_missing`: nothing connected tells it. */
export type Absence = 'not_applicable' | 'source_missing'

/** What the caller knows and the metric does not. */
export interface MeasureContext {
  readonly scope: Scope
  readonly asOf: Date
  /** Asked for, in place of the days that the metric looks at of its own accord. */
  readonly window?: Period
  readonly computedAt: Date
  readonly engineVersion: string
  readonly parameters: MetricResult['parameters']
  readonly watermarks: MetricResult['watermarks']
  /** Covered share of the window, 0 to 1. */
  readonly coverage: number
  readonly absence?: Absence
  /** What is to be said of the facts, such as `proxy_signal`. */
  readonly flags?: readonly string[]
  /** Only with the counts of the rows behind it: they are found again when somebody opens the result. */
  readonly isBrief?: boolean
}

/** The full record of one metric in one scope at one moment. */
export function measure<Input>(
  metric: Metric<Input>,
  input: Input,
  context: MeasureContext,
): MetricResult {
  return toResult(metric, metric.compute(input), context)
}

/** The full record of every cell of a table metric. */
export function measureCells<Input>(
  metric: TableMetric<Input>,
  input: Input,
  context: MeasureContext,
): MetricResult[] {
  return metric.computeCells(input).map((computed) => toResult(metric, computed, context))
}

function toResult(
  metric: Pick<Metric<unknown>, 'definition' | 'windowDays'>,
  computed: Computed,
  context: MeasureContext,
): MetricResult {
  const { isCoverage = false, isSuppressed = false, isIntervalPrivate = false } = computed
  const { numerator, denominator, n, nUnknown, notMatured, parts, evidence } = computed
  const coverage = isCoverage ? (computed.value ?? 0) : context.coverage
  const status = statusOf(computed, coverage, context.absence)
  const stands = isCoverage || !VALUELESS.has(status)
  return {
    ...subjectOf(metric, computed, context),
    value: stands ? computed.value : null,
    numerator,
    denominator,
    n,
    nUnknown,
    notMatured,
    coverage,
    ci: stands && !isIntervalPrivate ? computed.ci : null,
    bounds: stands ? computed.bounds : null,
    parts,
    status,
    band: bandOfResult(metric.definition, computed, status),
    flags: [...computed.flags, ...(context.flags ?? [])],
    evidence: context.isBrief ? evidence.map(toCount) : evidence,
    ...(isSuppressed && { ...NOTHING, flags: context.flags ?? [] }),
  }
}

/** What a suppressed result says, whatever its status: a count would tell as much as a value. */
const NOTHING = {
  value: null,
  numerator: null,
  denominator: null,
  n: null,
  nUnknown: 0,
  notMatured: 0,
  ci: null,
  bounds: null,
  parts: {},
  evidence: [],
} as const satisfies Partial<MetricResult>

function subjectOf(
  { definition, windowDays }: Pick<Metric<unknown>, 'definition' | 'windowDays'>,
  computed: Computed,
  context: MeasureContext,
) {
  const { asOf } = context
  const own = (days: number) => ({ from: daysBefore(asOf, days), to: asOf })
  const chosen = computed.windowDays === undefined ? context.window : own(computed.windowDays)
  const { from, to } = computed.window ?? chosen ?? own(windowDays)
  return {
    metricId: definition.id,
    definitionVersion: definition.version,
    engineVersion: context.engineVersion,
    unit: definition.unit,
    guardrails: definition.guardrails,
    scope: context.scope,
    window: { start: toInstantText(from), end: toInstantText(to) },
    asOf: toInstantText(asOf),
    computedAt: toInstantText(context.computedAt),
    parameters: { ...context.parameters, ...computed.parameters, ...computed.cutPoints },
    watermarks: context.watermarks,
  }
}

/** Less of a window is a part of it. */
export const FULL_COVERAGE = 0.9
const LEAST_COVERAGE = 0.5
const MOST_UNKNOWN = 0.2

/** The first that holds; the order is that of section 2 of the metric reference. */
function statusOf(computed: Computed, coverage: number, absence: Absence | undefined): Status {
  const absences = [absence, computed.absence]
  if (absences.includes('not_applicable')) return 'not_applicable'
  if (absences.includes('source_missing')) return 'source_missing'
  if (coverage < LEAST_COVERAGE) return 'no_data'
  if (computed.isSuppressed) return 'suppressed_privacy'
  if (computed.n === 0) return 'no_denominator'
  if (computed.isTooSmall) return 'insufficient_sample'
  const { knownCases = computed.n, nUnknown } = computed
  return isPartial({ coverage, knownCases, nUnknown }) ? 'source_partial' : 'ok'
}

/** How much of a window was seen. */
export interface Sight {
  /** Covered share, 0 to 1. */
  readonly coverage: number
  readonly knownCases: number
  /** Cases of which nobody knows whether they count. */
  readonly nUnknown: number
}

/** Less than 90 % of the window was read, or over 20 % of its cases are unknown. */
export function isPartial({ coverage, knownCases, nUnknown }: Sight): boolean {
  const unknownShare = nUnknown / (knownCases + nUnknown)
  return coverage < FULL_COVERAGE || unknownShare > MOST_UNKNOWN
}

/** With these a metric has no value, interval or bounds. */
const VALUELESS: ReadonlySet<Status> = new Set([
  'not_applicable',
  'source_missing',
  'no_data',
  'suppressed_privacy',
  'no_denominator',
])

function bandOfResult({ direction }: MetricDefinition, computed: Computed, status: Status): Band {
  const { cutPoints, value, ci, isCensus = false, isCoverage = false } = computed
  if (cutPoints === null || direction === 'none') return 'none'
  if (isCoverage) return bandOf(value, null, cutPoints, direction)
  if (status !== 'ok' || computed.isTooSmallForBand) return 'insufficient'
  if (ci === null && !isCensus) return 'insufficient'
  return bandOf(value, ci, cutPoints, direction)
}

/**
 * Where a value and its interval lie between `good` and `bad`, both of which count as good enough
 * and not yet bad. Without an interval the value stands for both limits; a limit that is null was
 * not reached and counts as infinitely large.
 */
export function bandOf(
  value: number | null,
  ci: Pick<Interval, 'low' | 'high'> | null,
  { good, bad }: CutPoints,
  direction: 'higher' | 'lower',
): Band {
  if (value === null) return 'insufficient'
  const { low, high } = ci ?? { low: value, high: value }
  const limits = { low: low ?? Number.POSITIVE_INFINITY, high: high ?? Number.POSITIVE_INFINITY }
  // Lower is better: turn the axis round, and higher is.
  return direction === 'higher'
    ? grade({ value, ...limits }, good, bad)
    : grade({ value: -value, low: -limits.high, high: -limits.low }, -good, -bad)
}

interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

function grade({ value, low, high }: Estimate, good: number, bad: number): Band {
  if (low >= good) return 'good'
  if (high < bad) return 'bad'
  if (value >= good) return 'good_uncertain'
  return value < bad ? 'bad_uncertain' : 'watch'
}

/** The set that a row belongs to: see `EvidenceSet`. After a colon stands why. */
export type EvidenceKind =
  | 'counted'
  | 'not_counted'
  | `not_counted:${string}`
  | `excluded:${string}`
  | `beside:${string}`
  | 'unknown'
  | 'not_matured'

/** A row and the set that it belongs to. */
export interface SortedRow {
  readonly id: string
  readonly kind: EvidenceKind
  /** Rows that it stands for, where their ids do not matter; left out: itself. */
  readonly times?: number | undefined
}

export const countRows = (rows: readonly Pick<SortedRow, 'times'>[]) =>
  rows.reduce((sum, { times = 1 }) => sum + times, 0)

/**
 * Ids by set, each set and the list of sets in text order, so that the order of rows is no matter. The
 * ids of a set are looked for and put in order when somebody asks for them.
 */
export function toEvidence(rows: readonly SortedRow[]): EvidenceSet[] {
  return toSets(rows, (kind) => rows.flatMap((row) => (row.kind === kind ? [row.id] : [])))
}

/** Rows that are all of one set. */
export interface SortedGroup {
  readonly kind: EvidenceKind
  readonly rows: readonly { readonly id: string }[]
}

/** The same of rows that several results sort in different ways. */
export function toEvidenceOfGroups(groups: readonly SortedGroup[]): EvidenceSet[] {
  const sizes = groups.map(({ kind, rows }) => ({ kind, times: rows.length }))
  return toSets(sizes, (kind) =>
    groups.flatMap((group) => (group.kind === kind ? group.rows.map(({ id }) => id) : [])),
  )
}

function toSets(
  sizes: readonly Omit<SortedRow, 'id'>[],
  idsOf: (kind: EvidenceKind) => readonly string[],
): EvidenceSet[] {
  const sums = new Map<EvidenceKind, number>()
  for (const { kind, times = 1 } of sizes) sums.set(kind, (sums.get(kind) ?? 0) + times)
  return [...sums]
    .map(([kind, size]) => toSet(kind, size, () => idsOf(kind)))
    .toSorted((a, b) => compareText(a.kind, b.kind))
}

function toSet(kind: EvidenceKind, size: number, list: () => readonly string[]): EvidenceSet {
  let ids: readonly string[] | undefined
  const set = {
    kind,
    get ids() {
      ids ??= list().toSorted()
      return ids
    },
  }
  SIZES.set(set, size)
  return set
}

/** So that counting the rows of a set does not put them in order. */
const SIZES = new WeakMap<EvidenceSet, number>()

const toCount = (set: EvidenceSet): CountedSet => ({
  kind: set.kind,
  count: SIZES.get(set) ?? set.ids.length,
})
