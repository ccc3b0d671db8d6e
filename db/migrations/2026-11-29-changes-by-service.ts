import type { Kysely } from 'kysely'

/** Scoring asks for the changes of services whose repository nobody knows. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.createIndex('changes_by_service').on('changes').columns(['service_id']).execute()
}
