import { lowerBound } from '#lib/order.ts'
import type { Deployment, Incident } from '#scorecards/delivery/facts.ts'
import {
  CHANGE_SETS,
  DEPLOYMENT_KINDS,
  DEPLOYMENT_SETS,
  type DeploymentColumns,
  type OutageColumns,
  ROLLBACKS,
} from '#scorecards/delivery/ledger.ts'
import type { DeploymentCase, Span as Window } from '#scorecards/delivery/production.ts'
import type { NamedQuarter, UnitNames } from '#scorecards/delivery/quarters.ts'
import { type EvidenceKind, toEvidence } from '#scorecards/measure.ts'
import { changeFailRate, setOfJudged } from '#scorecards/metrics/change-fail-rate.ts'
import { changeLeadTime } from '#scorecards/metrics/change-lead-time.ts'
import { deploymentFrequency, setOfDeployed } from '#scorecards/metrics/deployment-frequency.ts'
import { deploymentReworkRate, setOfRework } from '#scorecards/metrics/deployment-rework-rate.ts'
import {
  failedDeploymentRecoveryTime,
  setOfFailed,
} from '#scorecards/metrics/failed-deployment-recovery-time.ts'
import { rollbackRate, setOfReplacing } from '#scorecards/metrics/rollback-rate.ts'
import type { EvidenceSet } from '#scorecards/result.ts'

/** Whose rows, over which window, seen from which moment. */
export interface EvidenceQuestion extends Required<Window> {
  readonly teams: ReadonlySet<string>
  /** Whether a team's week of a service was read from beginning to end. */
  readonly isRead: (team: string, serviceId: string, at: Date) => boolean
  /** Whether anybody would have told of an incident at an instant. */
  readonly isTold: (at: Date) => boolean
}

/**
 * The rows behind a metric of delivery by what became of them; together all of the window. Undefined
 * for any other metric. The rows are those of the samples that the number was computed from; whether their weeks
 * were read is told as it is known now.
 */
export function deliveryEvidence(
  metricId: string,
  quarters: readonly NamedQuarter[],
  question: EvidenceQuestion,
): readonly EvidenceSet[] | undefined {
  if (metricId === changeLeadTime.definition.id) {
    return toEvidence(quarters.flatMap((quarter) => changesOf(quarter, question)))
  }
  const sort = SORTS[metricId]
  if (sort === undefined) return undefined
  const rows = quarters.flatMap((quarter) =>
    casesOf(quarter, question).flatMap((one) => {
      const kind = sort(one, question)
      return kind === null ? [] : [{ id: one.id, kind }]
    }),
  )
  return toEvidence(rows)
}

/** Null: it is none of the metric's. */
type Sort = (one: DeliveryCase, question: EvidenceQuestion) => EvidenceKind | null

const SORTS: Readonly<Record<string, Sort>> = {
  [deploymentFrequency.definition.id]: (one, { isRead }) =>
    setOfDeployed(one, isRead(one.team, one.serviceId, one.createdAt)),
  [rollbackRate.definition.id]: (one) => setOfReplacing({ ...one, isAborted: null }),
  [changeFailRate.definition.id]: (one, question) =>
    setOfJudged({ ...one, failedBy: judge(one, question) }, question.asOf),
  [failedDeploymentRecoveryTime.definition.id]: (one, { asOf }) =>
    one.strongest === null ? null : setOfFailed({ ...one, failedBy: one.strongest }, asOf),
  [deploymentReworkRate.definition.id]: (one, { asOf }) => setOfRework(one, asOf),
}

interface DeliveryCase extends DeploymentCase, Pick<Deployment, 'kind' | 'serviceId'> {
  readonly team: string
  readonly isRemedy: boolean
  readonly rollback: (typeof ROLLBACKS)[number]
  /** Whether it was known at the as-of to have failed, by a link that counts or by an inference. */
  readonly strongest: 'explicit' | 'inferred' | null
  /** By a link that counts. */
  readonly incidents: readonly Outage[]
}

type Outage = Pick<Incident, 'startedAt' | 'detectedAt' | 'restoredAt'>

/** What a source told of a deployment that is in a set. */
const TOLD: Record<
  (typeof DEPLOYMENT_SETS)[number],
  Pick<Deployment, 'environmentTier' | 'outcome'>
> = {
  live: { environmentTier: 'production', outcome: 'success' },
  unknown: { environmentTier: 'production', outcome: 'unknown' },
  unmapped: { environmentTier: null, outcome: 'success' },
  not_production: { environmentTier: 'other', outcome: 'success' },
  unowned: { environmentTier: 'production', outcome: 'success' },
  not_finished: { environmentTier: 'production', outcome: 'open' },
  not_successful: { environmentTier: 'production', outcome: 'failure' },
}

/** Deployments of the window that are the teams'. */
const casesOf = (quarter: NamedQuarter, question: EvidenceQuestion): DeliveryCase[] =>
  placesOf(quarter.rows.deployments, quarter.names, question).map((place) =>
    toCase(quarter, place, question.asOf),
  )

function toCase(
  { names, ids, rows }: NamedQuarter,
  { row, team }: Place,
  asOf: Date,
): DeliveryCase {
  const { deployments: columns, outages } = rows
  const ended = new Date(columns.at[row] ?? Number.NaN)
  const kind = DEPLOYMENT_KINDS[columns.kind[row] ?? 0] ?? 'unknown'
  const strongest = strongestAt(columns, row, asOf)
  return {
    ...TOLD[DEPLOYMENT_SETS[columns.set[row] ?? 0] ?? 'unknown'],
    id: ids.deployments[row] ?? '',
    team,
    serviceId: names.services[columns.service[row] ?? -1] ?? '',
    createdAt: ended,
    finishedAt: ended,
    kind: kind === 'unknown' ? null : kind,
    isRemedy: columns.isRemedy[row] === 1,
    rollback: ROLLBACKS[columns.rollback[row] ?? 0] ?? 'no',
    strongest,
    incidents: strongest === 'explicit' ? outagesOf(outages, row) : [],
  }
}

function strongestAt(
  { failedFrom, inferredFrom }: DeploymentColumns,
  row: number,
  asOf: Date,
): DeliveryCase['strongest'] {
  if ((failedFrom[row] ?? 0) < asOf.getTime()) return 'explicit'
  return (inferredFrom[row] ?? 0) < asOf.getTime() ? 'inferred' : null
}

interface Place {
  readonly row: number
  readonly team: string
}

/** Rows of the window that are the teams', with the team of each. */
function placesOf(
  { at, team }: { readonly at: Float64Array; readonly team: Int32Array },
  { teams }: UnitNames,
  { window, ...question }: EvidenceQuestion,
): Place[] {
  const places: Place[] = []
  const end = lowerBound(at, window.to.getTime())
  for (let row = lowerBound(at, window.from.getTime()); row < end; row += 1) {
    const own = teams[team[row] ?? -1]
    if (own !== undefined && question.teams.has(own)) places.push({ row, team: own })
  }
  return places
}

function outagesOf(outages: OutageColumns, deployment: number): Outage[] {
  const instant = (at: number | undefined) =>
    at === undefined || Number.isNaN(at) ? null : new Date(at)
  const found: Outage[] = []
  const first = lowerBound(outages.deployment, deployment)
  for (let row = first; outages.deployment[row] === deployment; row += 1) {
    found.push({
      startedAt: instant(outages.startedAt[row]),
      detectedAt: instant(outages.detectedAt[row]),
      restoredAt: instant(outages.restoredAt[row]),
    })
  }
  return found
}

/** A link that counts is known whoever tells of incidents; that there is none only where somebody does. */
function judge({ strongest, createdAt }: DeliveryCase, { isTold }: EvidenceQuestion) {
  if (strongest === 'explicit') return strongest
  return isTold(createdAt) ? (strongest ?? 'none') : null
}

const CHANGE_KINDS: Record<(typeof CHANGE_SETS)[number], EvidenceKind> = {
  counted: 'counted',
  unknown: 'unknown',
  first_deployment: 'excluded:first_deployment',
  bot: 'excluded:bot',
  anomaly: 'excluded:anomaly',
}

/** What several services share belongs to the deployment that had it first. */
function changesOf({ names, ids, rows: { changes } }: NamedQuarter, question: EvidenceQuestion) {
  return placesOf(changes, names, question).map(({ row }) => ({
    id: ids.changes[row] ?? '',
    kind: CHANGE_KINDS[CHANGE_SETS[changes.set[row] ?? 0] ?? 'unknown'],
  }))
}
