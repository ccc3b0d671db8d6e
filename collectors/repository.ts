import { sql } from 'kysely'
import type { Component } from '#collectors/evidence/catalogue.ts'
import { noteChanges } from '#db/changes-to-score.ts'
import { forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import { deleteFactsWhere, upsertFacts } from '#db/facts.ts'
import { relinkIncidents } from '#db/incident-causes.ts'
import type { FactTable } from '#db/natural-keys.ts'
import type { NewRow } from '#db/schema.ts'
import { repositoryNames } from '#lib/repository.ts'

/** A row as far as a source tells; the source, the service and when we saw it come with saving. */
export type Known<Table extends FactTable> = Omit<
  NewRow<Table>,
  'source_id' | 'observed_at' | 'service_id'
>

/** A repository as a source that reads repositories sees it. */
export interface SeenRepository {
  readonly row: Known<'repositories'>
  /** The id of its service, unless the catalogue has one. */
  readonly folder: string
  /** What its catalogue files say; null without one. */
  readonly component: Component | null
}

export interface Saving<Repository extends SeenRepository = SeenRepository> {
  readonly sourceId: string
  readonly repository: Repository
  readonly observedAt: Date
}

/** Of a clone: what a catalogue or the host knows of the repository stays. Returns rows changed. */
export async function saveClonedRepository(
  tx: Database,
  { sourceId, repository, observedAt }: Saving,
): Promise<number> {
  const known = await findRepository(tx, repository.row.id)
  const isOwn = known === undefined || known.source_id === sourceId
  const row = {
    ...repository.row,
    native_id: isOwn ? repository.row.native_id : known.native_id,
    created_at: isOwn ? (repository.row.created_at ?? null) : known.created_at,
    source_id: known?.source_id ?? sourceId,
    archived_at: known?.archived_at ?? null,
    language: known?.language ?? null,
    former_names: known?.former_names ?? '[]',
    gone_at: null,
    observed_at: observedAt.toISOString(),
  }
  return upsertFacts(tx, 'repositories', [row])
}

/** Of its host, which knows best; how far somebody has read its history stays. Returns rows changed. */
export async function saveHostedRepository(
  tx: Database,
  { sourceId, repository, observedAt }: Saving,
): Promise<number> {
  const known = await findRepository(tx, repository.row.id)
  const row = {
    ...repository.row,
    source_id: sourceId,
    head_sha: repository.row.head_sha ?? known?.head_sha ?? null,
    observed_at: observedAt.toISOString(),
  }
  return upsertFacts(tx, 'repositories', [row])
}

const findRepository = (tx: Database, id: string) =>
  tx.selectFrom('repositories').selectAll().where('id', '=', id).executeTakeFirst()

export interface SavedService {
  /** Null: the catalogue divides the repository among several services. */
  readonly id: string | null
  /** Services of the repository that are not, or no longer, its service. */
  readonly others: readonly string[]
  readonly changed: number
}

/** The catalogue's service where it has one; else one of our own for the whole repository. */
export async function saveService(tx: Database, saving: Saving): Promise<SavedService> {
  const { sourceId, repository } = saving
  const known = await listServices(tx, repository.row.id)
  const { catalogued, whole } = toCatalogued(known, sourceId)
  const { id, changed } =
    catalogued.length === 0
      ? await saveOwnService(tx, saving)
      : { id: whole?.id ?? null, changed: await deleteOwnService(tx, saving) }
  return { id, others: known.map((row) => row.id).filter((other) => other !== id), changed }
}

const listServices = (tx: Database, repositoryId: string) =>
  tx
    .selectFrom('services')
    .select(['id', 'source_id', 'repository_path', 'gone_at'])
    .where('repository_id', 'in', repositoryNames(repositoryId))
    .orderBy('id')
    .execute()

type KnownService = Awaited<ReturnType<typeof listServices>>[number]

/** What a catalogue has for a repository, and the one of them that is the whole of it. */
function toCatalogued(known: readonly KnownService[], sourceId: string) {
  const catalogued = known.filter((row) => row.source_id !== sourceId && row.gone_at === null)
  return { catalogued, whole: catalogued.find((row) => row.repository_path === '') }
}

/** The service that `saveService` chose for a repository; null when a catalogue divides it. */
export async function findService(
  tx: Database,
  { sourceId, repositoryId }: { sourceId: string; repositoryId: string },
): Promise<string | null> {
  const known = await listServices(tx, repositoryId)
  const { catalogued, whole } = toCatalogued(known, sourceId)
  if (catalogued.length > 0) return whole?.id ?? null
  return known.find((row) => row.source_id === sourceId)?.id ?? null
}

async function saveOwnService(
  tx: Database,
  saving: Saving,
): Promise<{ id: string; changed: number }> {
  const { sourceId, repository, observedAt } = saving
  const { component, folder, row } = repository
  const id = await chooseServiceId(tx, saving)
  const changed = await upsertFacts(tx, 'services', [
    {
      id,
      name: component?.name ?? folder,
      repository_id: row.id,
      repository_path: '',
      workload_class: component?.type ?? null,
      system: component?.system ?? null,
      lifecycle: component?.lifecycle ?? null,
      tier: component?.tier ?? null,
      data_classification: null,
      created_at: row.created_at ?? null,
      created_via: null,
      off_path_option_existed: null,
      forced: null,
      gone_at: null,
      source_id: sourceId,
      observed_at: observedAt.toISOString(),
    },
  ])
  return { id, changed }
}

/** A service keeps its id, whatever its repository is called now. */
async function chooseServiceId(tx: Database, { sourceId, repository }: Saving): Promise<string> {
  const { folder, row } = repository
  const services = await tx
    .selectFrom('services')
    .select(['id', 'source_id', 'repository_id'])
    .where((eb) => eb.or([eb('id', '=', folder), eb('repository_id', '=', row.id)]))
    .orderBy('id')
    .execute()
  const own = services.find(
    (service) => service.source_id === sourceId && service.repository_id === row.id,
  )
  if (own !== undefined) return own.id
  return services.some(({ id }) => id === folder) ? row.id : folder
}

async function deleteOwnService(tx: Database, { sourceId, repository }: Saving): Promise<number> {
  return deleteFactsWhere(tx, 'services', {
    source_id: sourceId,
    repository_id: repository.row.id,
  })
}

/**
 * What earlier readings told of the repository belongs to its service of today, so that it does not
 * matter whether the clone or its description came first. Without one, owners have nobody to own.
 */
export async function handOver(
  tx: Database,
  { sourceId, repository }: Saving,
  { id, others }: SavedService,
): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('changes')
    .set({ service_id: id })
    .where('source_id', '=', sourceId)
    .where('repository_id', '=', repository.row.id)
    .where('service_id', 'is distinct from', id)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n || others.length > 0) {
    await noteChanges(tx, [{ kind: 'all', id: '', since: '' }])
  }
  if (others.length === 0) return Number(numUpdatedRows)
  const owners = await tx
    .deleteFrom('service_owners')
    .where('source_id', '=', sourceId)
    .where('service_id', 'in', others)
    .returningAll()
    .execute()
  if (id === null) return Number(numUpdatedRows) + owners.length
  await upsertFacts(
    tx,
    'service_owners',
    owners.map((row) => ({ ...row, service_id: id })),
  )
  // Those of another service of the repository are its own.
  const incidents = await tx
    .updateTable('incidents')
    .set({ service_id: id, service_told: id, service_key: id.toLowerCase() })
    .where('source_id', '=', sourceId)
    .where('service_id', 'in', others)
    .where('service_id', 'not in', tx.selectFrom('services').select('id'))
    .executeTakeFirstOrThrow()
  const releases = await tx
    .updateTable('deployments')
    .set({ service_id: id })
    .where('source_id', '=', sourceId)
    .where('service_id', 'in', others)
    .returningAll()
    .execute()
  await relinkIncidents(tx, releases, 'deployments')
  const moved = [numUpdatedRows, incidents.numUpdatedRows, releases.length]
  return moved.reduce<number>((sum, count) => sum + Number(count), owners.length)
}

/** All that the file says: where a catalogue names owners, too, it is believed first. */
export function saveOwners(
  tx: Database,
  { sourceId, observedAt }: Saving,
  { id }: SavedService,
  rows: readonly Known<'service_owners'>[],
): Promise<number> {
  if (id === null) return Promise.resolve(0)
  const seen = { source_id: sourceId, service_id: id, observed_at: observedAt.toISOString() }
  return upsertFacts(
    tx,
    'service_owners',
    rows.map((row) => ({ ...row, ...seen })),
  )
}

/**
 * Whether a source other than `sourceId` tells the changes of a repository. What is sent piece by piece
 * tells nothing of the rest, so it does not count.
 */
export async function isToldByOther(
  tx: Database,
  { sourceId, repositoryId }: { sourceId: string; repositoryId: string },
): Promise<boolean> {
  const other = await tx
    .selectFrom('changes')
    .select('native_id')
    .where('repository_id', '=', repositoryId)
    .where('source_id', '!=', sourceId)
    .where('source_id', 'not in', sentSources(tx))
    .where('gone_at', 'is', null)
    .executeTakeFirst()
  return other !== undefined
}

const sentSources = (tx: Database) =>
  tx.selectFrom('sources').select('id').where('kind', '=', 'ingest')

/** Deletes what was sent of the changes of a repository. Returns how many went. */
export async function deleteSentChanges(tx: Database, repositoryId: string): Promise<number> {
  const sources = await sentSources(tx).execute()
  if (sources.length === 0) return 0
  const sent = { repository_id: repositoryId, source_id: sources.map(({ id }) => id) }
  return deleteFactsWhere(tx, 'changes', sent)
}

/** What a clone calls a change: forks share commits. */
export const clonedChangeId = (repositoryId: string, sha: string) => `${repositoryId}@${sha}`

/** Deletes what clones told of the changes of a repository. Returns how many went. */
export async function deleteClonedChanges(tx: Database, repositoryId: string): Promise<number> {
  const prefix = clonedChangeId(repositoryId, '')
  const changes = await tx
    .selectFrom('changes')
    .select('native_id')
    .where('repository_id', '=', repositoryId)
    .where((eb) =>
      eb(eb.fn<string>('substr', ['native_id', sql.lit(1), sql.lit(prefix.length)]), '=', prefix),
    )
    .execute()
  let deleted = 0
  await forEachChunk(
    changes.map((change) => change.native_id),
    async (ids) => {
      const cloned = { repository_id: repositoryId, native_id: ids }
      deleted += await deleteFactsWhere(tx, 'changes', cloned)
    },
  )
  return deleted
}
