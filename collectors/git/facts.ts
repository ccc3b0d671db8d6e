import { sql } from 'kysely'
import { z } from 'zod'
import type { HistoryFact, UnreadableRecord } from '#collectors/evidence/walk.ts'
import {
  deleteClonedChanges,
  deleteSentChanges,
  handOver,
  isToldByOther,
  type Known,
  type SavedService,
  type Saving,
  type SeenRepository,
  saveClonedRepository,
  saveOwners,
  saveService,
} from '#collectors/repository.ts'
import type { Database } from '#db/connection.ts'
import { deleteFacts, deleteFactsWhere, upsertFacts } from '#db/facts.ts'
import { repositoryNames } from '#lib/repository.ts'

/** What one record of a clone says. */
export type GitFact =
  | ({ readonly kind: 'repository' } & RepositoryFact)
  | HistoryFact
  | { readonly kind: 'change'; readonly row: Known<'changes'> }
  | { readonly kind: 'release'; readonly row: Known<'deployments'> }

/** The repository itself; the first record of every page that has any. */
export interface RepositoryFact extends SeenRepository {
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

// Facts are made from what was parsed already; only what could not be parsed is refused.
export const GitRecord: z.ZodType<GitFact> = z.custom<GitFact>().superRefine((fact, context) => {
  const record = fact as GitFact | UnreadableRecord // As it came, before it is known to be a fact.
  if (record.kind === 'unreadable') context.addIssue(`${record.file}: ${record.reason}`)
})

type SavingClone = Saving<RepositoryFact>

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
    await saveClonedRepository(tx, saving),
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
  { sourceId, observedAt }: SavingClone,
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
async function deleteHistory(tx: Database, { sourceId, repository }: SavingClone): Promise<void> {
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

async function deleteVanishedTags(
  tx: Database,
  { sourceId, repository }: SavingClone,
): Promise<number> {
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

/** Changes belong to one source: a host's come before those of a clone, and these before what is sent. */
async function saveChanges(
  tx: Database,
  { sourceId, repository, observedAt }: SavingClone,
  { id }: SavedService,
  rows: readonly Known<'changes'>[],
): Promise<number> {
  const repositoryId = repository.row.id
  if (await isToldByOther(tx, { sourceId, repositoryId })) {
    return deleteClonedChanges(tx, repositoryId)
  }
  if (rows.length === 0) return 0
  const seen = { source_id: sourceId, service_id: id, observed_at: observedAt.toISOString() }
  const stored = await upsertFacts(
    tx,
    'changes',
    rows.map((row) => ({ ...row, ...seen })),
  )
  return stored + (await deleteSentChanges(tx, repositoryId))
}

/** Releases are what the tags say today: one whose tag is gone was withdrawn. */
async function saveReleases(
  tx: Database,
  { sourceId, repository, observedAt }: SavingClone,
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
