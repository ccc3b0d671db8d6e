import type { Kysely } from 'kysely'

export async function up(db: Kysely<never>): Promise<void> {
  for (const column of ['approved_at', 'expires_at', 'expired_at']) {
    await db.schema.alterTable('provisioning_requests').addColumn(column, 'text').execute()
  }
}
