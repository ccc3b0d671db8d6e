import { millisecondsInHour } from 'date-fns/constants'
import { wilson } from '#lib/stats/proportions.ts'
import type { Duration } from '#lib/stats/survival.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import { type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { openedIn, type SupportRequest, setOutside } from '#scorecards/support/requests.ts'
import { timeToEvent } from '#scorecards/time-to-event.ts'

/** A request with what became of it. */
export interface ResolvedRequest extends SupportRequest {
  /** Null when the source does not say where it stands. */
  readonly statusCategory: 'open' | 'in_progress' | 'done' | null
  /** Null while it is open, or when nobody noted it. */
  readonly resolvedAt: Date | null
}

export interface Resolutions extends Span {
  /** Requests about the path, and those that nobody has attributed to one. */
  readonly requests: readonly ResolvedRequest[]
  /** Whether any source ever told when a request was resolved; left out: by those here. */
  readonly isResolutionTold?: boolean
  /** Hours within which the platform team has agreed to resolve a request about this path. */
  readonly slaHours: number
}

const WINDOW_DAYS = 28
const MINIMUM = 6

export const supportResolutionTime: Metric<Resolutions> = {
  definition: {
    id: 'SUP-05',
    key: 'support_resolution_time',
    name: 'Time to resolve a support request',
    area: 'support load',
    unit: 'hours',
    direction: 'lower',
    definition:
      'How long it takes from when a request is opened until it is resolved; those still open count ' +
      'as waiting.',
    formula:
      'Kaplan-Meier median over requests of (resolved - opened); what is open is watched until the ' +
      'as-of. Beside it withinSla, the requests resolved in the agreed time (24 hours unless the path ' +
      'says otherwise) / those that are resolved or open for longer than that',
    eligibleSet: 'Requests as in SUP-01.',
    window: 'Opened in 28 days, however short ago.',
    minimumSample: 'Six requests for value and band.',
    missingData:
      'A request that is done and nobody noted when is unknown, and so is one without a status where ' +
      'no request has a time of resolution; nor is it known of a request that names neither a team ' +
      "nor a group that it is not the platform team's own. More than 20 % unknown: no band. Where " +
      'nothing tells when requests are resolved there is no value. One resolved before it was opened ' +
      'is left out as an error and counted.',
    interval: 'Brookmeyer-Crowley on the log-log scale, 95 %; of withinSla Wilson score.',
    bands: 'Good up to 8 hours, bad above 48.',
    misleadsWhen:
      'The queue can be quick while the one who asked still waits: a request that should not exist, ' +
      'closed on time, is not success.',
    guardrails: ['SPD-01', 'SPD-04'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const { asOf, requests, slaHours } = input
    const isTold = input.isResolutionTold ?? requests.some(({ resolvedAt }) => resolvedAt !== null)
    const rows = openedIn(requests, periodOf(input, WINDOW_DAYS)).map((request) =>
      toRow(request, asOf, isTold),
    )
    const count = (kind: EvidenceKind) => rows.filter((row) => row.kind === kind).length
    const watches = rows.flatMap(({ watch }) => watch ?? [])
    const nUnknown = count('unknown')
    const result = timeToEvent(watches, {
      nUnknown,
      cutPoints: { good: 8, bad: 48 },
      valueFrom: MINIMUM,
      bandFrom: MINIMUM,
    })
    return {
      ...result,
      parts: {
        ...result.parts,
        ...withinAgreed(watches, slaHours),
        excludedReversed: count('excluded:resolved_before_opened'),
      },
      evidence: toEvidence(rows),
      ...(!isTold &&
        rows.some(({ isUntold }) => isUntold) && { absence: 'source_missing' as const }),
      parameters: { slaHours },
      ...(input.window && { window: input.window }),
    }
  },
}

interface Row {
  readonly id: string
  readonly kind: EvidenceKind
  /** Only the time of its resolution is not known. */
  readonly isUntold: boolean
  /** In hours; null unless it counts. */
  readonly watch: Duration | null
}

function toRow(request: ResolvedRequest, asOf: Date, isTold: boolean): Row {
  const { id, openedAt, resolvedAt } = request
  const left = (kind: EvidenceKind): Row => ({ id, kind, isUntold: false, watch: null })
  const outside = setOutside(request)
  if (outside !== null) return left(outside)
  if (resolvedAt === null && !isKnownOpen(request, isTold)) {
    return { ...left('unknown'), isUntold: true }
  }
  const ended = resolvedAt !== null && resolvedAt < asOf
  const time = hoursBetween(openedAt, ended ? resolvedAt : asOf)
  if (time < 0) return left('excluded:resolved_before_opened')
  return { ...left(ended ? 'counted' : 'not_counted:censored'), watch: { time, ended } }
}

/** Of a request without a time of resolution. */
function isKnownOpen({ statusCategory }: ResolvedRequest, isTold: boolean): boolean {
  return statusCategory === null ? isTold : statusCategory !== 'done'
}

const hoursBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / millisecondsInHour

/** An open request is judged when more than the agreed time has passed. */
function withinAgreed(watches: readonly Duration[], slaHours: number) {
  const judged = watches.filter(({ time, ended }) => ended || time > slaHours).length
  const inTime = watches.filter(({ time, ended }) => ended && time <= slaHours).length
  const limits = wilson(inTime, judged)
  return {
    withinSla: judged === 0 ? null : inTime / judged,
    withinSlaLow: limits?.low ?? null,
    withinSlaHigh: limits?.high ?? null,
    nJudged: judged,
  }
}
