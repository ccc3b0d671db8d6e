import { createHash } from 'node:crypto'
import { CompiledQuery } from 'kysely'
import { among, forEachChunk } from '#db/chunks.ts'
import type { Database, Reader } from '#db/connection.ts'
import type { NewRow, Row } from '#db/schema.ts'
import { getCached, toParameters, toStatementSize } from '#db/statements.ts'

/** What somebody sent. */
export type SentEvent = Pick<Row<'received_events'>, 'source_id' | 'event_id' | 'kind' | 'type'> & {
  readonly body: string
}

/** Keeps what was sent, in this order; what was sent before under the same id stays. Returns how many are new. */
export async function insertReceived(
  tx: Database,
  sent: readonly SentEvent[],
  receivedAt: Date,
): Promise<number> {
  const { last } = await tx
    .selectFrom('received_events')
    .select((eb) => eb.fn.max('sequence').as('last'))
    .executeTakeFirstOrThrow()
  const rows = sent.map((event, index) => ({
    ...event,
    body_hash: toBodyHash(event.body),
    sequence: Number(last ?? 0) + index + 1,
    received_at: receivedAt.toISOString(),
  }))
  let added = 0
  for (let start = 0; start < rows.length; ) {
    const count = toStatementSize(rows.length - start)
    const chunk = rows.slice(start, start + count)
    const sql = getCached(tx, `receive ${count}`, () => compileInsert(tx, count))
    const result = await tx.executeQuery(CompiledQuery.raw(sql, toParameters(chunk, COLUMNS)))
    added += Number(result.numAffectedRows ?? 0n)
    start += count
  }
  return added
}

const COLUMNS = [
  'source_id',
  'event_id',
  'kind',
  'type',
  'body',
  'body_hash',
  'sequence',
  'received_at',
] as const satisfies readonly (keyof NewRow<'received_events'>)[]

function compileInsert(db: Database, count: number): string {
  // Only the names of the columns matter here.
  const row = Object.fromEntries(COLUMNS.map((column) => [column, '']))
  return db
    .insertInto('received_events')
    .values(Array.from({ length: count }, () => row) as never)
    .onConflict((conflict) => conflict.columns(['source_id', 'event_id']).doNothing())
    .compile().sql
}

export const toBodyHash = (body: string) => createHash('sha256').update(body).digest('hex')

/** The hash of the body that came under this id; undefined when none did. */
export async function findBodyHash(
  db: Reader,
  sourceId: string,
  eventId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('received_events')
    .select('body_hash')
    .where('source_id', '=', sourceId)
    .where('event_id', '=', eventId)
    .executeTakeFirst()
  return row?.body_hash
}

/** How many events of a source wait to be read. */
export async function countWaiting(db: Reader, sourceId: string): Promise<number> {
  const { count } = await db
    .selectFrom('received_events')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('source_id', '=', sourceId)
    .where('settled_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Sources for which something waits, by id. */
export async function listWaitingSources(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('received_events')
    .select('source_id')
    .distinct()
    .where('settled_at', 'is', null)
    .orderBy('source_id')
    .execute()
  return rows.map(({ source_id }) => source_id)
}

/** An event whose body is still there. */
export type KeptEvent = Pick<Row<'received_events'>, 'sequence' | 'event_id' | 'kind' | 'type'> & {
  readonly body: string
}

interface Stretch {
  readonly sourceId: string
  /** Only those that came later. */
  readonly after: number
  /** Those that were refused, too. */
  readonly refusedToo: boolean
  readonly limit: number
  /** Ends before the event with which the bodies would be longer; at least one is returned. */
  readonly mostCharacters: number
}

/** The next events to be read, in the order in which they came. */
export async function listKeptEvents(
  db: Reader,
  { sourceId, after, refusedToo, limit, mostCharacters }: Stretch,
): Promise<KeptEvent[]> {
  let query = db
    .selectFrom('received_events')
    .select(['sequence', (eb) => eb.fn<number>('length', ['body']).as('size')])
    .where('source_id', '=', sourceId)
    .where('sequence', '>', after)
    .where('body', 'is not', null)
  if (!refusedToo) query = query.where('settled_at', 'is', null)
  const sizes = await query.orderBy('sequence').limit(limit).execute()
  let total = 0
  const fitting = sizes.filter(({ size }, index) => {
    total += Number(size)
    return index === 0 || total <= mostCharacters
  })
  const last = fitting.at(-1)
  if (last === undefined) return []
  let found = db
    .selectFrom('received_events')
    .select(['sequence', 'event_id', 'kind', 'type', 'body'])
    .where('source_id', '=', sourceId)
    .where('sequence', '>', after)
    .where('sequence', '<=', last.sequence)
    .where('body', 'is not', null)
  if (!refusedToo) found = found.where('settled_at', 'is', null)
  const rows = await found.orderBy('sequence').execute()
  return rows.flatMap(({ body, ...row }) => (body === null ? [] : { ...row, body }))
}

/** What became of an event. */
export interface Settlement {
  readonly sequence: number
  readonly outcome: 'stored' | 'ignored' | 'refused'
  readonly reason: string | null
  readonly subject: string | null
  readonly occurredAt: string | null
}

/** Notes what became of events, in the transaction that stores their facts; only what was refused keeps its body. */
export async function settleEvents(
  tx: Database,
  sourceId: string,
  settlements: readonly Settlement[],
  at: Date,
): Promise<void> {
  for (const alike of Map.groupBy(settlements, toFate).values()) {
    const { outcome, reason, subject, occurredAt } = alike[0] as Settlement // No group is empty.
    const fate = { settled_at: at.toISOString(), outcome, reason, subject, occurred_at: occurredAt }
    await forEachChunk(alike, (chunk) =>
      tx
        .updateTable('received_events')
        .set({ ...fate, ...(outcome !== 'refused' && { body: null }) })
        .where('source_id', '=', sourceId)
        .where(
          'sequence',
          'in',
          chunk.map(({ sequence }) => sequence),
        )
        .execute(),
    )
  }
}

const toFate = ({ outcome, reason, subject, occurredAt }: Settlement) =>
  JSON.stringify([outcome, reason, subject, occurredAt])

/** Whether an event about the same that happened later was settled before. */
export async function isOvertaken(
  db: Reader,
  { sourceId, subject, occurredAt }: { sourceId: string; subject: string; occurredAt: string },
): Promise<boolean> {
  const later = await db
    .selectFrom('received_events')
    .select('sequence')
    .where('source_id', '=', sourceId)
    .where('subject', '=', subject)
    .where('occurred_at', '>', occurredAt)
    .executeTakeFirst()
  return later !== undefined
}

/** When the latest settled event about `subject` happened whose type begins with `type`; null without one. */
export async function findLatestOf(
  db: Reader,
  { sourceId, subject, type }: { sourceId: string; subject: string; type: string },
): Promise<string | null> {
  const { at } = await db
    .selectFrom('received_events')
    .select((eb) => eb.fn.max('occurred_at').as('at'))
    .where('source_id', '=', sourceId)
    .where('subject', '=', subject)
    .where('type', 'like', `${type}%`)
    .executeTakeFirstOrThrow()
  return at
}

export interface OutcomeCount {
  /** Null: it waits. */
  readonly outcome: Settlement['outcome'] | null
  readonly reason: string | null
  readonly count: number
}

/** What became of the events of a source that are still remembered, the most frequent first. */
export async function countOutcomes(db: Reader, sourceId: string): Promise<OutcomeCount[]> {
  const rows = await db
    .selectFrom('received_events')
    .select(['outcome', 'reason', (eb) => eb.fn.countAll<number>().as('count')])
    .where('source_id', '=', sourceId)
    .groupBy(['outcome', 'reason'])
    .orderBy('count', 'desc')
    .orderBy('outcome')
    .orderBy('reason')
    .execute()
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

const MOST_FORGOTTEN = 10_000

/**
 * Forgets the oldest events that came before `before`: from then on the same one would be new. What
 * waits is kept as long as somebody reads it, which are the sources of `read`. The newest event of all
 * stays, so that no later one gets a number that was used before.
 */
export async function forgetReceived(
  db: Database,
  { before, read }: { readonly before: Date; readonly read: readonly string[] },
): Promise<void> {
  const oldest = db
    .selectFrom('received_events')
    .select(['sequence', 'received_at'])
    .where((eb) =>
      eb.or([eb('settled_at', 'is not', null), eb('source_id', 'not in', among(read))]),
    )
    .orderBy('sequence')
    .limit(MOST_FORGOTTEN)
  await db
    .deleteFrom('received_events')
    .where('sequence', 'in', (eb) =>
      eb
        .selectFrom(oldest.as('oldest'))
        .select('oldest.sequence')
        .where('oldest.received_at', '<', before.toISOString()),
    )
    .where('sequence', '<', (eb) =>
      eb
        .selectFrom('received_events as newest')
        .select(({ fn }) => fn.max('newest.sequence').as('sequence')),
    )
    .execute()
}
