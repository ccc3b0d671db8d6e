import { noteChanges, type Touched } from '#db/changes-to-score.ts'
import { forEachChunk } from '#db/chunks.ts'
import type { Database } from '#db/connection.ts'
import type { Link } from '#db/link.ts'
import type { Row } from '#db/schema.ts'
import type { StoredRow } from '#db/statements.ts'
import { touchedBy } from '#db/touched.ts'

const PREFIX = 'environment/'

export const toTargetKey = (environment: string) => `${PREFIX}${environment}`

/** When the environments were created that requests ask for. */
export const requestEvents: Link = {
  reads: { provisioning_requests: ['target_key', 'requested_at', 'gone_at'] },
  relink: relinkRequests,
}

async function relinkRequests(db: Database, rows: readonly StoredRow[]): Promise<void> {
  const any = await db
    .selectFrom('environment_events')
    .select('native_id')
    .limit(1)
    .executeTakeFirst()
  if (any === undefined) return
  const targets = rows.map((row) => String(row['target_key'] ?? ''))
  await linkEnvironments(
    db,
    targets.flatMap((target) => (target.startsWith(PREFIX) ? target.slice(PREFIX.length) : [])),
  )
}

/**
 * Notes with the requests for `environments` when these were created, as far as events tell:
 * an event is of the last request that was made before it. `observed_at` of a request stays, since its
 * source told nothing new. Returns how many requests changed.
 */
export async function linkEnvironments(
  db: Database,
  environments: readonly string[],
): Promise<number> {
  const touched: Touched[] = []
  let changed = 0
  await forEachChunk([...new Set(environments)], async (chunk) => {
    for (const { request, createdAt } of await listDiffering(db, chunk)) {
      const told = { created_event_at: createdAt }
      await db
        .updateTable('provisioning_requests')
        .set(told)
        .where('source_id', '=', request.source_id)
        .where('native_id', '=', request.native_id)
        .execute()
      touched.push(...touchedBy('provisioning_requests', { ...request }, { ...request, ...told }))
      changed += 1
    }
  })
  await noteChanges(db, touched)
  return changed
}

/** Requests for `environments` of which events tell something else now. */
async function listDiffering(db: Database, environments: readonly string[]) {
  const events = await db
    .selectFrom('environment_events')
    .select(['environment', 'occurred_at'])
    .where('environment', 'in', environments)
    .orderBy('occurred_at')
    .execute()
  const requests = await db
    .selectFrom('provisioning_requests')
    .selectAll()
    .where('target_key', 'in', environments.map(toTargetKey))
    .where('gone_at', 'is', null)
    .orderBy('requested_at')
    .execute()
  const eventsOf = Map.groupBy(events, ({ environment }) => toTargetKey(environment))
  return [...Map.groupBy(requests, ({ target_key: target }) => target ?? '')].flatMap(
    ([target, own]) =>
      own
        .map((request) => {
          const next = own.find((one) => one.requested_at > request.requested_at)
          const span = { from: request.requested_at, until: next?.requested_at ?? null }
          return { request, createdAt: firstIn(eventsOf.get(target) ?? [], span) }
        })
        .filter(({ request, createdAt }) => request.created_event_at !== createdAt),
  )
}

/** When the first of `events`, oldest first, was between a request and the next one for the same. */
function firstIn(
  events: readonly Pick<Row<'environment_events'>, 'occurred_at'>[],
  { from, until }: { readonly from: string; readonly until: string | null },
): string | null {
  const first = events.find(({ occurred_at: at }) => at >= from)?.occurred_at ?? null
  return first !== null && (until === null || first < until) ? first : null
}

type Standing = Pick<
  Row<'provisioning_requests'>,
  'usable_at' | 'ended_at' | 'result' | 'created_event_at'
>

/**
 * A request with what events of its environment tell where its own source leaves it open: an
 * environment that was created "can be used to deploy services in".
 * https://github.com/cdevents/spec/blob/v0.5.1/continuous-deployment.md
 */
export function withEvents<R extends Standing>(request: R): R {
  const { created_event_at: createdAt, result } = request
  if (createdAt === null || (result !== 'open' && result !== 'usable')) return request
  const usableAt = request.usable_at ?? createdAt
  return {
    ...request,
    usable_at: usableAt,
    ended_at: request.ended_at ?? usableAt,
    result: 'usable',
  }
}
