import { sql } from 'kysely'
import type { Database } from '#db/connection.ts'
import type { StoredRow } from '#db/statements.ts'

/** Earlier ids of a repository, oldest first. */
export const toFormerNames = ({ former_names: names }: StoredRow): readonly string[] =>
  typeof names === 'string' ? (JSON.parse(names) as string[]) : [] // As it is stored.

/** The repositories that had another id before. */
export const listRenamed = (db: Database) =>
  db
    .selectFrom('repositories')
    .select(['id', 'source_id', 'former_names'])
    .where('former_names', '!=', sql.lit('[]')) // No parameter, for its index.
    .execute()

/**
 * The repositories that had the id `name` before; none of a source that calls another repository so now, as
 * a host leads nobody from a name that is taken to who had it.
 */
export async function listRepositoriesOnceCalled(db: Database, name: string): Promise<string[]> {
  const renamed = await listRenamed(db)
  const called = renamed.filter((row) => toFormerNames(row).includes(name))
  if (called.length === 0) return []
  const taker = await db
    .selectFrom('repositories')
    .select('source_id')
    .where('id', '=', name)
    .where('gone_at', 'is', null)
    .executeTakeFirst()
  return called.filter((row) => row.source_id !== taker?.source_id).map(({ id }) => id)
}
