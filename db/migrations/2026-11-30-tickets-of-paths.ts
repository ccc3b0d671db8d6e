import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  // Those that name a provisioning request are asked for of any time.
  await db.schema
    .createIndex('tickets_naming_a_request')
    .on('tickets')
    .columns(['path_id'])
    .where(sql<boolean>`linked_request_id is not null`)
    .execute()
}
