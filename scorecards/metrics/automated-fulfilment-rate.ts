import { type Attempt, endedIn } from '#scorecards/delivery/attempts.ts'
import type { Step } from '#scorecards/delivery/facts.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import { hasPlatformStep } from '#scorecards/delivery/step-log.ts'
import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'

/** A request with what is logged of its way; `steps` is empty when nothing is. */
export interface LoggedRequest extends Attempt {
  readonly firstHumanStepAt: Date | null
  readonly steps: readonly Step[]
}

export interface Fulfilments extends Span {
  /** Standard requests, those that ended otherwise too. */
  readonly requests: readonly LoggedRequest[]
}

const WINDOW_DAYS = 28

export const automatedFulfilmentRate: Metric<Fulfilments> = {
  definition: {
    id: 'SPD-04',
    key: 'automated_fulfilment_rate',
    name: 'Share fulfilled without a person',
    area: 'speed',
    unit: 'fraction of requests',
    direction: 'higher',
    definition:
      'The share of fulfilled requests for which nobody on the side of the platform had to do ' +
      'anything, and nobody there was waited for.',
    formula:
      'usable requests without a step of work or waiting of a platform, infra or security group / ' +
      'usable requests whose steps are known',
    eligibleSet:
      'Standard requests. Open ones, and those that ended without anything usable, are left out and ' +
      'counted.',
    window: 'Requests that ended in 28 days.',
    minimumSample: 'Ten requests for value and band.',
    missingData:
      'A request is unknown, and neither automatic nor by hand, when it has no log of steps, when the ' +
      'log does not say of which group a person was, or shows no person although one acted; it is ' +
      'reported with bounds. More than 20 % unknown: no band.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good from 90 %, bad below 50 %.',
    misleadsWhen: 'What is difficult is sent the way of an exception.',
    guardrails: ['GOV-05', 'GOV-01'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const ended = endedIn(input.requests, periodOf(input, WINDOW_DAYS), input.asOf)
    const rows = ended.map(({ attempt, ending }) => ({
      id: attempt.id,
      kind: setOf(attempt, ending.result),
    }))
    return {
      ...proportionOf(rows, {
        cutPoints: { good: 0.9, bad: 0.5 },
        valueFrom: MINIMUM,
        bandFrom: MINIMUM,
      }),
      ...(input.window && { window: input.window }),
    }
  },
}

const MINIMUM = 10

function setOf(request: LoggedRequest, result: Attempt['result']): EvidenceKind {
  if (result === 'open') return 'excluded:open'
  if (result !== 'usable') return 'excluded:not_usable'
  const isByHand = hasPlatformStep(request.steps, request.firstHumanStepAt)
  if (isByHand === null) return 'unknown'
  return isByHand ? 'not_counted' : 'counted'
}
