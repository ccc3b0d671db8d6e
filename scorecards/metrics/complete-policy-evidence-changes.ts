import { deploymentCase, type GovernedDeployment } from '#scorecards/governance/evidence-cases.ts'
import {
  GOVERNED_DAYS,
  type Governed,
  governedShare,
  judgeIn,
} from '#scorecards/governance/governed-share.ts'
import type { Metric } from '#scorecards/measure.ts'

export interface GovernedChanges extends Governed {
  readonly deployments: readonly GovernedDeployment[]
}

const MINIMUM = 20

export const completePolicyEvidenceChanges: Metric<GovernedChanges> = {
  definition: {
    id: 'GOV-02',
    key: 'complete_policy_evidence_changes',
    name: 'Changes whose policy evidence is complete',
    area: 'governance',
    unit: 'fraction of deployments',
    direction: 'higher',
    definition:
      'The share of deployments to production for which every requirement that applies has valid ' +
      'evidence, or a waiver that somebody approved, within the grace time.',
    formula:
      'complete / (complete + incomplete). A requirement is met as in GOV-01, by evidence produced ' +
      'up to 24 hours after the deployment reached production',
    eligibleSet:
      'Deployments that reached production, of services that eligible teams own, whatever route they ' +
      'took. One of which nothing is required is left out.',
    window:
      'Reached production in 28 days, and at least 24 hours ago; younger ones wait and are counted.',
    minimumSample: '20 deployments for value and band; over teams also five teams.',
    missingData:
      'As for GOV-01; a deployment of unknown environment or outcome is unknown, too. Reported with ' +
      'bounds, more than 20 %: no band.',
    interval:
      'Over teams: ratio with a standard error clustered by team and Student t. For one team: Wilson ' +
      'score, 95 %.',
    bands: 'Good from 98 %, bad below 90 %.',
    misleadsWhen: 'Only what goes over the path is counted; less is required; waivers are paper.',
    guardrails: ['GOV-03', 'SPD-02'],
    version: '1.0.0',
  },
  windowDays: GOVERNED_DAYS,

  compute(input) {
    const rows = judgeIn(input, input.deployments.map(deploymentCase))
    return governedShare(input, rows, {
      cutPoints: { good: 0.98, bad: 0.9 },
      valueFrom: MINIMUM,
      bandFrom: MINIMUM,
    })
  },
}
