import { forEachChunk } from '#db/chunks.ts'
import type { Reader } from '#db/connection.ts'

/** A stored fact as a reader sees it. */
export interface FactRecord {
  /** `source:native id`. */
  readonly id: string
  /** Null when its source does not say. */
  readonly at: Date | null
  /** The team, service or repository that it is of; null when its source names none. */
  readonly of: string | null
  /** What its source says of it: how it ended, or what it is. */
  readonly says: string | null
}

/** For each table the columns that say when, of what and what; the first that is not null. */
const TABLES = {
  tickets: { at: ['opened_at'], of: ['team_id'], says: ['type'] },
  activities: { at: ['occurred_at'], of: ['service_id', 'team_id'], says: ['result'] },
  deployments: { at: ['finished_at', 'created_at'], of: ['service_id'], says: ['outcome'] },
  changes: { at: ['merged_at'], of: ['service_id', 'repository_id'], says: ['merge_sha'] },
  provisioning_requests: { at: ['requested_at'], of: ['team_id'], says: ['result'] },
  path_attempts: { at: ['started_at'], of: ['team_id'], says: ['cause_code', 'result'] },
  incidents: {
    at: ['started_at', 'detected_at'],
    of: ['service_id'],
    says: ['caused_by_deployment_id'],
  },
  policy_evidence: { at: ['produced_at'], of: ['subject_id'], says: ['result'] },
} as const

export type RecordTable = keyof typeof TABLES

/** The facts that `ids` name, by id; of an id that several tables have, the first table's. */
export async function listRecords(
  db: Reader,
  tables: readonly RecordTable[],
  ids: Iterable<string>,
): Promise<Map<string, FactRecord>> {
  const found = new Map<string, FactRecord>()
  const bySource = Map.groupBy(ids, (id) => id.slice(0, id.indexOf(':')))
  for (const table of tables) {
    for (const [source, own] of bySource) {
      const nativeIds = own.filter((id) => !found.has(id)).map((id) => id.slice(source.length + 1))
      await forEachChunk(nativeIds, async (chunk) => {
        for (const row of await listRows(db, table, source, chunk)) found.set(row.id, row)
      })
    }
  }
  return found
}

async function listRows(
  db: Reader,
  table: RecordTable,
  source: string,
  nativeIds: readonly string[],
): Promise<FactRecord[]> {
  const rows = await db
    .selectFrom(table)
    .selectAll()
    .where('source_id', '=', source)
    .where('native_id', 'in', nativeIds)
    .execute()
  return rows.map((row) => {
    const at = first(row, TABLES[table].at)
    return {
      id: `${source}:${row.native_id}`,
      at: at === null ? null : new Date(at),
      of: first(row, TABLES[table].of),
      says: first(row, TABLES[table].says),
    }
  })
}

function first(row: object, columns: readonly string[]): string | null {
  const values = columns.map((column) => Reflect.get(row, column))
  return values.find((value) => typeof value === 'string') ?? null
}
