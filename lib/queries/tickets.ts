import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'
import type { Period } from '#lib/period.ts'

export interface Ticket {
  readonly id: string
  readonly sourceId: string
  /** Null: the source does not say who asked. */
  readonly teamId: string | null
  /** Null: nobody has said what it is about. */
  readonly pathId: string | null
  /** As the source spells it. */
  readonly type: string | null
  readonly openedAt: Date
  /** Null while it is open, or when nobody noted it. */
  readonly resolvedAt: Date | null
  readonly status: Row<'tickets'>['status_category']
  /** When the source no longer had it; null while it does. */
  readonly goneAt: Date | null
}

/** Every request to the platform that was opened in [from, to), also what was removed at its source since. */
export async function listTickets(db: Reader, { from, to }: Period): Promise<Ticket[]> {
  const rows = await db
    .selectFrom('tickets')
    .selectAll()
    .where('opened_at', '>=', from.toISOString())
    .where('opened_at', '<', to.toISOString())
    .orderBy('opened_at')
    .orderBy('native_id')
    .execute()
  return rows.map((row) => ({
    id: row.native_id,
    sourceId: row.source_id,
    teamId: row.team_id,
    pathId: row.path_id,
    type: row.type,
    openedAt: new Date(row.opened_at),
    resolvedAt: row.resolved_at === null ? null : new Date(row.resolved_at),
    status: row.status_category,
    goneAt: row.gone_at === null ? null : new Date(row.gone_at),
  }))
}
