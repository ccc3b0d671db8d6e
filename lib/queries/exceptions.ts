import { z } from 'zod'
import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'
import { wholeDaysBetween } from '#lib/period.ts'

/** Where an exception stands at a moment; it is active until it is closed, also past its expiry. */
export type ExceptionState =
  | 'requested'
  | 'active'
  | 'overdue'
  | 'rejected'
  | 'withdrawn'
  | 'closed'

export interface Exception {
  readonly id: string
  readonly sourceId: string
  readonly teamId: string
  readonly pathId: string
  readonly scope: 'full' | 'partial'
  /** The services of a partial exception. */
  readonly serviceIds: readonly string[]
  readonly gapCode: string | null
  readonly reason: string | null
  /** A team or role, never a person. */
  readonly owner: string | null
  readonly requestedAt: Date | null
  readonly expiresOn: Date | null
  /** When it was closed; null while it is not. */
  readonly closedAt: Date | null
  readonly renewals: number
  readonly closeReason: string | null
  readonly roadmapItemId: string | null
  readonly state: ExceptionState
}

const ServiceIds = z.array(z.string())

/**
 * Exceptions known at `asOf`, of one path or team when named: open ones first, then by team and
 * by the day of the request.
 */
export async function listExceptions(
  db: Reader,
  { asOf, pathId, teamId }: { asOf: Date; pathId?: string; teamId?: string },
): Promise<Exception[]> {
  let query = db
    .selectFrom('exceptions')
    .selectAll()
    .where((eb) =>
      eb.or([eb('requested_at', 'is', null), eb('requested_at', '<', asOf.toISOString())]),
    )
  if (pathId !== undefined) query = query.where('path_id', '=', pathId)
  if (teamId !== undefined) query = query.where('team_id', '=', teamId)
  const rows = await query.orderBy('team_id').orderBy('requested_at').orderBy('native_id').execute()
  return rows.map((row) => toException(row, asOf)).toSorted((a, b) => rank(a) - rank(b))
}

const OPEN_FIRST: readonly ExceptionState[] = ['overdue', 'active', 'requested']
function rank({ state }: Exception): number {
  const place = OPEN_FIRST.indexOf(state)
  return place < 0 ? OPEN_FIRST.length : place
}

function toException(row: Row<'exceptions'>, asOf: Date): Exception {
  return {
    id: row.native_id,
    sourceId: row.source_id,
    teamId: row.team_id,
    pathId: row.path_id,
    scope: row.scope,
    serviceIds: ServiceIds.parse(JSON.parse(row.service_ids)),
    gapCode: row.gap_code,
    reason: row.reason,
    owner: row.owner,
    requestedAt: row.requested_at === null ? null : new Date(row.requested_at),
    expiresOn: row.expires_on === null ? null : new Date(row.expires_on),
    closedAt:
      row.closed_at === null || row.closed_at > asOf.toISOString() ? null : new Date(row.closed_at),
    renewals: row.renewals,
    closeReason: row.close_reason,
    roadmapItemId: row.roadmap_item_id,
    state: stateAt(row, asOf),
  }
}

function stateAt(row: Row<'exceptions'>, asOf: Date): ExceptionState {
  const at = asOf.toISOString()
  if (row.closed_at !== null && row.closed_at <= at) return 'closed'
  if (row.decision === null || (row.decided_at !== null && row.decided_at > at)) return 'requested'
  if (row.decision !== 'approved') return row.decision
  return hasPassed(row.expires_on, asOf) ? 'overdue' : 'active'
}

/** Whether a day is over; an exception lasts through the day on which it expires. */
const hasPassed = (day: string | null, at: Date) =>
  day !== null && wholeDaysBetween(new Date(day), at) > 0
