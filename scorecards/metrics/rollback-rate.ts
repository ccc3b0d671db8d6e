import { poissonRate } from '#lib/stats/counts.ts'
import { type CoveredService, exposureOf } from '#scorecards/delivery/exposure.ts'
import {
  type DeploymentCase,
  instantOf,
  isIn,
  isUnmapped,
  periodOf,
  type Span,
  setOutside,
} from '#scorecards/delivery/production.ts'
import type { Replacement } from '#scorecards/delivery/rollbacks.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { type Counts, countSets, proportion } from '#scorecards/proportion.ts'

export interface ReplacingDeployment extends DeploymentCase {
  readonly serviceId: string
  readonly rollback: Replacement['rollback']
  /** Whether a machine broke it off before all users had it; null where the source does not tell. */
  readonly isAborted: boolean | null
}

export interface Rollbacks extends Span {
  /** All services in scope, also those without any deployment. */
  readonly services: readonly CoveredService[]
  readonly deployments: readonly ReplacingDeployment[]
}

const WINDOW_DAYS = 28
const MINIMUM = 20

export const rollbackRate: Metric<Rollbacks> = {
  definition: {
    id: 'REL-02',
    key: 'rollback_rate',
    name: 'Rollback frequency',
    area: 'reliability',
    unit: 'fraction of deployments',
    direction: 'lower',
    definition: 'The share of deployments to production that went back to an earlier version.',
    formula:
      'rollbacks / deployments; beside it perWeek, rollbacks per service and week that was read from ' +
      'beginning to end, and automaticAborts. A rollback is what its source calls one, or a version ' +
      'lower than the one whose place it takes, less than 72 hours after that one. Lower is lower by ' +
      'semantic version, else earlier on the main line',
    eligibleSet:
      'Deployments that reached production, of services that eligible teams own. A roll-out that a ' +
      'machine broke off before all users had it is beside it and in neither count.',
    window: '28 days, by the end of the deployment.',
    minimumSample: '20 deployments for value and band.',
    missingData:
      'Where nothing tells which of two versions is lower, only what the source calls a rollback is ' +
      'one: flag explicit_rollbacks_only. Deployments of unknown environment or outcome are in ' +
      'neither count and are reported with bounds; more than 20 %: no band. perWeek leaves out weeks ' +
      'that were not read, with their rollbacks.',
    interval: 'Wilson score, 95 %; of perWeek Garwood exact Poisson.',
    bands: 'Good up to 5 %, bad above 15 %.',
    misleadsWhen:
      'Teams mend forward and never roll back; careful roll-outs are broken off more often and do ' +
      'less harm.',
    guardrails: ['REL-03', 'REL-04'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const rows = input.deployments
      .filter((deployment) => isIn(period, instantOf(deployment)))
      .map((deployment) => ({ id: deployment.id, deployment, kind: setOfReplacing(deployment) }))
    const ofKind = (kind: EvidenceKind) =>
      rows.filter((row) => row.kind === kind).map(({ deployment }) => deployment)
    const unordered = ofKind('not_counted').filter(({ rollback }) => rollback === 'unknown')
    const exposure = exposureOf(input.services, period)
    const seen = ofKind('counted').filter((one) => exposure.isSeen(one.serviceId, instantOf(one)))
    const result = rollbackRateOf({
      ...countSets(rows),
      seen: seen.length,
      weeks: exposure.weeks,
      weeksNotCovered: exposure.gaps,
      automaticAborts: automaticAborts(rows.map(({ deployment }) => deployment)),
      unordered: unordered.length,
      unmapped: ofKind('unknown').filter(isUnmapped).length,
    })
    return { ...result, evidence: toEvidence(rows), ...(input.window && { window: input.window }) }
  },
}

/** Deployments by whether they went back, counted. */
export interface RollbackCounts extends Counts {
  /** Rollbacks in weeks that were read. */
  readonly seen: number
  /** Weeks of all services together that were read. */
  readonly weeks: number
  readonly weeksNotCovered: number
  /** Null where no source tells of any. */
  readonly automaticAborts: number | null
  readonly unordered: number
  readonly unmapped: number
}

/** The metric from counts; whoever has the rows adds their evidence. */
export function rollbackRateOf(counts: RollbackCounts): Computed {
  const { seen, weeks, weeksNotCovered, automaticAborts: aborts, unordered, unmapped } = counts
  const cutPoints = { good: 0.05, bad: 0.15 }
  const result = proportion(counts, { cutPoints, valueFrom: MINIMUM, bandFrom: MINIMUM })
  const { value, ci } = poissonRate(seen, weeks)
  return {
    ...result,
    flags: unordered > 0 ? [...result.flags, 'explicit_rollbacks_only'] : result.flags,
    parts: {
      perWeek: value,
      perWeekLow: ci?.low ?? null,
      perWeekHigh: ci?.high ?? null,
      weeksNotCovered,
      automaticAborts: aborts,
      unordered,
      unmapped,
    },
  }
}

/** Where a deployment stands. */
export function setOfReplacing(deployment: Omit<ReplacingDeployment, 'serviceId'>): EvidenceKind {
  const outside = setOutside(deployment)
  if (deployment.isAborted && isConcerned(outside)) return 'excluded:automatic_abort'
  if (outside !== null) return outside
  const { rollback } = deployment
  return rollback === 'explicit' || rollback === 'lower_version' ? 'counted' : 'not_counted'
}

/** In production, as far as anybody knows, and somebody's. */
const isConcerned = (outside: EvidenceKind | null) =>
  outside !== 'excluded:not_production' && outside !== 'excluded:unowned'

/** Null where no source tells of any. */
function automaticAborts(deployments: readonly ReplacingDeployment[]): number | null {
  const told = deployments.filter(
    (deployment) => deployment.isAborted !== null && isConcerned(setOutside(deployment)),
  )
  return told.length === 0 ? null : told.filter(({ isAborted }) => isAborted).length
}
