import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('environment_events')
    .addColumn('source_id', 'text', (col) => col.notNull())
    .addColumn('native_id', 'text', (col) => col.notNull())
    .addColumn('environment', 'text', (col) => col.notNull())
    .addColumn('kind', 'text', (col) => col.notNull())
    .addColumn('occurred_at', 'text', (col) => col.notNull())
    .addColumn('observed_at', 'text', (col) => col.notNull())
    .addPrimaryKeyConstraint('environment_events_pk', ['source_id', 'native_id'] as never)
    .execute()
  await db.schema
    .createIndex('environment_events_by_environment')
    .on('environment_events')
    .column('environment')
    .execute()
  for (const column of ['created_event_at', 'deleted_event_at']) {
    await db.schema.alterTable('provisioning_requests').addColumn(column, 'text').execute()
  }
  await db.schema
    .createIndex('provisioning_requests_by_target')
    .on('provisioning_requests')
    .column('target_key')
    .where(sql<boolean>`target_key is not null`)
    .execute()
}
