import type { Kysely } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  // Scoring asks for the changes of services whose repository nobody knows.
  await db.schema.createIndex('changes_by_service').on('changes').columns(['service_id']).execute()
  // Pages ask for everybody at once over one window.
  await db.schema
    .createIndex('measurements_by_window')
    .on('measurements')
    .columns(['window_kind', 'window_end', 'path_id', 'metric_id'])
    .execute()
}
