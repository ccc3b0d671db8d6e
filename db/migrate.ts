import { sql } from 'kysely'
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration'
import type { Database } from '#db/connection.ts'
import { migrations } from '#db/migrations/index.ts'
import { DatabaseError } from '#lib/errors.ts'

/**
 * Brings `db` to the newest schema. Throws the error of the first migration that fails.
 *
 * @throws {DatabaseError} when a newer version of this program has migrated it
 */
export async function migrateToLatest(db: Database): Promise<void> {
  const { unknown } = await compareSchema(db)
  if (unknown.length > 0) {
    throw new DatabaseError(
      `the database is of a newer version, which added ${unknown.join(', ')}; start that version`,
    )
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  // Kysely reports failure instead of throwing it.
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}

/** Migrations that `db` still lacks, and those it has that only a newer version knows. */
export async function compareSchema(
  db: Database,
): Promise<{ missing: string[]; unknown: string[] }> {
  const applied = await listApplied(db)
  const known = Object.keys(migrations)
  return {
    missing: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  }
}

async function listApplied(db: Database): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return []
  const query = sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`
  return (await query.execute(db)).rows.map(({ name }) => name)
}
