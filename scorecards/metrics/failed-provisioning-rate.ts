import { type Attempt, endedIn } from '#scorecards/delivery/attempts.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'

export interface ProvisioningAttempts extends Span {
  /** All requests of the path, every retry for itself. */
  readonly attempts: readonly Attempt[]
}

const WINDOW_DAYS = 28

export const failedProvisioningRate: Metric<ProvisioningAttempts> = {
  definition: {
    id: 'REL-01',
    key: 'failed_provisioning_rate',
    name: 'Failed provisioning rate',
    area: 'reliability',
    isHeadline: true,
    unit: 'fraction of attempts',
    direction: 'lower',
    definition: 'The share of attempts to get something from the path that failed or timed out.',
    formula: '(failed + timed out) / (usable + failed + timed out)',
    eligibleSet:
      'Attempts on the path, every retry for itself. What a policy rejected is the guardrail at work ' +
      'and what its requester cancelled is no failure: both are left out and counted.',
    window: 'Attempts that ended in 28 days.',
    minimumSample: 'Five attempts for the value, 20 for a band.',
    missingData:
      'An attempt that is open for more than 24 hours has failed, at that moment; a younger one is ' +
      'left out and counted. One that ended at an unknown moment is put where it began. Without a ' +
      'source that tells how attempts end there is no value.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good up to 2 %, bad above 10 %.',
    misleadsWhen:
      'Retries inside the platform hide failures; rejections by policy are counted as failures.',
    guardrails: ['SPD-01', 'REL-06', 'GOV-01'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const ended = endedIn(input.attempts, periodOf(input, WINDOW_DAYS), input.asOf)
    const count = (result: Attempt['result']) =>
      ended.filter(({ ending }) => ending.result === result).length
    const rows = ended.map(({ attempt, ending }) => ({
      id: attempt.id,
      kind: SETS[ending.result],
    }))
    return {
      ...proportionOf(rows, { cutPoints: { good: 0.02, bad: 0.1 }, valueFrom: 5, bandFrom: 20 }),
      parts: {
        failed: count('failed'),
        timedOut: count('timeout'),
        excludedRejected: count('rejected'),
        excludedCancelled: count('cancelled'),
        excludedOpen: count('open'),
      },
      ...(input.window && { window: input.window }),
    }
  },
}

const SETS: Readonly<Record<Attempt['result'], EvidenceKind>> = {
  usable: 'not_counted',
  failed: 'counted',
  timeout: 'counted',
  rejected: 'excluded:rejected',
  cancelled: 'excluded:cancelled',
  open: 'excluded:open',
}
