import { type Condition, judge } from '#scorecards/diagnosis/condition.ts'
import type { Snapshot } from '#scorecards/diagnosis/snapshot.ts'
import type { Area, Band, MetricResult, Status } from '#scorecards/result.ts'

export type OutcomeArea = Exclude<Area, 'data quality'>

/** How an area stands: the status of its headline, and its band. */
export interface AreaStanding {
  readonly status: Status
  readonly band: Band
}

export interface PathStanding {
  /** An area that is not named has no data. */
  readonly areas: Readonly<Partial<Record<OutcomeArea, AreaStanding>>>
  readonly snapshot: Snapshot
  /** Whole weeks since it became available; null when nobody knows. */
  readonly ageWeeks: number | null
  /** The metrics of the path in catalogue order. */
  readonly metrics: readonly BandedMetric[]
}

export interface BandedMetric extends Pick<MetricResult, 'metricId' | 'band' | 'status'> {
  readonly isHeadline: boolean
}

export type Verdict =
  | 'insufficient_data'
  | 'fix_reliability_first'
  | 'earn_the_adoption'
  | 'stop_or_rediscover'
  | 'simplify'
  | 'deepen'
  | 'hold_and_learn'

export interface PathVerdict {
  readonly verdict: Verdict
  /** Ids of up to three metrics: those whose figures decided, then those whose band says the same. */
  readonly decided: readonly string[]
  /** Ids of up to two metrics whose band says otherwise; headlines first, then catalogue order. */
  readonly opposed: readonly string[]
  readonly tensions: readonly Tension[]
}

/** Two areas that certainly disagree. */
export interface Tension {
  readonly good: OutcomeArea
  readonly bad: OutcomeArea
}

/** What to do with a path: the first row of section 13 of the metric reference that holds. */
export function pathVerdict(path: PathStanding): PathVerdict {
  const row = ROWS.find((one) => holds(one, path)) ?? HOLD
  const reasons = reasonsOf(row, path)
  const { agreeing, opposing } = LEANS[row.lean]
  const decided = [...new Set([...reasons, ...metricsIn(path, agreeing)])].slice(0, MOST_DECIDING)
  const opposed = metricsIn(path, opposing).filter((id) => !reasons.includes(id))
  return {
    verdict: row.verdict,
    decided,
    opposed: opposed.slice(0, MOST_OPPOSING),
    tensions: tensionsOf(path),
  }
}

const MOST_DECIDING = 3
const MOST_OPPOSING = 2

interface VerdictRow {
  readonly verdict: Verdict
  /** What must hold beside figures. */
  readonly applies?: (path: PathStanding) => boolean
  /** A condition on a missing figure does not hold. */
  readonly all: readonly Condition[]
  /** At least one, unless there is none. */
  readonly any: readonly Condition[]
  /** Metrics that decided where no condition names them. */
  readonly reasons?: (path: PathStanding) => readonly string[]
  readonly lean: keyof typeof LEANS
}

/** Which bands say the same as a verdict, and which say otherwise. */
const LEANS = {
  critical: { agreeing: ['bad', 'bad_uncertain'], opposing: ['good', 'good_uncertain'] },
  confident: { agreeing: ['good', 'good_uncertain'], opposing: ['bad', 'bad_uncertain'] },
  /** Nothing stands out: what certainly does speaks against that. */
  waiting: { agreeing: ['watch'], opposing: ['good', 'bad'] },
  silent: { agreeing: [], opposing: [] },
} as const satisfies Record<string, Record<'agreeing' | 'opposing', readonly Band[]>>

const AREAS: readonly OutcomeArea[] = [
  'adoption',
  'speed',
  'reliability',
  'support load',
  'satisfaction',
  'governance',
]
const AREAS_NEEDED = 4
const GROWN_UP_WEEKS = 26

const areasIn = ({ areas }: PathStanding, band: Band) =>
  AREAS.filter((area) => areas[area]?.band === band)

const ROWS: readonly VerdictRow[] = [
  {
    verdict: 'insufficient_data',
    applies: ({ areas }) =>
      AREAS.filter((area) => areas[area]?.status === 'ok').length < AREAS_NEEDED,
    all: [],
    any: [],
    reasons: ({ metrics }) =>
      metrics.flatMap(({ metricId, isHeadline, status }) =>
        isHeadline && status !== 'ok' ? [metricId] : [],
      ),
    lean: 'silent',
  },
  {
    verdict: 'fix_reliability_first',
    applies: ({ areas }) => areas.reliability?.band === 'bad',
    all: [],
    any: [],
    reasons: () => ['REL-01'],
    lean: 'critical',
  },
  {
    verdict: 'earn_the_adoption',
    all: [
      { metric: 'ADO-02', op: '>=', value: 0.6 },
      { metric: 'ADO-01', op: '<', value: 0.3 },
    ],
    any: [],
    lean: 'critical',
  },
  {
    verdict: 'stop_or_rediscover',
    applies: ({ ageWeeks }) => ageWeeks !== null && ageWeeks >= GROWN_UP_WEEKS,
    all: [{ metric: 'ADO-01', op: '<=', value: 0.2 }],
    any: [
      { metric: 'ADO-06.w12', op: '<', value: 0.5 },
      { metric: 'SPD-01', op: '>=', value: { metric: 'SPD-01.offPath', times: 1 } },
    ],
    lean: 'critical',
  },
  {
    verdict: 'simplify',
    all: [{ metric: 'ADO-02', op: '>=', value: 0.3 }],
    any: [
      { metric: 'SUP-02', op: '>', value: 15 },
      { metric: 'SUP-04', op: '>=', value: 2 },
      { metric: 'SUP-06.xaas', op: '<', value: 0.5 },
    ],
    lean: 'critical',
  },
  {
    verdict: 'deepen',
    applies: (path) => areasIn(path, 'bad').length === 0,
    all: [{ metric: 'ADO-01', op: '>=', value: 0.5 }],
    any: [],
    lean: 'confident',
  },
]

const HOLD: VerdictRow = { verdict: 'hold_and_learn', all: [], any: [], lean: 'waiting' }

const isTrue =
  ({ snapshot }: PathStanding) =>
  (condition: Condition) =>
    judge(condition, snapshot) === 'true'

function holds({ applies, all, any }: VerdictRow, path: PathStanding): boolean {
  if (applies !== undefined && !applies(path)) return false
  return all.every(isTrue(path)) && (any.length === 0 || any.some(isTrue(path)))
}

/** The metrics behind the conditions that hold; `SUP-06` for `SUP-06.xaas`. */
function reasonsOf({ all, any, reasons }: VerdictRow, path: PathStanding): string[] {
  const keys = [...all, ...any].filter(isTrue(path)).map(({ metric }) => metric)
  return [...(reasons?.(path) ?? []), ...keys.map((key) => key.split('.')[0] ?? key)]
}

/** Ids of the metrics in one of the bands, headlines first. */
function metricsIn({ metrics }: PathStanding, bands: readonly Band[]): string[] {
  return metrics
    .filter(({ status, band }) => status === 'ok' && bands.includes(band))
    .toSorted((a, b) => Number(b.isHeadline) - Number(a.isHeadline))
    .map(({ metricId }) => metricId)
}

const tensionsOf = (path: PathStanding): Tension[] =>
  areasIn(path, 'good').flatMap((good) => areasIn(path, 'bad').map((bad) => ({ good, bad })))
