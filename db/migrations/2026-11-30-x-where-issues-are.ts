import type { Kysely } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  for (const table of ['tickets', 'incidents']) {
    await db.schema.alterTable(table).addColumn('repository_native_id', 'text').execute()
  }
}
