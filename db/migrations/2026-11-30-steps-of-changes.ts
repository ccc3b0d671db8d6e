import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  const isOfChange = sql<boolean>`change_sha is not null`
  await db.schema
    .createIndex('steps_by_change')
    .on('steps')
    .column('change_sha')
    .where(isOfChange)
    .execute()
  await db.schema
    .createIndex('steps_of_changes_by_end')
    .on('steps')
    .column('ended_at')
    .where(isOfChange)
    .execute()
  await db.schema
    .createIndex('steps_by_request')
    .on('steps')
    .column('request_id')
    .where(sql<boolean>`request_id is not null`)
    .execute()
}
