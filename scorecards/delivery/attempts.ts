import { millisecondsInDay } from 'date-fns/constants'
import type { Period } from '#lib/period.ts'
import { isIn } from '#scorecards/delivery/production.ts'
import type { EnvironmentRequest } from '#scorecards/metrics/time-to-usable-environment.ts'

/** An attempt to get something provisioned. */
export type Attempt = Pick<
  EnvironmentRequest,
  'id' | 'requestedAt' | 'usableAt' | 'endedAt' | 'result'
>

/** How an attempt stood at some moment, and when it came to that; null while it is open. */
export interface Ending {
  readonly result: Attempt['result']
  readonly at: Date | null
}

const TIMEOUT_MS = millisecondsInDay

/**
 * What had come of an attempt before `asOf`. One that is open for more than 24 hours has timed out. An
 * end at an unknown moment is put where the attempt began, lest failures go uncounted.
 */
function endingOf(attempt: Attempt, asOf: Date): Ending {
  const { result, requestedAt, usableAt, endedAt } = attempt
  const end = (result === 'usable' ? (usableAt ?? endedAt) : endedAt) ?? requestedAt
  if (result !== 'open' && end < asOf) return { result, at: end }
  const timeoutAt = new Date(requestedAt.getTime() + TIMEOUT_MS)
  return timeoutAt < asOf ? { result: 'timeout', at: timeoutAt } : { result: 'open', at: null }
}

/** Attempts that ended in `period`, and those asked for that are still open at its end. */
export function endedIn<One extends Attempt>(
  attempts: readonly One[],
  period: Period,
  asOf: Date,
): { readonly attempt: One; readonly ending: Ending }[] {
  return attempts
    .filter(({ requestedAt }) => requestedAt < asOf && requestedAt < period.to)
    .map((attempt) => ({ attempt, ending: endingOf(attempt, asOf) }))
    .filter(({ ending }) => ending.at === null || isIn(period, ending.at))
}
