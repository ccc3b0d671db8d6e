import { type Kysely, sql } from 'kysely'

/** What a source may call a deployment by, besides its id. */
const NAMES = ['sha', 'url'] as const

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('incidents').addColumn('cause_told', 'text').execute()
  await db.schema
    .createIndex('incidents_with_told_cause')
    .on('incidents')
    .column('source_id')
    .where(sql<boolean>`cause_told is not null`)
    .execute()
  for (const column of NAMES) {
    await db.schema
      .createIndex(`deployments_by_${column}`)
      .on('deployments')
      .column(column)
      .where(sql<boolean>`${sql.ref(column)} is not null`)
      .execute()
  }
}
