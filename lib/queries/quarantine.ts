import type { Reader } from '#db/connection.ts'

export interface RefusedRecord {
  readonly sourceId: string
  readonly scope: string
  /** Where it stood: a line of a file, a commit. */
  readonly position: string
  /** As it came, as text. */
  readonly record: string
  readonly reason: string
  readonly observedAt: Date
}

/** Records that could not be read, by source, the newest of each first. */
export async function listQuarantine(db: Reader, limit: number): Promise<RefusedRecord[]> {
  const rows = await db
    .selectFrom('quarantine')
    .selectAll()
    .orderBy('source_id')
    .orderBy('observed_at', 'desc')
    .orderBy('scope')
    .orderBy('position')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    sourceId: row.source_id,
    scope: row.scope,
    position: row.position,
    record: row.record,
    reason: row.reason,
    observedAt: new Date(row.observed_at),
  }))
}
