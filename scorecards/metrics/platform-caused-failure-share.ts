import type { CauseClass } from '#scorecards/delivery/facts.ts'
import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'

/** An attempt or a deployment on the path that failed (see REL-01 and REL-03). */
export interface Failure {
  readonly id: string
  /** When the attempt ended, or the deployment did. */
  readonly at: Date
  /** What is said of its cause: by its code, or by each of its incidents. Null says nothing. */
  readonly causes: readonly (CauseClass | null)[]
}

export interface PathFailures extends Span {
  readonly failures: readonly Failure[]
}

const WINDOW_DAYS = 28
const MINIMUM = 10

export const platformCausedFailureShare: Metric<PathFailures> = {
  definition: {
    id: 'REL-06',
    key: 'platform_caused_failure_share',
    name: 'Share of failures caused by the platform',
    area: 'reliability',
    unit: 'fraction of failures',
    direction: 'lower',
    definition:
      'The share of failures on the path that are due to the platform and not to what a user put in, ' +
      'to a policy or to something outside.',
    formula:
      'failures caused by the platform / failures of known cause; beside it unknownShare = failures ' +
      'of unknown cause / all failures',
    eligibleSet: 'Attempts and deployments on the path that failed (see REL-01 and REL-03).',
    window: '28 days, by the end of the attempt or the deployment.',
    minimumSample: 'Ten failures of known cause for value and band.',
    missingData:
      'A failure whose cause nobody recorded, or whose incidents say different things of it, is in ' +
      'neither count and is reported with bounds; more than 20 %: no band.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good up to 20 %, bad above 50 %.',
    misleadsWhen: 'It is the platform team itself that writes down the causes.',
    guardrails: ['REL-01', 'SAT-04'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const failures = input.failures
      .filter(({ at }) => isIn(period, at))
      .map(({ id, causes }) => ({ id, cause: causeOf(causes) }))
    const result = proportionOf(
      failures.map(({ id, cause }) => ({ id, kind: setOf(cause) })),
      { cutPoints: { good: 0.2, bad: 0.5 }, valueFrom: MINIMUM, bandFrom: MINIMUM },
    )
    const count = (cause: CauseClass) => failures.filter((one) => one.cause === cause).length
    return {
      ...result,
      parts: {
        userInput: count('user_input'),
        policy: count('policy'),
        dependency: count('dependency'),
        unknownShare: failures.length === 0 ? null : result.nUnknown / failures.length,
      },
      ...(input.window && { window: input.window }),
    }
  },
}

/** Null when nothing is said, or not one thing. */
function causeOf(causes: Failure['causes']): CauseClass | null {
  const [first, ...others] = new Set(causes.filter((cause) => cause !== null))
  return others.length > 0 ? null : (first ?? null)
}

function setOf(cause: CauseClass | null): EvidenceKind {
  if (cause === null) return 'unknown'
  return cause === 'platform' ? 'counted' : `not_counted:${cause}`
}
