import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  // Ledgers of deliveries are divided by quarter; the next run writes all of them.
  await sql`delete from ledgers where kind = 'delivery'`.execute(db)
  // When the first support request of a path was resolved, without looking at all of them.
  await db.schema
    .createIndex('tickets_by_resolution')
    .on('tickets')
    .columns(['path_id', 'resolved_at'])
    .where(sql<boolean>`gone_at is null and resolved_at is not null`)
    .execute()
}
