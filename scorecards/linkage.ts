import type { Landscape } from '#scorecards/adoption/landscape.ts'
import { classifyDeployment, type Mechanism } from '#scorecards/adoption/mechanism.ts'
import { isWithin, valueAt } from '#scorecards/adoption/spans.ts'
import { presenceAt } from '#scorecards/adoption/usage-state.ts'
import { idOf, type Named, toFinder } from '#scorecards/delivery/facts.ts'
import type { Linkage, LinkRecord } from '#scorecards/metrics/linkage-rate.ts'

/** Stored rows of the days that DQ-02 looks at; see db/link-facts.ts. */
export interface LinkFacts {
  readonly deployments: readonly DeploymentRow[]
  /** Changes whose commit any of them deploys. */
  readonly commits: readonly CommitRow[]
  readonly incidents: readonly IncidentRow[]
  /** Deployments that any of these names. */
  readonly named: readonly FactRow[]
  /** Who ever told of any. */
  readonly sources: Readonly<Record<'deployments' | 'incidents', readonly string[]>>
}

interface FactRow {
  readonly source_id: string
  readonly native_id: string
}

interface DeploymentRow extends FactRow {
  readonly service_id: string
  readonly created_at: string
  readonly finished_at: string | null
  readonly sha: string | null
  readonly path_id: string | null
  readonly mechanism: Mechanism | null
}

interface CommitRow {
  readonly merge_sha: string | null
  readonly repository_id: string
  readonly service_id: string | null
}

interface IncidentRow extends FactRow {
  readonly at: string
  readonly caused_by_deployment_id: string | null
}

type Records = Linkage['records']

/** The records of every source that tells of deployments, incidents or services. */
export function linkRecords(
  landscape: Landscape,
  facts: LinkFacts,
  asOf: Date,
): ReadonlyMap<string, Records> {
  const services = Map.groupBy(listServices(landscape, asOf), ({ sourceId }) => sourceId)
  const deployments = bySource(landscape, facts, 'deployments')
  const incidents = bySource(landscape, facts, 'incidents')
  const linksOf = deploymentLinks(landscape, facts)
  const find = toFinder(facts.named.map(namesOf))
  const ids = new Set([...deployments.keys(), ...incidents.keys(), ...services.keys()])
  const recordsOf = (id: string): Records => {
    const told = deployments.get(id)?.map(linksOf)
    const records = (link: keyof Links) =>
      told?.map((one) => ({ id: one.id, at: one.at, isLinked: one.links[link] })) ?? null
    return {
      deployment_team: records('team'),
      deployment_changes: records('changes'),
      deployment_path: records('path'),
      incident_deployment:
        incidents.get(id)?.map((row) => ({
          id: idOf(namesOf(row)),
          at: new Date(row.at),
          isLinked: find(namesOf(row), row.caused_by_deployment_id) !== null,
        })) ?? null,
      service_owner: services.get(id)?.map(({ sourceId, ...record }) => record) ?? null,
    }
  }
  return new Map([...ids].map((id) => [id, recordsOf(id)]))
}

const namesOf = ({ source_id, native_id }: FactRow): Named => ({
  sourceId: source_id,
  nativeId: native_id,
})

/** Rows of every source that ever told of such, or was read for them; maybe none. */
function bySource<Table extends 'deployments' | 'incidents'>(
  { coverage }: Landscape,
  facts: LinkFacts,
  table: Table,
): ReadonlyMap<string, LinkFacts[Table]> {
  const readers = (coverage.get(`entity:${table}`) ?? []).map(({ sourceId }) => sourceId)
  const rows: readonly LinkFacts[Table][number][] = facts[table]
  const own = Map.groupBy(rows, ({ source_id }) => source_id)
  const ids = new Set([...facts.sources[table], ...readers])
  // Of a table there are only its own rows, which the type of `groupBy` cannot say.
  return new Map([...ids].map((id) => [id, (own.get(id) ?? []) as unknown as LinkFacts[Table]]))
}

interface Links {
  readonly team: boolean
  readonly changes: boolean
  readonly path: boolean
}

/** Those that there are at `asOf`. */
function listServices(
  { services }: Landscape,
  asOf: Date,
): (LinkRecord & { readonly sourceId: string })[] {
  const instant = asOf.toISOString()
  return services
    .filter(({ createdAt, goneAt }) => isWithin(createdAt ?? '', goneAt, instant))
    .map(({ id, sourceId, owners }) => ({
      id,
      sourceId,
      at: null,
      isLinked: (valueAt(owners, instant) ?? null) !== null,
    }))
}

/** What is known of the team, the changes and the path of a deployment. */
function deploymentLinks({ serviceById, paths }: Landscape, { commits }: LinkFacts) {
  const bySha = Map.groupBy(commits, ({ merge_sha }) => merge_sha)
  return (row: DeploymentRow) => {
    const service = serviceById.get(row.service_id)
    const at = row.finished_at ?? row.created_at
    const hasChange = (bySha.get(row.sha) ?? []).some(
      ({ service_id, repository_id }) =>
        service_id === row.service_id || repository_id === service?.repositoryId,
    )
    const tells = paths.some(({ id, eligibility, presence }) => {
      if (service === undefined) return row.path_id === id
      if (valueAt(eligibility(service), at)?.result !== 'eligible') return row.path_id === id
      return classifyDeployment(id, row, () => presenceAt(presence(service), at)).mechanism !== null
    })
    const links: Links = {
      team: service !== undefined && (valueAt(service.owners, at) ?? null) !== null,
      changes: row.sha !== null && hasChange,
      path: row.mechanism !== null || tells,
    }
    return { id: idOf(namesOf(row)), at: new Date(at), links }
  }
}
