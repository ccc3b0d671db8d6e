import { type Period, trailingWeeks, weekNumber, weeksIn } from '#lib/period.ts'
import { poissonRate } from '#lib/stats/counts.ts'
import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import {
  type Computed,
  countRows,
  type EvidenceKind,
  type Metric,
  type SortedRow,
  toEvidence,
} from '#scorecards/measure.ts'
import { CHART_WEEKS, chartParts } from '#scorecards/process-chart.ts'
import {
  type Covered,
  countAsked,
  isRead,
  isSeen,
  openedIn,
  type SupportRequest,
  setOutside,
} from '#scorecards/support/requests.ts'

/** A piece of work that the path could have carried. */
export interface Use {
  readonly id: string
  readonly occurredAt: Date
  readonly result: 'success' | 'failure' | 'unknown'
  /** How it was done; null when nothing is known of that. */
  readonly mechanism:
    | 'path'
    | 'parallel_pipeline'
    | 'manual_change'
    | 'break_glass'
    | 'off_path'
    | null
  /** Null when the source does not say whether a person or a machine set it off. */
  readonly userInitiated: boolean | null
  /** As many that nothing tells apart as it stands for; left out: for itself. */
  readonly times?: number
}

type UseKind = Pick<Use, 'result' | 'mechanism' | 'userInitiated'>

export interface RequestsAndUses extends Span {
  /** Requests about the path, and those that nobody has attributed to one, for 26 weeks. */
  readonly requests: readonly SupportRequest[]
  /** In-scope work of the same weeks; where `usedPerWeek` is given, of the window. */
  readonly uses: readonly Use[]
  /** Successful uses by the number of the ISO week, where many moments ask for the same. */
  readonly usedPerWeek?: ReadonlyMap<number, number>
  /** When both requests and uses had been read in full. */
  readonly covered: Covered
}

const WINDOW_DAYS = 28
const MINIMUM_USES = 30
const PER = 100

export const supportRequestsPer100Uses: Metric<RequestsAndUses> = {
  definition: {
    id: 'SUP-02',
    key: 'support_requests_per_100_uses',
    name: 'Support requests per 100 uses',
    area: 'support load',
    unit: 'per 100 uses',
    direction: 'lower',
    definition: 'How many requests about the path there are for every hundred times it works.',
    formula:
      '100 * requests / successful uses of the path; beside it trendUp, from the process-behaviour ' +
      '(XmR) chart of the weekly figures of 26 ISO weeks, as in SUP-01',
    eligibleSet:
      'Requests as in SUP-01. Uses are work that was done by the path with success; what is known to ' +
      'be set off by a machine is left out and counted.',
    window: '28 days; 26 ISO weeks for the chart.',
    minimumSample: '30 uses for value and band.',
    missingData:
      'Without any use there is no value. What was read only in part leaves out the requests and the ' +
      'uses of the same hours, and a week without a use or not read is a gap of the chart. Work of ' +
      'unknown way or result may be a use, and a request that names neither a team nor a group may ' +
      'be none: they are in neither count and are reported with bounds; more than 20 % of them: no ' +
      'band. Where nobody says what set a use off it counts: usesOfUnknownInitiator.',
    interval: 'Garwood exact Poisson of the requests, with uses as exposure, 95 %.',
    bands: 'Good up to 5, bad above 15.',
    misleadsWhen:
      'Automated uses dilute it, such as one pipeline that runs a thousand times, where the source ' +
      'does not tell them from uses by people.',
    guardrails: ['SUP-01', 'SUP-03'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const { asOf, covered } = input
    const period = periodOf(input, WINDOW_DAYS)
    const requests = openedIn(input.requests, period).map((request) => ({
      id: request.id,
      kind: whenRead(covered, request.openedAt, setOutside(request) ?? 'counted'),
    }))
    const uses = input.uses
      .filter(({ occurredAt }) => isIn(period, occurredAt))
      .map((use) => ({
        id: use.id,
        times: use.times,
        use,
        kind: whenRead(covered, use.occurredAt, setOfUse(use)),
      }))
    const successful = uses.filter(({ kind }) => kind === USED)
    const series = weeklyFigures(input, trailingWeeks(asOf, CHART_WEEKS))
    return {
      ...rateOf(
        { known: countOf(requests, 'counted'), unknown: countOf(requests, 'unknown') },
        { known: countRows(successful), unknown: countOf(uses, 'unknown') },
      ),
      parts: {
        usesOfUnknownInitiator: countRows(
          successful.filter(({ use }) => use.userInitiated === null),
        ),
        automatedUses: countOf(uses, 'excluded:automated'),
        ...chartParts(series),
      },
      evidence: toEvidence([...requests, ...uses]),
      ...(input.window && { window: input.window }),
    }
  },
}

/** In the denominator only. */
const USED = 'not_counted:use'

/** Whether it is known to be a use of the path by nobody but a person, as far as anybody says, with success. */
export const isSuccessfulUse = (use: UseKind): boolean => setOfUse(use) === USED

function setOfUse({ result, mechanism, userInitiated }: UseKind): EvidenceKind {
  if (mechanism !== null && mechanism !== 'path') return 'excluded:not_by_path'
  if (userInitiated === false) return 'excluded:automated'
  if (result === 'failure') return 'excluded:not_successful'
  return mechanism === null || result === 'unknown' ? 'unknown' : USED
}

const whenRead = (covered: Covered, instant: Date, kind: EvidenceKind): EvidenceKind =>
  isSeen(covered, instant) ? kind : 'excluded:not_covered'

const countOf = (rows: readonly SortedRow[], kind: EvidenceKind) =>
  countRows(rows.filter((row) => row.kind === kind))

interface Cases {
  readonly known: number
  readonly unknown: number
}

function rateOf(requests: Cases, uses: Cases): Omit<Computed, 'parts' | 'evidence'> {
  const { value, ci } = poissonRate(requests.known, uses.known / PER)
  const nUnknown = requests.unknown + uses.unknown
  const n = uses.known
  return {
    value,
    numerator: requests.known,
    denominator: n,
    n,
    knownCases: requests.known + n,
    nUnknown,
    notMatured: 0,
    ci: ci && { ...ci, level: 0.95, method: 'Garwood' },
    bounds:
      nUnknown === 0 || n === 0
        ? null
        : {
            low: (requests.known / (n + uses.unknown)) * PER,
            high: ((requests.known + requests.unknown) / n) * PER,
          },
    flags: nUnknown > 0 ? ['has_unknown'] : [],
    isTooSmall: n < MINIMUM_USES,
    isTooSmallForBand: n < MINIMUM_USES,
    cutPoints: { good: 5, bad: 15 },
  }
}

/** Successful uses of the path by the number of the ISO week. */
export function countUsedPerWeek(uses: readonly Use[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const use of uses) {
    if (!isSuccessfulUse(use)) continue
    const week = weekNumber(use.occurredAt)
    counts.set(week, (counts.get(week) ?? 0) + (use.times ?? 1))
  }
  return counts
}

/** Of each week, oldest first; null of one that was not read, or in which nothing was used. */
function weeklyFigures(input: RequestsAndUses, period: Period) {
  const { requests, uses, covered, usedPerWeek = countUsedPerWeek(uses) } = input
  return weeksIn(period).map((week) => {
    const inWeek = usedPerWeek.get(weekNumber(week.from)) ?? 0
    if (!isRead(covered, week)) return null
    return poissonRate(countAsked(requests, week), inWeek / PER).value
  })
}
