import type { Database, Reader } from '#db/connection.ts'

/** The cursors of a source by scope, without those of another configuration. */
export async function loadCursors(
  db: Reader,
  sourceId: string,
  configurationHash: string,
): Promise<Map<string, unknown>> {
  const rows = await db
    .selectFrom('cursors')
    .select(['scope', 'value'])
    .where('source_id', '=', sourceId)
    .where('configuration_hash', '=', configurationHash)
    .execute()
  return new Map(rows.map(({ scope, value }) => [scope, JSON.parse(value)]))
}

/** Where a source stands in a scope, whatever its configuration was; undefined when it never read it. */
export async function findCursor(db: Reader, sourceId: string, scope: string): Promise<unknown> {
  const row = await db
    .selectFrom('cursors')
    .select('value')
    .where('source_id', '=', sourceId)
    .where('scope', '=', scope)
    .executeTakeFirst()
  return row === undefined ? undefined : JSON.parse(row.value)
}

export async function upsertCursor(
  db: Database,
  cursor: { sourceId: string; scope: string; configurationHash: string; value: unknown; at: Date },
): Promise<void> {
  const stored = {
    configuration_hash: cursor.configurationHash,
    value: JSON.stringify(cursor.value),
    updated_at: cursor.at.toISOString(),
  }
  await db
    .insertInto('cursors')
    .values({ source_id: cursor.sourceId, scope: cursor.scope, ...stored })
    .onConflict((conflict) => conflict.columns(['source_id', 'scope']).doUpdateSet(stored))
    .execute()
}

/** Forgets how far a source was read. What it told stays. */
export async function deleteCursors(db: Database, sourceId: string): Promise<void> {
  await db.deleteFrom('cursors').where('source_id', '=', sourceId).execute()
}
