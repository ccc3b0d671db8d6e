import type { Reader } from '#db/connection.ts'
import { withEvents } from '#db/environment-events.ts'
import type { Row } from '#db/schema.ts'

export interface ProvisioningRequest {
  readonly id: string
  readonly sourceId: string
  readonly teamId: string
  /** Null: not through a golden path. */
  readonly pathId: string | null
  /** What was asked for; null when the source does not say. */
  readonly target: string | null
  readonly requestedAt: Date
  /** Null: not usable yet, or never. */
  readonly usableAt: Date | null
  readonly result: Row<'provisioning_requests'>['result']
}

/** Every request for an environment, in the order in which they came. */
export async function listProvisioningRequests(db: Reader): Promise<ProvisioningRequest[]> {
  const rows = await db
    .selectFrom('provisioning_requests')
    .selectAll()
    .orderBy('requested_at')
    .orderBy('native_id')
    .execute()
  return rows.map(withEvents).map((row) => ({
    id: row.native_id,
    sourceId: row.source_id,
    teamId: row.team_id,
    pathId: row.path_id,
    target: row.target_key,
    requestedAt: new Date(row.requested_at),
    usableAt: row.usable_at === null ? null : new Date(row.usable_at),
    result: row.result,
  }))
}
