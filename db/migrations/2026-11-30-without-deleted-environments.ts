import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  // No metric ever used them.
  await sql`delete from environment_events where kind = 'deleted'`.execute(db)
  await db.schema.alterTable('environment_events').dropColumn('kind').execute()
  await db.schema.alterTable('provisioning_requests').dropColumn('deleted_event_at').execute()
}
