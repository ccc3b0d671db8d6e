import { forEachChunk } from '#db/chunks.ts'
import type { Reader } from '#db/connection.ts'
import { withEvents } from '#db/environment-events.ts'
import type { Row } from '#db/schema.ts'

/** A stored fact as a reader sees it. */
export interface FactRecord {
  /** `source:native id`. */
  readonly id: string
  /** Null when its source does not say. */
  readonly at: Date | null
  /** The team, service or repository that it is of; null when its source names none. */
  readonly of: string | null
  /** The team, where that is what it is of. */
  readonly teamId: string | null
  /** What its source says of it: what it is, how it stands or ended. */
  readonly says: readonly string[]
  /** When it ended; null while it lasts, where nobody noted it, and for what has no length. */
  readonly endedAt: Date | null
  /** When the source no longer had it; null while it does. */
  readonly goneAt: Date | null
}

interface Told {
  /** Of the columns that say when, of what and until when the first that is not null. */
  readonly at: readonly string[]
  readonly of: readonly string[]
  readonly ended?: readonly string[]
  /** All that are not null. */
  readonly says: readonly string[]
}

const TABLES = {
  tickets: {
    at: ['opened_at'],
    of: ['team_id'],
    says: ['type', 'severity', 'status_category'],
    ended: ['resolved_at'],
  },
  activities: { at: ['occurred_at'], of: ['service_id', 'team_id'], says: ['result'] },
  deployments: { at: ['finished_at', 'created_at'], of: ['service_id'], says: ['outcome'] },
  changes: { at: ['merged_at'], of: ['service_id', 'repository_id'], says: [] },
  provisioning_requests: {
    at: ['requested_at'],
    of: ['team_id'],
    says: ['result'],
    ended: ['usable_at'],
  },
  path_attempts: {
    at: ['started_at'],
    of: ['team_id'],
    says: ['cause_code', 'result'],
    ended: ['ended_at'],
  },
  incidents: {
    at: ['started_at', 'detected_at'],
    of: ['service_id'],
    says: ['caused_by_deployment_id'],
    ended: ['restored_at'],
  },
  steps: {
    at: ['started_at'],
    of: ['change_sha'],
    says: ['kind', 'actor_group'],
    ended: ['ended_at'],
  },
  policy_evidence: { at: ['produced_at'], of: ['subject_id'], says: ['result'] },
} as const satisfies Readonly<Record<string, Told>>

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
  const stored = await db
    .selectFrom(table)
    .selectAll()
    .where('source_id', '=', source)
    .where('native_id', 'in', nativeIds)
    .execute()
  const rows =
    table === 'provisioning_requests'
      ? stored.map((row) => withEvents(row as Row<'provisioning_requests'>)) // The table says so.
      : stored
  const told: Told = TABLES[table]
  return rows.map((row) => ({
    id: `${source}:${row.native_id}`,
    at: toInstant(textsOf(row, told.at)),
    of: textsOf(row, told.of)[0] ?? null,
    teamId: told.of[0] === 'team_id' ? (textsOf(row, ['team_id'])[0] ?? null) : null,
    says: textsOf(row, told.says),
    endedAt: toInstant(textsOf(row, told.ended ?? [])),
    goneAt: toInstant(textsOf(row, ['gone_at'])),
  }))
}

const toInstant = ([text]: readonly string[]) => (text === undefined ? null : new Date(text))

function textsOf(row: object, columns: readonly string[]): string[] {
  const values = columns.map((column): unknown => Reflect.get(row, column))
  return values.filter((value) => typeof value === 'string')
}
