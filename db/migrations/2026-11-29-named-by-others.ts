import type { Kysely } from 'kysely'

/** Table, columns: what facts of other tables name. */
const INDEXES = [
  ['changes', 'merge_sha'],
  ['policy_evidence', 'subject_id'],
] as const

export async function up(db: Kysely<never>): Promise<void> {
  for (const [table, column] of INDEXES) {
    await db.schema.createIndex(`${table}_by_${column}`).on(table).column(column).execute()
  }
}
