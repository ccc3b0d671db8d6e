import { type Kysely, sql } from 'kysely'

/** What waits is counted for each source, also where another source has left a lot behind. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.dropIndex('received_events_waiting').execute()
  await db.schema
    .createIndex('received_events_waiting_by_source')
    .on('received_events')
    .columns(['source_id', 'sequence'])
    .where(sql<boolean>`settled_at is null`)
    .execute()
}
