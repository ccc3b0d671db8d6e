import { among, forEachChunk } from '#db/chunks.ts'
import type { Reader } from '#db/connection.ts'
import type { Period } from '#lib/period.ts'

/** Whose deliveries: of services, and of the repositories that they share. */
export interface Deliverers {
  readonly services: readonly string[]
  readonly repositories: readonly string[]
}

/** All that these delivered, in no order. */
export async function listDelivery(db: Reader, deliverers: Deliverers) {
  return {
    changes: await listMergedChanges(db, deliverers),
    deployments: await listDeployments(db, deliverers.services),
    incidents: await listIncidents(db, deliverers.services),
  }
}

/** Merged changes of repositories, and of services those in a repository that nothing else names. */
async function listMergedChanges(db: Reader, { services, repositories }: Deliverers) {
  const merged = db
    .selectFrom('changes')
    .select(CHANGE)
    .where('gone_at', 'is', null)
    .where('merged_at', 'is not', null)
  return [
    ...(await merged.where('repository_id', 'in', among(repositories)).execute()),
    ...(await merged
      .where('service_id', 'in', among(services))
      .where(({ eb, not, exists, selectFrom }) =>
        eb.and([
          not(
            exists(
              selectFrom('services')
                .select('services.id')
                .whereRef('services.repository_id', '=', 'changes.repository_id'),
            ),
          ),
          not(
            exists(
              selectFrom('repositories')
                .select('repositories.id')
                .whereRef('repositories.id', '=', 'changes.repository_id'),
            ),
          ),
        ]),
      )
      .execute()),
  ]
}

const CHANGE = [
  'source_id',
  'native_id',
  'repository_id',
  'service_id',
  'number',
  'first_commit_at',
  'opened_at',
  'ready_at',
  'first_review_at',
  'approved_at',
  'merged_at',
  'merge_sha',
  'author_kind',
  'reverts',
] as const

const selectDeployments = (db: Reader) =>
  db
    .selectFrom('deployments')
    .select([
      'source_id',
      'native_id',
      'service_id',
      'environment_tier',
      'sha',
      'version',
      'created_at',
      'started_at',
      'finished_at',
      'outcome',
      'kind',
      'redeploy_of',
      'rollback_of',
      'path_id',
      'mechanism',
      'initiator_kind',
    ])
    .where('gone_at', 'is', null)

const listDeployments = (db: Reader, services: readonly string[]) =>
  selectDeployments(db).where('service_id', 'in', among(services)).execute()

export type DeploymentRow = Awaited<ReturnType<typeof listDeployments>>[number]

/** Deployments of `services` that ended in [from, to); while that is not known, that were asked for. */
export async function listDeploymentsIn(
  db: Reader,
  services: readonly string[],
  { from, to }: Period,
): Promise<DeploymentRow[]> {
  const [first, end] = [from.toISOString(), to.toISOString()]
  const found: DeploymentRow[] = []
  await forEachChunk(services, async (ids) => {
    const own = selectDeployments(db).where('service_id', 'in', ids)
    const ended = own.where('finished_at', '>=', first).where('finished_at', '<', end)
    const open = own
      .where('finished_at', 'is', null)
      .where('created_at', '>=', first)
      .where('created_at', '<', end)
    found.push(...(await ended.execute()), ...(await open.execute()))
  })
  return found
}

/** Deployments that any source calls by one of `nativeIds`. */
export async function listDeploymentsNamed(
  db: Reader,
  nativeIds: readonly string[],
): Promise<DeploymentRow[]> {
  if (nativeIds.length === 0) return []
  const sources = among(await listSources(db, 'deployments'))
  const found: DeploymentRow[] = []
  await forEachChunk(nativeIds, async (ids) => {
    const query = selectDeployments(db).where('source_id', 'in', sources)
    found.push(...(await query.where('native_id', 'in', ids).execute()))
  })
  return found
}

const INCIDENT = [
  'incidents.source_id',
  'incidents.native_id',
  'incidents.service_id',
  'incidents.started_at',
  'incidents.detected_at',
  'incidents.restored_at',
  'incidents.caused_by_deployment_id',
  'incidents.link_kind',
  'incidents.cause_class',
] as const

const listIncidents = (db: Reader, services: readonly string[]) =>
  db
    .selectFrom('incidents')
    .select(INCIDENT)
    .where('gone_at', 'is', null)
    .where('service_id', 'in', among(services))
    .execute()

/** When a fact of a table had happened: the first that is known. */
const HAPPENED = {
  changes: ['merged_at', 'opened_at'],
  deployments: ['finished_at', 'created_at'],
  incidents: ['started_at', 'detected_at'],
} as const

/** The facts of services that were removed at their source. */
export function listRemovedDelivery(
  db: Reader,
  table: keyof typeof HAPPENED,
  services: readonly string[],
) {
  const [first, second] = HAPPENED[table]
  return (
    db
      // What is typed for one table holds for all: they have these columns, and those named above.
      .selectFrom(table as 'incidents')
      .select(['source_id', 'native_id', 'service_id'])
      .select((eb) => eb.fn.coalesce(first as 'started_at', second as 'detected_at').as('at'))
      .where('gone_at', 'is not', null)
      .where('service_id', 'in', among(services))
      .execute()
  )
}

/**
 * Sources that tell of deployments or incidents, but for what they took back. Goes from one to the
 * next: there are few, of very many rows.
 */
export async function listSources(
  db: Reader,
  table: 'deployments' | 'incidents',
): Promise<string[]> {
  const sources: string[] = []
  for (;;) {
    const next = await db
      .selectFrom(table)
      .select('source_id')
      .where('source_id', '>', sources.at(-1) ?? '')
      .where('gone_at', 'is', null)
      .orderBy('source_id')
      .limit(1)
      .executeTakeFirst()
    if (next === undefined) return sources
    sources.push(next.source_id)
  }
}

/** Repositories of which a change is named after any of `services`. */
export async function listRepositoriesNaming(
  db: Reader,
  services: readonly string[],
): Promise<string[]> {
  const found = new Set<string>()
  await forEachChunk(services, async (ids) => {
    const rows = await db
      .selectFrom('changes')
      .select('repository_id')
      .distinct()
      .where('service_id', 'in', ids)
      .execute()
    for (const { repository_id } of rows) found.add(repository_id)
  })
  return [...found]
}

/** Incidents of one service that name a deployment of another, with that other. */
export async function listForeignIncidents(db: Reader) {
  const sources = await listSources(db, 'deployments')
  return sources.length === 0 ? [] : foreignIncidents(db, sources).execute()
}

/** Those of them that are of one of `services`, or name a deployment of one. */
export async function listForeignIncidentsOf(db: Reader, services: readonly string[]) {
  const sources = await listSources(db, 'deployments')
  if (sources.length === 0) return []
  const ids = among(services)
  const own = await foreignIncidents(db, sources).where('incidents.service_id', 'in', ids).execute()
  const naming = await db
    .selectFrom('deployments as named')
    .innerJoin('incidents', 'incidents.caused_by_deployment_id', 'named.native_id')
    .select(INCIDENT)
    .select('named.service_id as named_service_id')
    .where('named.gone_at', 'is', null)
    .where('incidents.gone_at', 'is', null)
    .where('named.service_id', 'in', ids)
    .where((eb) =>
      eb.or([
        eb('incidents.service_id', 'is', null),
        eb('incidents.service_id', 'not in', among(services)),
      ]),
    )
    .execute()
  return [...own, ...naming]
}

/** A cross join, so that SQLite goes from the few incidents to the many deployments. */
const foreignIncidents = (db: Reader, sources: readonly string[]) =>
  db
    .selectFrom('incidents')
    .crossJoin('deployments as named')
    .whereRef('named.native_id', '=', 'incidents.caused_by_deployment_id')
    .where('named.source_id', 'in', sources)
    .select(INCIDENT)
    .select('named.service_id as named_service_id')
    .where('named.gone_at', 'is', null)
    .where('incidents.gone_at', 'is', null)
    .where('incidents.caused_by_deployment_id', 'is not', null)
    .whereRef('named.service_id', 'is distinct from', 'incidents.service_id')

/** Services that deployments of these native ids are of, and those of incidents that name one. */
export async function listServicesNaming(db: Reader, deploymentIds: readonly string[]) {
  const ids = among(deploymentIds)
  const own = await db
    .selectFrom('deployments')
    .select('service_id')
    .where('source_id', 'in', among(await listSources(db, 'deployments')))
    .where('native_id', 'in', ids)
    .execute()
  const naming = await db
    .selectFrom('incidents')
    .select('service_id')
    .where('caused_by_deployment_id', 'in', ids)
    .execute()
  return [...own, ...naming].flatMap(({ service_id }) => service_id ?? [])
}
