import { sql } from 'kysely'
import { z } from 'zod'
import type { Component } from '#collectors/git/workflow.ts'
import { noteChanges } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { deleteFacts, deleteFactsWhere, upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import { repositoryNames } from '#lib/repository.ts'

/** A row as far as the clone tells; the source, the service and when we saw it come with saving. */
type Known<Table extends Parameters<typeof upsertFacts>[1]> = Omit<
  NewRow<Table>,
  'source_id' | 'observed_at' | 'service_id'
>

/** What one record of a clone says. */
export type GitFact =
  | ({ readonly kind: 'repository' } & RepositoryFact)
  | { readonly kind: 'owner'; readonly row: Known<'service_owners'> }
  | { readonly kind: 'attribute'; readonly row: Known<'repository_attributes'> }
  | { readonly kind: 'evidence'; readonly row: Known<'usage_evidence'> }
  | { readonly kind: 'version'; readonly row: Known<'path_versions'> }
  | { readonly kind: 'change'; readonly row: Known<'changes'> }
  | { readonly kind: 'release'; readonly row: Known<'deployments'> }

/** The repository itself; the first record of every page that has any. */
export interface RepositoryFact {
  readonly row: Known<'repositories'>
  /** The clone's folder: the id of its service, unless the catalogue has one. */
  readonly folder: string
  readonly component: Component | null
  /** What was looked for in it: golden paths, and attributes of the repository. */
  readonly watched: { readonly paths: readonly string[]; readonly attributes: readonly string[] }
  /** Rules whose versions it publishes, with the number of versions where they are tags. */
  readonly publishes: readonly {
    readonly pathId: string
    readonly ruleId: string
    readonly tagCount: number | null
  }[]
  /** Native ids of all its releases. */
  readonly releases: readonly string[]
}

/** A file that is there and cannot be read. */
export interface UnreadableRecord {
  readonly kind: 'unreadable'
  readonly file: string
  readonly reason: string
}

// Facts are made from what was parsed already; only what could not be parsed is refused.
export const GitRecord: z.ZodType<GitFact> = z.custom<GitFact>().superRefine((fact, context) => {
  const record = fact as GitFact | UnreadableRecord // As it came, before it is known to be a fact.
  if (record.kind === 'unreadable') context.addIssue(`${record.file}: ${record.reason}`)
})

interface Saving {
  readonly sourceId: string
  readonly repository: RepositoryFact
  readonly observedAt: Date
}

/** Stores the facts of one repository, and removes what its history no longer has. Returns rows changed. */
export async function saveRepository(
  tx: Database,
  sourceId: string,
  facts: readonly GitFact[],
  { replaces, observedAt }: { replaces: boolean; observedAt: Date },
): Promise<number> {
  const repository = facts.find((fact) => fact.kind === 'repository')
  if (repository === undefined) return 0
  const saving = { sourceId, repository, observedAt }
  if (replaces) await deleteHistory(tx, saving)
  const service = await saveService(tx, saving)
  const changed = [
    service.changed,
    await saveRepositoryRow(tx, saving),
    await handOver(tx, saving, service),
    await saveOwners(tx, saving, service, rowsOf(facts, 'owner')),
    await saveReleases(tx, saving, service, rowsOf(facts, 'release')),
    await saveRows(tx, saving, 'repository_attributes', rowsOf(facts, 'attribute')),
    await saveRows(tx, saving, 'usage_evidence', rowsOf(facts, 'evidence')),
    await saveRows(tx, saving, 'path_versions', rowsOf(facts, 'version')),
    await saveChanges(tx, saving, service, rowsOf(facts, 'change')),
    await deleteVanishedTags(tx, saving),
  ]
  return changed.reduce((sum, count) => sum + count, 0)
}

type RowFact = Exclude<GitFact, { kind: 'repository' }>

function rowsOf<Kind extends RowFact['kind']>(facts: readonly GitFact[], kind: Kind) {
  return facts
    .filter((fact): fact is Extract<RowFact, { kind: Kind }> => fact.kind === kind)
    .map(({ row }) => row as Extract<RowFact, { kind: Kind }>['row'])
}

function saveRows<Table extends 'repository_attributes' | 'usage_evidence' | 'path_versions'>(
  tx: Database,
  { sourceId, observedAt }: Saving,
  table: Table,
  rows: readonly Known<Table>[],
): Promise<number> {
  const seen = { source_id: sourceId, observed_at: observedAt.toISOString() }
  // A known row with its source and time is a whole one; these tables have no service.
  return upsertFacts(tx, table, rows.map((row) => ({ ...row, ...seen })) as never)
}

/**
 * History that is read anew must not mix with what an earlier reading left. What nobody looks for
 * any more was not read anew: it is all that is left of a path that is no longer configured.
 */
async function deleteHistory(tx: Database, { sourceId, repository }: Saving): Promise<void> {
  const { id } = repository.row
  const { paths, attributes } = repository.watched
  const own = { source_id: sourceId, repository_id: id }
  await deleteFactsWhere(tx, 'changes', own)
  if (paths.length > 0) await deleteFactsWhere(tx, 'usage_evidence', { ...own, path_id: paths })
  if (attributes.length > 0) {
    await deleteFactsWhere(tx, 'repository_attributes', { ...own, attribute: attributes })
  }
  for (const { pathId, ruleId } of repository.publishes) {
    const published = { source_id: sourceId, path_id: pathId, rule_id: ruleId }
    await deleteFactsWhere(tx, 'path_versions', published)
  }
  const services = await tx
    .selectFrom('services')
    .select('id')
    .where('repository_id', 'in', repositoryNames(id))
    .execute()
  const owned = { source_id: sourceId, service_id: services.map((service) => service.id) }
  await deleteFactsWhere(tx, 'service_owners', owned)
}

async function deleteVanishedTags(tx: Database, { sourceId, repository }: Saving): Promise<number> {
  let deleted = 0
  for (const { pathId, ruleId, tagCount } of repository.publishes) {
    if (tagCount === null) continue
    deleted += await deleteFacts(
      tx,
      'path_versions',
      sourceId,
      ({ path_id, rule_id, sequence }) =>
        path_id === pathId && rule_id === ruleId && Number(sequence) > tagCount,
    )
  }
  return deleted
}

/** What a catalogue knows of the repository (language, archiving) stays. */
async function saveRepositoryRow(
  tx: Database,
  { sourceId, repository, observedAt }: Saving,
): Promise<number> {
  const known = await tx
    .selectFrom('repositories')
    .selectAll()
    .where('id', '=', repository.row.id)
    .executeTakeFirst()
  const row = {
    ...repository.row,
    source_id: known?.source_id ?? sourceId,
    archived_at: known?.archived_at ?? null,
    language: known?.language ?? null,
    former_names: known?.former_names ?? '[]',
    gone_at: null,
    observed_at: observedAt.toISOString(),
  }
  return upsertFacts(tx, 'repositories', [row])
}

interface SavedService {
  /** Null: the catalogue divides the repository among several services. */
  readonly id: string | null
  /** Services of the repository that are not, or no longer, its service. */
  readonly others: readonly string[]
  readonly changed: number
}

/** The catalogue's service where it has one; else one of our own for the whole repository. */
async function saveService(tx: Database, saving: Saving): Promise<SavedService> {
  const { sourceId, repository } = saving
  const known = await tx
    .selectFrom('services')
    .select(['id', 'source_id', 'repository_path', 'gone_at'])
    .where('repository_id', 'in', repositoryNames(repository.row.id))
    .orderBy('id')
    .execute()
  const catalogued = known.filter((row) => row.source_id !== sourceId && row.gone_at === null)
  const whole = catalogued.find((row) => row.repository_path === '')
  const { id, changed } =
    catalogued.length === 0
      ? await saveOwnService(tx, saving)
      : { id: whole?.id ?? null, changed: await deleteOwnService(tx, saving) }
  return { id, others: known.map((row) => row.id).filter((other) => other !== id), changed }
}

async function saveOwnService(
  tx: Database,
  saving: Saving,
): Promise<{ id: string; changed: number }> {
  const { sourceId, repository, observedAt } = saving
  const { component, folder, row } = repository
  const taken = await tx
    .selectFrom('services')
    .select(['source_id', 'repository_id'])
    .where('id', '=', folder)
    .executeTakeFirst()
  const isFree =
    taken === undefined || (taken.source_id === sourceId && taken.repository_id === row.id)
  const id = isFree ? folder : row.id
  const changed = await upsertFacts(tx, 'services', [
    {
      id,
      name: component?.name ?? folder,
      repository_id: row.id,
      repository_path: '',
      workload_class: component?.type ?? null,
      system: component?.system ?? null,
      lifecycle: component?.lifecycle ?? null,
      tier: null,
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
async function handOver(
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
  const releases = await tx
    .updateTable('deployments')
    .set({ service_id: id })
    .where('source_id', '=', sourceId)
    .where('service_id', 'in', others)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) + owners.length + Number(releases.numUpdatedRows)
}

/** All that the file says: where a catalogue names owners, too, it is believed first. */
function saveOwners(
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

async function saveChanges(
  tx: Database,
  { sourceId, observedAt }: Saving,
  { id }: SavedService,
  rows: readonly Known<'changes'>[],
): Promise<number> {
  const seen = { source_id: sourceId, service_id: id, observed_at: observedAt.toISOString() }
  return upsertFacts(
    tx,
    'changes',
    rows.map((row) => ({ ...row, ...seen })),
  )
}

/** Releases are what the tags say today: one whose tag is gone was withdrawn. */
async function saveReleases(
  tx: Database,
  { sourceId, repository, observedAt }: Saving,
  { id }: SavedService,
  rows: readonly Known<'deployments'>[],
): Promise<number> {
  const stored = await tx
    .selectFrom('deployments')
    .select('native_id')
    .where('source_id', '=', sourceId)
    .where(
      sql<boolean>`substr(native_id, 1, ${sql.lit(repository.row.id.length + 1)}) = ${`${repository.row.id}@`}`,
    )
    .execute()
  const kept = new Set(id === null ? [] : repository.releases)
  const vanished = stored.filter((row) => !kept.has(row.native_id))
  for (const { native_id } of vanished) {
    await deleteFactsWhere(tx, 'deployments', { source_id: sourceId, native_id })
  }
  if (id === null || rows.length === 0) return vanished.length
  const seen = { source_id: sourceId, service_id: id, observed_at: observedAt.toISOString() }
  return (
    vanished.length +
    (await upsertFacts(
      tx,
      'deployments',
      rows.map((row) => ({ ...row, ...seen })),
    ))
  )
}
