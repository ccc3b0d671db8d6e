import { isOverdispersed, poissonRate } from '#lib/stats/counts.ts'
import { median } from '#lib/stats/quantiles.ts'
import { type CoveredService, type Exposure, exposureOf } from '#scorecards/delivery/exposure.ts'
import {
  type DeploymentCase,
  instantOf,
  isIn,
  isUnmapped,
  periodOf,
  type Span,
  setOutside,
} from '#scorecards/delivery/production.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'

export interface DeployedService extends DeploymentCase {
  readonly serviceId: string
  /** Changes that it carried first; null where that is not known. */
  readonly changeCount: number | null
}

export interface DeploymentFrequency extends Span {
  /** All services in scope, also those without any deployment. */
  readonly services: readonly CoveredService[]
  readonly deployments: readonly DeployedService[]
}

const WINDOW_DAYS = 91
const MINIMUM_WEEKS = 4

export const deploymentFrequency: Metric<DeploymentFrequency> = {
  definition: {
    id: 'SPD-03',
    key: 'deployment_frequency',
    name: 'Deployment frequency',
    area: 'speed',
    unit: 'per week',
    direction: 'none',
    definition: 'How often a service is deployed to production with success.',
    formula:
      'deployments / weeks in which they would have been seen, over the services; beside it ' +
      'medianBatchSize (changes that a deployment carries) and peakDayShare (deployments on the ' +
      'weekday that has most of them, UTC)',
    eligibleSet:
      'Services that eligible teams own. A deployment to an environment that nobody has mapped is ' +
      'not one to production; one that failed or was cancelled does not count.',
    window:
      '91 days, by the end of the deployment; ISO weeks, with a part of a week where it cuts one.',
    minimumSample: 'Four weeks of one service; no band.',
    missingData:
      'A week of a service that was not read from beginning to end is a gap and its deployments are ' +
      'left out; a week that was read and has none is a true zero. Deployments of unknown ' +
      'environment or outcome are reported with bounds: more than 20 % of them make the status ' +
      'source_partial. A deployment whose changes are not known is not in medianBatchSize.',
    interval:
      'Garwood exact Poisson, 95 %; with the flag overdispersed weeks differ too much for it, and ' +
      'the chart says more.',
    bands: 'None: it is the context of other numbers.',
    misleadsWhen: 'Deployments are split, or the same version is deployed again.',
    guardrails: ['REL-03', 'REL-05'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const exposure = exposureOf(input.services, period)
    const rows = input.deployments
      .filter((deployment) => isIn(period, instantOf(deployment)))
      .map((deployment) => ({
        id: deployment.id,
        deployment,
        kind: setOfDeployed(
          deployment,
          exposure.isSeen(deployment.serviceId, instantOf(deployment)),
        ),
      }))
    const ofKind = (kind: EvidenceKind) =>
      rows.filter((row) => row.kind === kind).map(({ deployment }) => deployment)
    const counted = ofKind('counted')
    const unknown = ofKind('unknown')
    const result = deploymentFrequencyOf({
      counted: counted.length,
      unknown: unknown.length,
      unmapped: unknown.filter(isUnmapped).length,
      days: exposure.days,
      weeksSeen: exposure.seen,
      weeksNotCovered: exposure.gaps,
      weeksWithDeployment: new Set(counted.map((one) => weekKey(one, exposure))).size,
      wholeWeeks: weeklyCounts(counted, exposure),
      weekdays: weekdayCounts(counted),
      batchSizes: counted.flatMap(({ changeCount }) => changeCount ?? []),
    })
    return { ...result, evidence: toEvidence(rows), ...(input.window && { window: input.window }) }
  },
}

/** Deployments in the weeks that were read, counted. */
export interface FrequencyCounts {
  readonly counted: number
  readonly unknown: number
  readonly unmapped: number
  /** Days of all services together that were read. */
  readonly days: number
  /** Weeks of a service, whole or cut by the window, that were read from beginning to end. */
  readonly weeksSeen: number
  readonly weeksNotCovered: number
  /** Weeks of a service in which it was deployed. */
  readonly weeksWithDeployment: number
  /** Counts of the whole weeks in which every service was seen: only those are alike. */
  readonly wholeWeeks: readonly number[]
  /** By day of the week, Sunday first. */
  readonly weekdays: readonly number[]
  /** Where the changes of a deployment are known. */
  readonly batchSizes: readonly number[]
}

/** The metric from counts; whoever has the rows adds their evidence. */
export function deploymentFrequencyOf(counts: FrequencyCounts): Computed {
  const { counted, unknown, unmapped, days, batchSizes, weekdays, wholeWeeks } = counts
  return {
    ...rateOf(counted, unknown, days / 7, counts.weeksSeen),
    flags: [
      ...(unknown > 0 ? ['has_unknown'] : []),
      ...(isOverdispersed(wholeWeeks) ? ['overdispersed'] : []),
    ],
    parts: {
      coveredDays: days,
      weeksNotCovered: counts.weeksNotCovered,
      weeksWithDeployment: counts.weeksWithDeployment,
      medianBatchSize: median(batchSizes),
      peakDayShare: counted === 0 ? null : Math.max(...weekdays) / counted,
      unmapped,
    },
    evidence: [],
  }
}

/** Where a deployment stands; `isSeen`: its week was read from beginning to end. */
export function setOfDeployed(deployment: DeploymentCase, isSeen: boolean): EvidenceKind {
  const outside = setOutside(deployment)
  if (outside !== null && outside !== 'unknown') return outside
  return isSeen ? (outside ?? 'counted') : 'excluded:week_not_covered'
}

function rateOf(
  counted: number,
  unknown: number,
  weeks: number,
  seen: number,
): Omit<Computed, 'flags' | 'parts' | 'evidence'> {
  const rate = poissonRate(counted, weeks)
  return {
    value: rate.value,
    numerator: counted,
    denominator: weeks,
    n: seen,
    knownCases: counted,
    nUnknown: unknown,
    notMatured: 0,
    ci: rate.ci && { ...rate.ci, level: 0.95, method: 'Garwood' },
    bounds:
      unknown === 0 || weeks === 0
        ? null
        : { low: counted / weeks, high: (counted + unknown) / weeks },
    isTooSmall: weeks < MINIMUM_WEEKS,
    isTooSmallForBand: true,
    cutPoints: null,
  }
}

const weeklyCounts = (counted: readonly DeployedService[], { wholeWeeks }: Exposure) =>
  wholeWeeks.map((week) => counted.filter((deployment) => isIn(week, instantOf(deployment))).length)

const weekKey = (deployment: DeployedService, { weekOf }: Exposure) =>
  JSON.stringify([deployment.serviceId, weekOf(instantOf(deployment))])

function weekdayCounts(counted: readonly DeployedService[]): number[] {
  const days = Map.groupBy(counted, (deployment) => instantOf(deployment).getUTCDay())
  return Array.from({ length: 7 }, (_, day) => days.get(day)?.length ?? 0)
}
