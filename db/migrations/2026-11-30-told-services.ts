import { type Kysely, sql } from 'kysely'

interface Before {
  sources: { id: string; kind: string }
  incidents: {
    source_id: string
    service_id: string | null
    service_told: string | null
    service_key: string | null
  }
}

/** Whose incidents name a service by its id or name; others know the id. */
const NAMING = ['github', 'pagerduty', 'opsgenie']

export async function up(db: Kysely<Before>): Promise<void> {
  for (const column of ['service_told', 'service_key']) {
    await db.schema.alterTable('incidents').addColumn(column, 'text').execute()
  }
  await tellServices(db)
  await db.schema
    .createIndex('incidents_by_told_service')
    .on('incidents')
    .column('service_key')
    .where(sql<boolean>`service_key is not null`)
    .execute()
  await db.schema.alterTable('changes').addColumn('repository_key', 'text').execute()
  await db.schema
    .createIndex('changes_by_repository_key')
    .on('changes')
    .column('repository_key')
    .where(sql<boolean>`repository_key is not null`)
    .execute()
  await db.schema
    .createTable('told_deployments')
    .addColumn('source_id', 'text', (col) => col.notNull())
    .addColumn('native_id', 'text', (col) => col.notNull())
    .addColumn('told', 'text', (col) => col.notNull())
    .addPrimaryKeyConstraint('told_deployments_pk', ['source_id', 'native_id'] as never)
    .execute()
  await db.schema
    .createTable('told_deployment_keys')
    .addColumn('key', 'text', (col) => col.notNull())
    .addColumn('source_id', 'text', (col) => col.notNull())
    .addColumn('native_id', 'text', (col) => col.notNull())
    .addPrimaryKeyConstraint('told_deployment_keys_pk', ['key', 'source_id', 'native_id'] as never)
    .execute()
  await db.schema
    .createIndex('told_deployment_keys_by_deployment')
    .on('told_deployment_keys')
    .columns(['source_id', 'native_id'])
    .execute()
}

/** Of what was stored before, the service that was found, or what it was called, is what was told. */
async function tellServices(db: Kysely<Before>): Promise<void> {
  const sources = db.selectFrom('sources').select('id').where('kind', 'in', NAMING)
  const named = await db
    .selectFrom('incidents')
    .select(['source_id', 'service_id'])
    .distinct()
    .where('source_id', 'in', sources)
    .where('service_id', 'is not', null)
    .execute()
  for (const { source_id: sourceId, service_id: service } of named) {
    await db
      .updateTable('incidents')
      .set({ service_told: service, service_key: service?.toLowerCase() ?? null })
      .where('source_id', '=', sourceId)
      .where('service_id', '=', service)
      .execute()
  }
}
