import type { Kysely } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  // A page of one team must not look through those of all others.
  await db.schema.dropIndex('measurements_by_window').execute()
  await db.schema
    .createIndex('measurements_by_window')
    .on('measurements')
    .columns(['window_kind', 'window_end', 'path_id', 'metric_id', 'team_id'])
    .execute()
}
