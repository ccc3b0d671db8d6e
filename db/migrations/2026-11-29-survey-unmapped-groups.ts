import type { Kysely } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('survey_unmapped_groups')
    .addColumn('source_id', 'text', (col) => col.notNull())
    .addColumn('wave_id', 'text', (col) => col.notNull())
    .addColumn('answer', 'text', (col) => col.notNull())
    .addColumn('observed_at', 'text', (col) => col.notNull())
    .addPrimaryKeyConstraint('survey_unmapped_groups_pk', [
      'source_id',
      'wave_id',
      'answer',
    ] as never)
    .execute()
}
