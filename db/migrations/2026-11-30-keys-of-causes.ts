import { type Kysely, sql } from 'kysely'

interface Incidents {
  incidents: {
    source_id: string
    native_id: string
    cause_told: string | null
    cause_key: string | null
  }
}

export async function up(db: Kysely<Incidents>): Promise<void> {
  await db.schema.dropIndex('incidents_with_told_cause').execute()
  await db.schema.alterTable('incidents').addColumn('cause_key', 'text').execute()
  const told = await db
    .selectFrom('incidents')
    .select(['source_id', 'native_id', 'cause_told'])
    .where('cause_told', 'is not', null)
    .execute()
  for (const { source_id: sourceId, native_id: nativeId, cause_told: cause } of told) {
    await db
      .updateTable('incidents')
      .set({ cause_key: toKey(cause) })
      .where('source_id', '=', sourceId)
      .where('native_id', '=', nativeId)
      .execute()
  }
  await db.schema
    .createIndex('incidents_by_cause_key')
    .on('incidents')
    .column('cause_key')
    .where(sql<boolean>`cause_key is not null`)
    .execute()
}

function toKey(told: string | null): string {
  const { reference, version } = JSON.parse(told ?? '{}') as Record<string, string | undefined>
  const text = reference ?? version ?? ''
  return /^[0-9a-f]{7,40}$/i.test(text) ? text.slice(0, 7).toLowerCase() : text
}
