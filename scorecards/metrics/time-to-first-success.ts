import { millisecondsInHour } from 'date-fns/constants'
import { median } from '#lib/stats/quantiles.ts'
import type { Duration } from '#lib/stats/survival.ts'
import {
  attemptsByTeam,
  type PathAttempt,
  successesOf,
} from '#scorecards/adoption/path-attempts.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import { type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import type { Reach } from '#scorecards/metrics/work-counts.ts'
import { timeToEvent } from '#scorecards/time-to-event.ts'

export interface FirstSuccesses extends Span {
  /** `path`: over teams; `team`: of the one team whose attempts these are. */
  readonly reach: Reach
  /** All attempts on the path, those before the window too: one of them may be a team's first. */
  readonly attempts: readonly PathAttempt[]
}

const WINDOW_DAYS = 91
const MINIMUM_TEAMS = 6

export const timeToFirstSuccess: Metric<FirstSuccesses> = {
  definition: {
    id: 'ADO-08',
    key: 'time_to_first_success',
    name: 'Time to first success',
    area: 'adoption',
    unit: 'hours',
    direction: 'lower',
    definition:
      'How long it takes a team from its first attempt on the path until something works; teams that ' +
      'have not got there yet count.',
    formula:
      'Kaplan-Meier median over teams of (end of the first successful attempt - start of the first ' +
      'attempt); failures keep the clock running, and without a success it runs until the as-of. ' +
      'Beside it medianAttemptsBefore, how many attempts those that succeeded had begun before',
    eligibleSet: 'Teams whose first attempt lies in the window.',
    window: '91 days. Of one team: its own time, without an interval.',
    minimumSample: 'Six teams for value and band.',
    missingData:
      'Without a source of attempts there is no value. A team of whose first success it is not known ' +
      'when it came is left out and reported; more than 20 % of them: no band. A success that ended ' +
      'before it began is left out as an error.',
    interval: 'Brookmeyer-Crowley on the log-log scale, 95 %.',
    bands: 'Good up to one hour, bad above 24.',
    misleadsWhen: 'Teams are coached through their first run, and look fast.',
    guardrails: ['SUP-06', 'ADO-07'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const rows = [...attemptsByTeam(input.attempts, input.asOf)].flatMap(([team, attempts]) => {
      const startedAt = attempts[0]?.startedAt
      if (startedAt === undefined || startedAt >= period.to) return []
      const isBefore = startedAt < period.from
      return [
        { id: team, ...(isBefore ? BEFORE_WINDOW : trialOf(attempts, startedAt, input.asOf)) },
      ]
    })
    const trials = rows.flatMap(({ watch }) => watch ?? [])
    const isOfTeam = input.reach === 'team'
    const minimum = isOfTeam ? 1 : MINIMUM_TEAMS
    const result = timeToEvent(trials, {
      nUnknown: rows.filter(({ kind }) => kind === 'unknown').length,
      cutPoints: { good: 1, bad: 24 },
      valueFrom: minimum,
      bandFrom: minimum,
    })
    const before = rows.flatMap(({ kind, attemptsBefore }) =>
      kind === 'counted' ? [attemptsBefore] : [],
    )
    return {
      ...result,
      ...(isOfTeam && { ci: null }),
      parts: { ...result.parts, medianAttemptsBefore: median(before) },
      evidence: toEvidence(rows),
      ...(input.window && { window: input.window }),
    }
  },
}

/** A team's way to its first success. */
interface Trial {
  readonly kind: EvidenceKind
  /** In hours; null unless it counts. */
  readonly watch: Duration | null
  /** Begun before that which succeeded first. */
  readonly attemptsBefore: number
}

const BEFORE_WINDOW: Trial = { kind: 'excluded:before_window', watch: null, attemptsBefore: 0 }

function trialOf(attempts: readonly PathAttempt[], startedAt: Date, asOf: Date): Trial {
  const hoursUntil = (instant: Date) =>
    (instant.getTime() - startedAt.getTime()) / millisecondsInHour
  const success = successesOf(attempts, asOf)[0]
  const attemptsBefore = attempts.filter((one) => success && one.startedAt < success.startedAt)
  const left = { watch: null, attemptsBefore: attemptsBefore.length }
  if (success === undefined) {
    const watch = { time: hoursUntil(asOf), ended: false }
    return { ...left, kind: 'not_counted:censored', watch }
  }
  if (success.endedAt === null) return { ...left, kind: 'unknown' }
  if (success.endedAt < success.startedAt) return { ...left, kind: 'excluded:ended_before_start' }
  return { ...left, kind: 'counted', watch: { time: hoursUntil(success.endedAt), ended: true } }
}
