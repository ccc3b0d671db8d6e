import type { Deployment } from '#scorecards/delivery/facts.ts'
import {
  type DeploymentCase,
  instantOf,
  isIn,
  isMature,
  isUnmapped,
  periodOf,
  type Span,
  setOutside,
} from '#scorecards/delivery/production.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { type Counts, countSets, proportion } from '#scorecards/proportion.ts'

export interface ReworkedDeployment extends DeploymentCase, Pick<Deployment, 'kind'> {
  /** Whether it mended another one, or an incident or a bug is linked to it as mended by it. */
  readonly isRemedy: boolean
}

export interface Rework extends Span {
  readonly deployments: readonly ReworkedDeployment[]
}

const WINDOW_DAYS = 91
const MINIMUM = 20

export const deploymentReworkRate: Metric<Rework> = {
  definition: {
    id: 'REL-05',
    key: 'deployment_rework_rate',
    name: 'Deployment rework rate',
    area: 'reliability',
    unit: 'fraction of deployments',
    direction: 'lower',
    definition:
      'The share of deployments to production that nobody had planned and that mended what users had ' +
      'run into.',
    formula:
      'deployments that are a hotfix or a rollback, or are linked to an incident or a bug as what ' +
      'mended it / deployments',
    eligibleSet:
      'Deployments that reached production, of services that eligible teams own, of every kind.',
    window: 'Deployed in 91 days, and at least 72 hours ago; younger ones wait and are counted.',
    minimumSample: '20 deployments for value and band.',
    missingData:
      'A deployment whose kind is not known, and that is linked to nothing that it mended, is in ' +
      'neither count and is reported with bounds, as is one of unknown environment or outcome; more ' +
      'than 20 %: no band.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good up to 10 %, bad above 25 %.',
    misleadsWhen: 'Hotfixes are labelled as features.',
    guardrails: ['REL-03', 'SPD-03'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const inPeriod = input.deployments.filter((one) => isIn(period, instantOf(one)))
    const rows = inPeriod.map((one) => ({ id: one.id, kind: setOfRework(one, input.asOf) }))
    const counted = inPeriod.filter((_, index) => rows[index]?.kind === 'counted')
    const ofKind = (kind: Deployment['kind']) => counted.filter((one) => one.kind === kind).length
    const result = deploymentReworkRateOf({
      ...countSets(rows),
      hotfixes: ofKind('hotfix'),
      rollbacks: ofKind('rollback'),
      linkedOnly: ofKind('planned') + ofKind(null),
      unmapped: inPeriod.filter(isUnmapped).length,
    })
    return { ...result, evidence: toEvidence(rows), ...(input.window && { window: input.window }) }
  },
}

/** Deployments by whether they mended something, counted. */
export interface ReworkCounts extends Counts {
  readonly hotfixes: number
  readonly rollbacks: number
  readonly linkedOnly: number
  readonly unmapped: number
}

/** The metric from counts; whoever has the rows adds their evidence. */
export function deploymentReworkRateOf(counts: ReworkCounts): Computed {
  const { hotfixes, rollbacks, linkedOnly, unmapped } = counts
  const cutPoints = { good: 0.1, bad: 0.25 }
  return {
    ...proportion(counts, { cutPoints, valueFrom: MINIMUM, bandFrom: MINIMUM }),
    parts: { hotfixes, rollbacks, linkedOnly, unmapped },
  }
}

/** Where a deployment stands. */
export function setOfRework(deployment: ReworkedDeployment, asOf: Date): EvidenceKind {
  const outside = setOutside(deployment)
  if (outside !== null) return outside
  if (!isMature(deployment, asOf)) return 'not_matured'
  const { kind, isRemedy } = deployment
  if (isRemedy || kind === 'hotfix' || kind === 'rollback') return 'counted'
  return kind === null ? 'unknown' : 'not_counted'
}
