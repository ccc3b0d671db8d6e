import { type GovernedRequest, requestCase } from '#scorecards/governance/evidence-cases.ts'
import {
  GOVERNED_DAYS,
  type Governed,
  governedShare,
  judgeIn,
} from '#scorecards/governance/governed-share.ts'
import type { Metric } from '#scorecards/measure.ts'

export interface GovernedRequests extends Governed {
  /** All in scope of the path, on it and around it. */
  readonly requests: readonly GovernedRequest[]
}

export const completePolicyEvidenceRequests: Metric<GovernedRequests> = {
  definition: {
    id: 'GOV-01',
    key: 'complete_policy_evidence_requests',
    name: 'Requests whose policy evidence is complete',
    area: 'governance',
    isHeadline: true,
    unit: 'fraction of requests',
    direction: 'higher',
    definition:
      'The share of requests for which every requirement that applies has valid evidence, or a ' +
      'waiver that somebody approved, within the grace time.',
    formula:
      'complete / (complete + incomplete). A requirement is met when the newest evidence for it, ' +
      'produced up to 24 hours after the request took effect, is a pass or an approved waiver. Of ' +
      'evidence of one moment a failure weighs more than a pass',
    eligibleSet:
      'All requests in scope of the path, those that went around it too. A request that took no ' +
      'effect, or of which nothing is required, is left out.',
    window: 'Took effect in 28 days, and at least 24 hours ago; younger ones wait and are counted.',
    minimumSample: '20 requests for a band; over teams also five teams, for the value too.',
    missingData:
      'Read and not there is incomplete. Without a register of requirements there is no value. A ' +
      'request is unknown when the source of any evidence was not read, it is not known which ' +
      'requirements apply, or nobody knows whether a waiver was approved; reported with bounds, more ' +
      'than 20 %: no band.',
    interval:
      'Over teams: ratio with a standard error clustered by team and Student t. For one team: Wilson ' +
      'score, 95 %.',
    bands: 'Good from 98 %, bad below 90 %.',
    misleadsWhen: 'Only what goes over the path is counted; less is required; waivers are paper.',
    guardrails: ['GOV-03', 'GOV-06', 'SPD-01'],
    version: '1.0.0',
  },
  windowDays: GOVERNED_DAYS,

  compute(input) {
    const rows = judgeIn(input, input.requests.map(requestCase))
    return governedShare(input, rows, {
      cutPoints: { good: 0.98, bad: 0.9 },
      valueFrom: 1,
      bandFrom: 20,
    })
  },
}
