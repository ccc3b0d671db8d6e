import { type Ordered, ordered } from '#lib/stats/ordered.ts'
import { quantileOfOrdered } from '#lib/stats/quantiles.ts'
import { type DeployedChange, firstOfEach } from '#scorecards/delivery/change-links.ts'
import { hoursBetween, type Stage, stagesOf } from '#scorecards/delivery/change-stages.ts'
import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { medianOf } from '#scorecards/median.ts'

export interface ChangeLeadTimes extends Span {
  /**
   * Changes by the deployments that first carried them, those before the window too. What several
   * services share is here once for each.
   */
  readonly changes: readonly DeployedChange[]
}

const WINDOW_DAYS = 91

export const changeLeadTime: Metric<ChangeLeadTimes> = {
  definition: {
    id: 'SPD-02',
    key: 'change_lead_time',
    name: 'Change lead time',
    area: 'speed',
    unit: 'hours',
    direction: 'lower',
    definition:
      'How long it takes from the first commit of a change until it runs in production for the first ' +
      'time.',
    formula:
      'median over changes of (end of the first successful production deployment that has it - first ' +
      'commit); beside it p90 and the median of each stage. Stages explain a lead time and are never ' +
      'added up to it: one that did not take place is empty',
    eligibleSet:
      'Changes of services that eligible teams own, by people; those of bots are left out and ' +
      'counted. So are the changes of the first deployment known of a service: for how long it had ' +
      'them already nobody knows.',
    window: 'Changes first deployed in 91 days.',
    minimumSample: 'Six changes for the value, 20 for a band.',
    missingData:
      'A change that is not linked to a deployment is not here: see DQ-02. One without a known first ' +
      'commit is left out and reported; more than 20 % of them: no band. A change that was deployed ' +
      'no later than it was committed shows a wrong clock or a rewritten history: left out as an ' +
      'error and counted. The flag negative_stage says that stages of some change are in the wrong ' +
      'order; those stages are empty.',
    interval: 'Order statistics of the median, at least 95 %; there is none below six changes.',
    bands:
      'Good up to 24 hours, bad above 168: answers to choose from in the survey of DORA (less than a ' +
      'day, more than a week), not its tiers.',
    misleadsWhen:
      'Squash merges and rebases give commits a later time; many trivial changes look fast; services ' +
      'that are not alike are compared.',
    guardrails: ['REL-03', 'REL-05', 'SPD-03'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const rows = firstOfEach(input.changes, (change) => change)
      .filter(({ deployedAt }) => isIn(period, deployedAt))
      .map((change) => ({ id: change.id, change, kind: setOfChange(change) }))
    const count = (kind: EvidenceKind) => rows.filter((row) => row.kind === kind).length
    const counted = rows.filter(({ kind }) => kind === 'counted').map(({ change }) => change)
    const stages = counted.map(stagesOf)
    const hoursOf = (stage: Stage) => ordered(stages.flatMap((one) => one[stage] ?? []))
    const result = changeLeadTimeOf({
      hours: ordered(counted.flatMap((change) => leadTimeOf(change) ?? [])),
      commitToOpen: hoursOf('commitToOpen'),
      openToReview: hoursOf('openToReview'),
      reviewToMerge: hoursOf('reviewToMerge'),
      mergeToDeploy: hoursOf('mergeToDeploy'),
      negativeStage: stages.filter(({ isReversed }) => isReversed).length,
      unknown: count('unknown'),
      anomalous: count('excluded:anomaly'),
      bot: count('excluded:bot'),
      firstDeployment: count('excluded:first_deployment'),
    })
    return { ...result, evidence: toEvidence(rows), ...(input.window && { window: input.window }) }
  },
}

/** Hours that changes took, and how many were left out and why. */
export interface LeadTimeSamples extends Readonly<Record<Stage, Ordered>> {
  readonly hours: Ordered
  readonly negativeStage: number
  readonly unknown: number
  readonly anomalous: number
  readonly bot: number
  readonly firstDeployment: number
}

/** The metric from samples; whoever has the rows adds their evidence. */
export function changeLeadTimeOf(samples: LeadTimeSamples): Computed {
  const { hours, unknown, negativeStage } = samples
  const cutPoints = { good: 24, bad: 168 }
  const result = medianOf(hours, { nUnknown: unknown, cutPoints, valueFrom: 6, bandFrom: 20 })
  return {
    ...result,
    flags: negativeStage > 0 ? [...result.flags, 'negative_stage'] : result.flags,
    parts: {
      ...result.parts,
      commitToOpenHours: quantileOfOrdered(samples.commitToOpen, 0.5),
      openToReviewHours: quantileOfOrdered(samples.openToReview, 0.5),
      reviewToMergeHours: quantileOfOrdered(samples.reviewToMerge, 0.5),
      mergeToDeployHours: quantileOfOrdered(samples.mergeToDeploy, 0.5),
      nNegativeStage: negativeStage,
      nAnomalous: samples.anomalous,
      nBot: samples.bot,
      nFirstDeployment: samples.firstDeployment,
    },
    evidence: [],
  }
}

/** Where a change stands. */
export function setOfChange(change: DeployedChange): EvidenceKind {
  if (change.isOfFirstDeployment) return 'excluded:first_deployment'
  if (change.authorKind === 'bot') return 'excluded:bot'
  const hours = leadTimeOf(change)
  if (hours === null) return 'unknown'
  return hours > 0 ? 'counted' : 'excluded:anomaly'
}

/** From its own two ends. */
export const leadTimeOf = ({ firstCommitAt, deployedAt }: DeployedChange) =>
  hoursBetween(firstCommitAt, deployedAt)
