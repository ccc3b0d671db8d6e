import type { Database } from '#db/connection.ts'

const LONGEST_RECORD = 10_000

export interface RefusedRecord {
  readonly position: string
  readonly record: unknown
  readonly reason: string
}

/** Keeps records that could not be read, the newest reading of each position. */
export async function insertQuarantine(
  db: Database,
  { sourceId, scope }: { sourceId: string; scope: string },
  refused: readonly RefusedRecord[],
  observedAt: Date,
): Promise<void> {
  for (const { position, record, reason } of refused) {
    const stored = {
      record: (JSON.stringify(record) ?? 'undefined').slice(0, LONGEST_RECORD),
      reason,
      observed_at: observedAt.toISOString(),
    }
    await db
      .insertInto('quarantine')
      .values({ source_id: sourceId, scope, position, ...stored })
      .onConflict((conflict) =>
        conflict.columns(['source_id', 'scope', 'position']).doUpdateSet(stored),
      )
      .execute()
  }
}

/** Forgets what an earlier reading of this scope could not read: it is being read again. */
export async function clearQuarantine(
  db: Database,
  { sourceId, scope }: { sourceId: string; scope: string },
): Promise<void> {
  await db
    .deleteFrom('quarantine')
    .where('source_id', '=', sourceId)
    .where('scope', '=', scope)
    .execute()
}
