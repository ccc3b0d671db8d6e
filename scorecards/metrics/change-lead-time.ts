import type { DeployedChange } from '#scorecards/delivery/change-links.ts'
import {
  hoursBetween,
  medianStage,
  type Stages,
  stagesOf,
} from '#scorecards/delivery/change-stages.ts'
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
    const rows = firstOfEach(input.changes)
      .filter(({ deployedAt }) => isIn(period, deployedAt))
      .map((change) => ({ id: change.id, change, kind: setOf(change) }))
    const count = (kind: EvidenceKind) => rows.filter((row) => row.kind === kind).length
    const counted = rows.filter(({ kind }) => kind === 'counted').map(({ change }) => change)
    const result = medianOf(
      counted.flatMap((change) => leadTimeOf(change) ?? []),
      { nUnknown: count('unknown'), cutPoints: { good: 24, bad: 168 }, valueFrom: 6, bandFrom: 20 },
    )
    const stages = counted.map(stagesOf)
    const nReversed = stages.filter(({ isReversed }) => isReversed).length
    return {
      ...result,
      flags: nReversed > 0 ? [...result.flags, 'negative_stage'] : result.flags,
      parts: {
        ...result.parts,
        ...medianStages(stages),
        nNegativeStage: nReversed,
        nAnomalous: count('excluded:anomaly'),
        nBot: count('excluded:bot'),
        nFirstDeployment: count('excluded:first_deployment'),
      },
      evidence: toEvidence(rows),
      ...(input.window && { window: input.window }),
    }
  },
}

/** A change belongs to the deployment that had it first, whichever service that was of. */
function firstOfEach(changes: readonly DeployedChange[]): DeployedChange[] {
  const first = new Map<string, DeployedChange>()
  for (const change of changes) {
    const known = first.get(change.id)
    if (known === undefined || isBefore(change, known)) first.set(change.id, change)
  }
  return [...first.values()]
}

const isBefore = (a: DeployedChange, b: DeployedChange) =>
  a.deployedAt < b.deployedAt ||
  (a.deployedAt.getTime() === b.deployedAt.getTime() && b.isOfFirstDeployment)

function setOf(change: DeployedChange): EvidenceKind {
  if (change.isOfFirstDeployment) return 'excluded:first_deployment'
  if (change.authorKind === 'bot') return 'excluded:bot'
  const hours = leadTimeOf(change)
  if (hours === null) return 'unknown'
  return hours > 0 ? 'counted' : 'excluded:anomaly'
}

/** From its own two ends. */
const leadTimeOf = ({ firstCommitAt, deployedAt }: DeployedChange) =>
  hoursBetween(firstCommitAt, deployedAt)

function medianStages(stages: readonly Stages[]): Computed['parts'] {
  return {
    commitToOpenHours: medianStage(stages, 'commitToOpen'),
    openToReviewHours: medianStage(stages, 'openToReview'),
    reviewToMergeHours: medianStage(stages, 'reviewToMerge'),
    mergeToDeployHours: medianStage(stages, 'mergeToDeploy'),
  }
}
