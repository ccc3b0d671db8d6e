import type { Unit } from '#scorecards/adoption/units.ts'
import type { Change, Deployment, Incident } from '#scorecards/delivery/facts.ts'
import type { DeliveryFacts } from '#scorecards/delivery/ledger.ts'

/** Stored rows of what was delivered; see db/schema.ts. */
export interface DeliveryRows {
  readonly changes: readonly ChangeRow[]
  readonly deployments: readonly DeploymentRow[]
  readonly incidents: readonly IncidentRow[]
}

interface FactRow {
  readonly source_id: string
  readonly native_id: string
}

interface ChangeRow extends FactRow {
  readonly repository_id: string
  readonly service_id: string | null
  readonly number: number | null
  readonly first_commit_at: string | null
  readonly opened_at: string | null
  readonly ready_at: string | null
  readonly first_review_at: string | null
  readonly approved_at: string | null
  readonly merged_at: string | null
  readonly merge_sha: string | null
  readonly author_kind: Change['authorKind']
  readonly reverts: string | null
}

interface DeploymentRow extends FactRow {
  readonly service_id: string
  readonly environment_tier: string | null
  readonly sha: string | null
  readonly version: string | null
  readonly created_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly outcome: Deployment['outcome']
  readonly kind: Deployment['kind']
  readonly redeploy_of: string | null
  readonly rollback_of: string | null
  readonly path_id: string | null
  readonly mechanism: Deployment['mechanism']
  readonly initiator_kind: Deployment['initiatorKind']
}

export interface IncidentRow extends FactRow {
  readonly service_id: string | null
  readonly started_at: string | null
  readonly detected_at: string | null
  readonly restored_at: string | null
  readonly caused_by_deployment_id: string | null
  readonly link_kind: Incident['linkKind']
  readonly cause_class: Incident['causeClass']
}

/** An incident of one service that names a deployment of another. */
export interface ForeignIncidentRow extends IncidentRow {
  readonly named_service_id: string
}

/**
 * What units delivered, by unit. An incident that names a deployment of another unit is with that
 * one, and not with its own.
 */
export function toDeliveryFacts(
  units: readonly Unit[],
  rows: DeliveryRows,
  foreign: readonly ForeignIncidentRow[],
): Map<string, DeliveryFacts> {
  const unitOf = new Map(
    units.flatMap((unit) => unit.services.map(({ id }) => [id, unit.id] as const)),
  )
  const byRepository = new Map(units.map((unit) => [unit.repositoryId, unit.id]))
  const changes = Map.groupBy(
    rows.changes,
    (row) => byRepository.get(row.repository_id) ?? unitOf.get(row.service_id ?? ''),
  )
  const deployments = Map.groupBy(rows.deployments, (row) => unitOf.get(row.service_id))
  const incidents = Map.groupBy(rows.incidents, (row) => unitOf.get(row.service_id ?? ''))
  return new Map(
    units.map((unit) => [
      unit.id,
      {
        services: unit.services,
        changes: (changes.get(unit.id) ?? []).map(toChange),
        deployments: (deployments.get(unit.id) ?? []).map(toDeployment),
        incidents: withForeign(unit, incidents.get(unit.id) ?? [], foreign).map(toIncident),
      },
    ]),
  )
}

function withForeign(
  { services }: Unit,
  own: readonly IncidentRow[],
  foreign: readonly ForeignIncidentRow[],
): IncidentRow[] {
  if (foreign.length === 0) return [...own]
  const ids = new Set(services.map(({ id }) => id))
  const isElsewhere = new Set(foreign.filter((row) => !ids.has(row.named_service_id)).map(keyOf))
  const named = foreign.filter(
    (row) => ids.has(row.named_service_id) && !ids.has(row.service_id ?? ''),
  )
  return [...own.filter((row) => !isElsewhere.has(keyOf(row))), ...named]
}

const keyOf = (row: FactRow) => JSON.stringify([row.source_id, row.native_id])

const instant = (text: string | null) => (text === null ? null : new Date(text))

const toChange = (row: ChangeRow): Change => ({
  sourceId: row.source_id,
  nativeId: row.native_id,
  repositoryId: row.repository_id,
  serviceId: row.service_id,
  number: row.number,
  firstCommitAt: instant(row.first_commit_at),
  openedAt: instant(row.opened_at),
  readyAt: instant(row.ready_at),
  firstReviewAt: instant(row.first_review_at),
  approvedAt: instant(row.approved_at),
  mergedAt: instant(row.merged_at),
  mergeSha: row.merge_sha,
  authorKind: row.author_kind,
  reverts: row.reverts,
})

const toDeployment = (row: DeploymentRow): Deployment => ({
  sourceId: row.source_id,
  nativeId: row.native_id,
  serviceId: row.service_id,
  environmentTier: row.environment_tier,
  sha: row.sha,
  version: row.version,
  createdAt: new Date(row.created_at),
  startedAt: instant(row.started_at),
  finishedAt: instant(row.finished_at),
  outcome: row.outcome,
  kind: row.kind,
  redeployOf: row.redeploy_of,
  rollbackOf: row.rollback_of,
  pathId: row.path_id,
  mechanism: row.mechanism,
  initiatorKind: row.initiator_kind,
})

const toIncident = (row: IncidentRow): Incident => ({
  sourceId: row.source_id,
  nativeId: row.native_id,
  serviceId: row.service_id,
  startedAt: instant(row.started_at),
  detectedAt: instant(row.detected_at),
  restoredAt: instant(row.restored_at),
  causedByDeploymentId: row.caused_by_deployment_id,
  linkKind: row.link_kind,
  causeClass: row.cause_class,
})
