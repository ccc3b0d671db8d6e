import {
  deploymentCase,
  type JudgedCase,
  requestCase,
} from '#scorecards/governance/evidence-cases.ts'
import { GOVERNED_DAYS, governedShare, judgeIn } from '#scorecards/governance/governed-share.ts'
import { type Judge, toJudge } from '#scorecards/governance/policy-evidence.ts'
import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import type { GovernedChanges } from '#scorecards/metrics/complete-policy-evidence-changes.ts'
import type { GovernedRequests } from '#scorecards/metrics/complete-policy-evidence-requests.ts'

export type EvidenceTiming = Omit<GovernedRequests & GovernedChanges, 'reach'>

const MINIMUM = 20

export const evidenceTimeliness: Metric<EvidenceTiming> = {
  definition: {
    id: 'GOV-03',
    key: 'evidence_timeliness',
    name: 'Evidence complete before the effect',
    area: 'governance',
    unit: 'fraction of requests and changes',
    direction: 'higher',
    definition:
      'Of the requests and changes whose policy evidence is complete, the share of which it was ' +
      'complete at the moment they took effect.',
    formula:
      'complete by evidence produced up to the effect / complete by evidence produced up to 24 hours ' +
      'after it',
    eligibleSet:
      'Requests as for GOV-01 and deployments as for GOV-02 that are complete; incomplete ones are ' +
      'left out and counted.',
    window: 'Took effect in 28 days, and at least 24 hours ago; younger ones wait and are counted.',
    minimumSample: '20 complete requests and changes for value and band.',
    missingData: 'What is unknown for GOV-01 or GOV-02 is unknown here, and reported with bounds.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good from 95 %, bad below 80 %.',
    misleadsWhen: 'Evidence is dated back: it was there when we read it, and no earlier for sure.',
    guardrails: ['GOV-01'],
    version: '1.0.0',
  },
  windowDays: GOVERNED_DAYS,

  compute(input) {
    const governed = { ...input, reach: 'team' } as const
    const judge = toJudge(input)
    const cases = [...input.requests.map(requestCase), ...input.deployments.map(deploymentCase)]
    const rows = judgeIn(governed, cases).map((one) => ({ ...one, kind: setOf(one, judge) }))
    return governedShare(governed, rows, {
      cutPoints: { good: 0.95, bad: 0.8 },
      valueFrom: MINIMUM,
      bandFrom: MINIMUM,
    })
  },
}

function setOf({ kind, completeness, subject }: JudgedCase, judge: Judge): EvidenceKind {
  if (completeness === 'incomplete') return 'excluded:incomplete'
  if (completeness !== 'complete' || subject === null) return kind
  return judge(subject, subject.effectAt) === 'complete' ? 'counted' : 'not_counted'
}
