import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('received_events')
    .addColumn('source_id', 'text', (col) => col.notNull())
    .addColumn('event_id', 'text', (col) => col.notNull())
    .addColumn('sequence', 'integer', (col) => col.notNull())
    .addColumn('kind', 'text', (col) => col.notNull())
    .addColumn('type', 'text', (col) => col.notNull())
    .addColumn('body', 'text')
    .addColumn('body_hash', 'text', (col) => col.notNull())
    .addColumn('received_at', 'text', (col) => col.notNull())
    .addColumn('settled_at', 'text')
    .addColumn('outcome', 'text')
    .addColumn('reason', 'text')
    .addColumn('subject', 'text')
    .addColumn('occurred_at', 'text')
    .addPrimaryKeyConstraint('received_events_pk', ['source_id', 'event_id'] as never)
    .execute()
  await db.schema
    .createIndex('received_events_by_sequence')
    .on('received_events')
    .column('sequence')
    .execute()
  // What waits is counted for each source, also where another source has left a lot behind.
  await db.schema
    .createIndex('received_events_waiting')
    .on('received_events')
    .columns(['source_id', 'sequence'])
    .where(sql<boolean>`settled_at is null`)
    .execute()
  await db.schema
    .createIndex('received_events_by_subject')
    .on('received_events')
    .columns(['source_id', 'subject', 'occurred_at'])
    .where(sql<boolean>`subject is not null`)
    .execute()
  await db.schema
    .createTable('api_tokens')
    .addColumn('prefix', 'text', (col) => col.primaryKey())
    .addColumn('hash', 'text', (col) => col.notNull())
    .addColumn('source_id', 'text', (col) => col.notNull())
    .addColumn('scopes', 'text', (col) => col.notNull())
    .addColumn('created_at', 'text', (col) => col.notNull())
    .addColumn('expires_at', 'text', (col) => col.notNull())
    .addColumn('revoked_at', 'text')
    .execute()
}
