import { millisecondsInDay } from 'date-fns/constants'
import type { Duration } from '#lib/stats/survival.ts'
import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import { type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { timeToEvent } from '#scorecards/time-to-event.ts'

export interface RequestedException {
  readonly id: string
  /** Null when the register does not say. */
  readonly requestedAt: Date | null
  /** Null when nobody has decided, or the register does not say when. */
  readonly decidedAt: Date | null
  readonly decision: 'approved' | 'rejected' | 'withdrawn' | null
}

export interface ExceptionDecisions extends Span {
  readonly exceptions: readonly RequestedException[]
}

const WINDOW_DAYS = 91
const MINIMUM = 5

export const exceptionDecisionTime: Metric<ExceptionDecisions> = {
  definition: {
    id: 'GOV-07',
    key: 'exception_decision_time',
    name: 'Time to decide an exception',
    area: 'governance',
    unit: 'days',
    direction: 'lower',
    definition:
      'How long a team waits from asking for an exception until it is approved or rejected.',
    formula:
      'Kaplan-Meier median of the days from request to decision. Those still open count as longer ' +
      'than they are old; those withdrawn as longer than until then. Beside it naiveMedianOfCompleted',
    eligibleSet: 'Requests for an exception, for a whole team or for services.',
    window: 'Requested in 91 days.',
    minimumSample: 'Five requests for value and band.',
    missingData:
      'A request without a date is left out and counted, and so is one decided before it was made. ' +
      'One that was decided nobody knows when is unknown; more than 20 %: no band.',
    interval:
      'Of the median: log-log, Brookmeyer-Crowley, 95 %; a limit that was not reached is open.',
    bands: 'Good up to 5 days, bad above 14.',
    misleadsWhen: 'Requests are rejected fast and without an alternative.',
    guardrails: ['EXC.rejectedWithoutAlternative'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const waits = input.exceptions
      .filter(({ requestedAt }) => requestedAt === null || isIn(period, requestedAt))
      .map((one) => toWait(one, input.asOf))
    const requirements = {
      cutPoints: { good: 5, bad: 14 },
      valueFrom: MINIMUM,
      bandFrom: MINIMUM,
      nUnknown: waits.filter(({ kind }) => kind === 'unknown').length,
    }
    return {
      ...timeToEvent(
        waits.flatMap(({ watch }) => watch ?? []),
        requirements,
      ),
      evidence: toEvidence(waits),
      ...(input.window && { window: input.window }),
    }
  },
}

interface Wait {
  readonly id: string
  readonly kind: EvidenceKind
  /** In days. Null when it is in neither count. */
  readonly watch: Duration | null
}

function toWait({ id, ...exception }: RequestedException, asOf: Date): Wait {
  const { requestedAt, decidedAt, decision } = exception
  if (requestedAt === null) return { id, kind: 'excluded:no_request_date', watch: null }
  if (decision !== null && decidedAt === null) return { id, kind: 'unknown', watch: null }
  const isDecided = decision !== null && decidedAt !== null && decidedAt < asOf
  const end = isDecided ? decidedAt : asOf
  const time = (end.getTime() - requestedAt.getTime()) / millisecondsInDay
  if (time < 0) return { id, kind: 'excluded:decided_before_request', watch: null }
  const ended = isDecided && decision !== 'withdrawn'
  return { id, kind: ended ? 'counted' : CENSORED, watch: { time, ended } }
}

const CENSORED = 'not_counted:censored'
