import type { Kysely } from 'kysely'

/** Tables of events whose rows a source may take back. */
const TABLES = [
  'activities',
  'path_attempts',
  'provisioning_requests',
  'changes',
  'deployments',
  'incidents',
  'tickets',
]

export async function up(db: Kysely<never>): Promise<void> {
  for (const table of TABLES) {
    await db.schema.alterTable(table).addColumn('gone_at', 'text').execute()
  }
}
