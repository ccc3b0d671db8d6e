import type { ExpressionBuilder } from 'kysely'
import { forEachChunk } from '#db/chunks.ts'
import type { Reader } from '#db/connection.ts'
import { withEvents } from '#db/environment-events.ts'
import { isPublished } from '#db/published.ts'
import type { Row, Schema } from '#db/schema.ts'
import { firstOf } from '#lib/order.ts'
import type { Period } from '#lib/period.ts'

/**
 * Everything that was ever asked of a path or tried on it, also what was removed at its source; with
 * those of the support requests that may be about it that were opened in a period, and those that name
 * a provisioning request. `resolvedSince`: when the first was resolved of which that is known.
 */
export async function listPathCases(db: Reader, pathId: string, opened: Period | null) {
  const requests = await db
    .selectFrom('provisioning_requests')
    .selectAll()
    .where('path_id', '=', pathId)
    .execute()
  return {
    requests: requests.map(withEvents),
    steps: await listSteps(
      db,
      requests.map(({ native_id }) => native_id),
    ),
    attempts: await db
      .selectFrom('path_attempts')
      .select([
        'source_id',
        'native_id',
        'team_id',
        'started_at',
        'ended_at',
        'result',
        'cause_code',
        'gone_at',
      ])
      .where('path_id', '=', pathId)
      .execute(),
    tickets: opened === null ? [] : await listTickets(db, pathId, opened),
    resolvedSince: opened === null ? null : await firstResolved(db, pathId),
    exceptions: await db
      .selectFrom('exceptions')
      .select(['source_id', 'native_id', 'requested_at', 'decided_at', 'decision'])
      .where('path_id', '=', pathId)
      .execute(),
    services: await db
      .selectFrom('services')
      .select(['id', 'created_at', 'created_via', 'off_path_option_existed', 'forced'])
      .execute(),
  }
}

type OfTickets = ExpressionBuilder<Schema, 'tickets'>

/** About the path, and those that nobody has attributed to one. */
const aroundPath = (pathId: string) => [
  (eb: OfTickets) => eb('path_id', '=', pathId),
  (eb: OfTickets) => eb('path_id', 'is', null),
]

async function listTickets(db: Reader, pathId: string, { from, to }: Period) {
  const [first, end] = [from.toISOString(), to.toISOString()]
  const found = []
  // Each of them finds its rows by an index, which one query for all would not.
  for (const of of aroundPath(pathId)) {
    const own = () => selectTickets(db).where(of)
    const opened = own().where('opened_at', '>=', first).where('opened_at', '<', end)
    const linked = await own().where('linked_request_id', 'is not', null).execute()
    const others = linked.filter(({ opened_at: at }) => at < first || at >= end)
    found.push(...(await opened.execute()), ...others)
  }
  return found
}

const selectTickets = (db: Reader) =>
  db
    .selectFrom('tickets')
    .select([
      'source_id',
      'native_id',
      'team_id',
      'path_id',
      'type',
      'status_category',
      'opened_at',
      'resolved_at',
      'opened_by_group',
      'bot',
      'linked_request_id',
      'session_count',
      'platform_people_count',
      'executed_by',
      'both_sides_changed',
      'co_design',
      'gone_at',
    ])

async function firstResolved(db: Reader, pathId: string): Promise<string | null> {
  const resolved = db
    .selectFrom('tickets')
    .select('resolved_at')
    .where('gone_at', 'is', null)
    .where('resolved_at', 'is not', null)
    .orderBy('resolved_at')
    .limit(1)
  // One question for each, so that an index answers it.
  const [own] = await resolved.where('path_id', '=', pathId).execute()
  const [unattributed] = await resolved.where('path_id', 'is', null).execute()
  return firstOf([own?.resolved_at, unattributed?.resolved_at])
}

async function listSteps(db: Reader, requestIds: readonly string[]): Promise<Row<'steps'>[]> {
  const steps: Row<'steps'>[] = []
  await forEachChunk(requestIds, async (ids) => {
    steps.push(
      ...(await db.selectFrom('steps').selectAll().where('request_id', 'in', ids).execute()),
    )
  })
  return steps
}

/**
 * The state of every team of a path at every week end, as readers see it; with `isWriter` as the last run
 * left it, published or not.
 */
export function listTrails(
  db: Reader,
  pathId: string,
  { isWriter = false }: { readonly isWriter?: boolean } = {},
) {
  const query = db
    .selectFrom('adoption_states')
    .select(['team_id', 'week_end', 'state'])
    .where('path_id', '=', pathId)
  return (isWriter ? query.where('to_run', 'is', null) : query.where(isPublished)).execute()
}
