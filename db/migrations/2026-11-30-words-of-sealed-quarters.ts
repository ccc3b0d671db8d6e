import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('sealed_quarters')
    .addColumn('quarter', 'text', (col) => col.primaryKey())
    .addColumn('period_from', 'text', (col) => col.notNull())
    .addColumn('period_to', 'text', (col) => col.notNull())
    .addColumn('as_of', 'text', (col) => col.notNull())
    .addColumn('run', 'integer', (col) => col.notNull())
    .addColumn('sealed_at', 'text', (col) => col.notNull())
    .addColumn('body', 'text', (col) => col.notNull())
    .addColumn('hash', 'text', (col) => col.notNull())
    .execute()
  for (const change of ['update', 'delete']) {
    await sql`
      create trigger ${sql.raw(`sealed_quarters_no_${change}`)}
      before ${sql.raw(change)} on sealed_quarters
      begin select raise(abort, 'a sealed quarter stays as it is'); end
    `.execute(db)
  }
}
