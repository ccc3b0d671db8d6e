import { sql } from 'kysely'
import type { Database } from '#db/connection.ts'
import { compareSchema } from '#db/migrate.ts'

/** What SQLite finds wrong in the file, up to ten lines; empty when it is sound. */
export async function listDamages(db: Database): Promise<string[]> {
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(10)`.execute(db)
  return rows.map(({ quick_check }) => quick_check).filter((line) => line !== 'ok')
}

export type SchemaState = 'newest' | 'older' | 'newer'

export async function getSchemaState(db: Database): Promise<SchemaState> {
  const { missing, unknown } = await compareSchema(db)
  if (unknown.length > 0) return 'newer'
  return missing.length > 0 ? 'older' : 'newest'
}
