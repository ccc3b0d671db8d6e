import type { LinkKind } from '#scorecards/delivery/facts.ts'
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
import type { Reach } from '#scorecards/metrics/work-counts.ts'
import { pooledProportion, sumCounts } from '#scorecards/pooled-proportion.ts'
import { type Counts, countSets, proportion } from '#scorecards/proportion.ts'

export interface JudgedDeployment extends DeploymentCase {
  /** Its strongest link to a failure; null where nobody would have told of one. */
  readonly failedBy: LinkKind | 'none' | null
}

export interface ChangeFailures extends Span {
  /** `path`: pooled over teams; `team`: of one team or service. */
  readonly reach: Reach
  readonly deployments: readonly JudgedDeployment[]
  readonly incidents: readonly {
    /** When it began or was noticed; null is not known. */
    readonly at: Date | null
    /** Null: attributed to no deployment. */
    readonly linkKind: LinkKind | null
  }[]
}

const WINDOW_DAYS = 91

export const changeFailRate: Metric<ChangeFailures> = {
  definition: {
    id: 'REL-03',
    key: 'change_fail_rate',
    name: 'Change fail rate',
    area: 'reliability',
    unit: 'fraction of deployments',
    direction: 'lower',
    definition:
      'The share of deployments to production after which somebody had to step in at once: by a ' +
      'rollback, a hotfix, a fix forward or a patch.',
    formula:
      'deployments with a link to a failure / deployments. A deployment that two incidents name is ' +
      'one. Links: an incident names it; a rollback within 72 hours names it or takes its place; a ' +
      'hotfix takes back one of its changes. An incident of the same service that merely began less ' +
      'than 24 hours after it is shown (inferred) and not counted. Beside it unlinkedIncidents of ' +
      'the same days',
    eligibleSet:
      'Deployments that reached production, of services that eligible teams own; hotfixes and ' +
      'rollbacks too.',
    window: 'Deployed in 91 days, and at least 72 hours ago; younger ones wait and are counted.',
    minimumSample: '20 deployments for a band; over teams also five teams, for the value too.',
    missingData:
      'Without a source of incidents there is no value: nothing heard is not nothing happened. A ' +
      'deployment of a service whose incidents were not read, or of unknown environment or outcome, ' +
      'is in neither count and is reported with bounds; more than 20 %: no band.',
    interval:
      'Over teams: ratio with a standard error clustered by team and Student t. For one team or ' +
      'service: Wilson score, 95 %.',
    bands: 'Good up to 10 %, bad above 25 %.',
    misleadsWhen: 'Incidents name no deployment; more and smaller deployments thin it out.',
    guardrails: ['SPD-03', 'REL-04', 'DQ-02'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const inPeriod = input.deployments.filter((one) => isIn(period, instantOf(one)))
    const rows = inPeriod.map((deployment) => ({
      id: deployment.id,
      team: deployment.team,
      kind: setOfJudged(deployment, input.asOf),
    }))
    const incidents = input.incidents.filter(({ at }) => at !== null && isIn(period, at))
    const result = changeFailRateOf(
      {
        teams: [...Map.groupBy(rows, ({ team }) => team).values()].map(countSets),
        inferred: rows.filter(({ kind }) => kind === 'not_counted:inferred').length,
        unlinkedIncidents: incidents.filter(({ linkKind }) => linkKind === null).length,
        unmapped: inPeriod.filter(isUnmapped).length,
      },
      input.reach,
    )
    return { ...result, evidence: toEvidence(rows), ...(input.window && { window: input.window }) }
  },
}

/** Deployments by what came of them, counted. */
export interface ChangeFailCounts {
  /** One for each team. */
  readonly teams: readonly Counts[]
  readonly inferred: number
  readonly unlinkedIncidents: number
  readonly unmapped: number
}

const REQUIREMENTS = { cutPoints: { good: 0.1, bad: 0.25 }, valueFrom: 1, bandFrom: 20 }

/** The metric from counts; whoever has the rows adds their evidence. */
export function changeFailRateOf({ teams, ...parts }: ChangeFailCounts, reach: Reach): Computed {
  const result =
    reach === 'path'
      ? pooledProportion(teams, REQUIREMENTS)
      : proportion(sumCounts(teams), REQUIREMENTS)
  return { ...result, parts: { ...result.parts, ...parts } }
}

/** Where a deployment stands. */
export function setOfJudged(deployment: JudgedDeployment, asOf: Date): EvidenceKind {
  const outside = setOutside(deployment)
  if (outside !== null) return outside
  if (!isMature(deployment, asOf)) return 'not_matured'
  const { failedBy } = deployment
  if (failedBy === null) return 'unknown'
  if (failedBy === 'inferred') return 'not_counted:inferred'
  return failedBy === 'none' ? 'not_counted' : 'counted'
}
