import { noteChanges } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { updateFactsWhere } from '#db/facts.ts'
import { toFormerNames } from '#db/former-names.ts'

/** Tables that name a repository in a column of its own. */
const BY_COLUMN = ['changes', 'usage_evidence', 'repository_attributes', 'services'] as const
/** Tables that name one in their scope. */
const BY_SCOPE = ['coverage', 'quarantine', 'cursors'] as const

/**
 * Gives a repository that `sourceId` knows by `nativeId` its new id, with everything that the
 * source told of it. What it was called is among its former names.
 */
export async function renameRepository(
  db: Database,
  { sourceId, nativeId, id }: { sourceId: string; nativeId: string; id: string },
): Promise<void> {
  const known = await db
    .selectFrom('repositories')
    .selectAll()
    .where('source_id', '=', sourceId)
    .where('native_id', '=', nativeId)
    .where('id', '!=', id)
    .executeTakeFirst()
  if (known === undefined) return
  const names = JSON.stringify([...toFormerNames(known), known.id])
  // First, since causes of incidents are looked for by it.
  await db.deleteFrom('repositories').where('id', '=', known.id).execute()
  await db
    .insertInto('repositories')
    .values({ ...known, id, former_names: names })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ former_names: names }))
    .execute()
  for (const table of BY_COLUMN) {
    const own = { source_id: sourceId, repository_id: known.id }
    await updateFactsWhere(db, table, own, { repository_id: id })
  }
  for (const table of BY_SCOPE) {
    await db
      .updateTable(table)
      .set({ scope: `repository:${id}` })
      .where('source_id', '=', sourceId)
      .where('scope', '=', `repository:${known.id}`)
      .execute()
  }
  await db
    .updateTable('policy_evidence')
    .set({ subject_id: id })
    .where('source_id', '=', sourceId)
    .where('subject_type', '=', 'repository')
    .where('subject_id', '=', known.id)
    .execute()
  await noteChanges(db, [{ kind: 'all', id: '', since: '' }])
}
