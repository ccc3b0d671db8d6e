import { z } from 'zod'
import type { Collector, CollectorContext, Page } from '#collectors/collector.ts'
import type { Database, Reader } from '#db/connection.ts'
import {
  type KeptEvent,
  listKeptEvents,
  type Settlement,
  settleEvents,
} from '#db/received-events.ts'
import { SourceError } from '#lib/errors.ts'

/** What an event says; or why it says nothing that is stored. */
export type Told<Fact> =
  | { readonly ignored: string }
  | {
      readonly fact: Fact
      /** What it is about and when it happened, where an older event must not follow a newer one. */
      readonly about?: { readonly subject: string; readonly occurredAt: string }
    }

/** A fact that was stored, or the reason why it was not. */
export interface Stored {
  readonly changed: number
  /** Null: it was stored. */
  readonly ignored: string | null
}

/** How the events of a source are read and stored. */
export interface EventReader<Fact> {
  /** The scope of an event: a page has one. */
  readonly toScope: (event: Pick<KeptEvent, 'kind' | 'type'>) => string
  /** Reads an event; what it refuses is put aside with the reason. */
  readonly event: z.ZodType<Told<Fact>, KeptEvent>
  /** Stores facts of one scope in the order in which they came; the answer has one entry for each. */
  readonly save: (
    tx: Database,
    facts: readonly ToldFact<Fact>[],
    page: Pick<Page, 'scope'>,
    observedAt: Date,
  ) => Promise<readonly Stored[]>
}

export type ToldFact<Fact> = Extract<Told<Fact>, { readonly fact: unknown }>

interface ReceivedSource<Fact> {
  readonly sourceId: string
  /** JSON of everything that decides how events are read. */
  readonly configuration: unknown
  readonly reader: EventReader<Fact>
  /** Instants since when everything of an entity is sent. */
  readonly covers?: Readonly<Record<string, string>>
}

interface ReadEvent<Fact> {
  readonly sequence: number
  readonly told: Told<Fact>
}

const MOST_EVENTS = 500
const MOST_CHARACTERS = 8 << 20

/**
 * Reads what was sent for a source and waits. An event is settled in the transaction that stores
 * what it says, so each counts once. A reading from the beginning takes what was refused once more.
 */
export function receivedCollector<Fact>(
  db: Reader,
  { sourceId, configuration, reader, covers = {} }: ReceivedSource<Fact>,
): Collector<ReadEvent<Fact>> {
  const record = z.custom<KeptEvent>().transform((kept, context): ReadEvent<Fact> => {
    const told = passIssues(reader.event.safeParse(kept), context)
    return { sequence: kept.sequence, told }
  })
  return {
    sourceId,
    configuration: { kind: 'received', covers, of: configuration },
    fetch: (cursors, context) => fetchReceived(db, { sourceId, reader, covers }, cursors, context),
    record,
    save: (tx, read, page, observedAt) =>
      saveReceived(tx, { sourceId, reader, page, observedAt }, read),
  }
}

/** What was parsed; its faults become those of the record that it is a part of. */
export function passIssues<Output>(
  { data, error }: z.ZodSafeParseResult<Output>,
  context: z.RefinementCtx,
): Output {
  if (error === undefined) return data
  for (const { message, path } of error.issues) {
    context.addIssue({ code: 'custom', message, path: [...path] })
  }
  return z.NEVER
}

/** What stands in quarantine of an event: a body may name people. */
const toRecord = (event: KeptEvent) => ({
  position: `event ${event.sequence}`,
  value: { ...event, toJSON: () => ({ type: event.type, id: event.event_id }) },
})

async function* fetchReceived<Fact>(
  db: Reader,
  { sourceId, reader, covers = {} }: Pick<ReceivedSource<Fact>, 'sourceId' | 'reader' | 'covers'>,
  cursors: ReadonlyMap<string, unknown>,
  { now, signal, progress }: CollectorContext,
): AsyncGenerator<Page> {
  // Taken first: what comes later may not have been read.
  const readAt = now()
  const refusedToo = cursors.size === 0
  const begun = new Set<string>()
  let read = 0
  for (let after = 0; ; ) {
    if (signal.aborted) throw new SourceError(sourceId, 'stopped; the next run goes on')
    const events = await listKeptEvents(db, {
      sourceId,
      after,
      refusedToo,
      limit: MOST_EVENTS,
      mostCharacters: MOST_CHARACTERS,
    })
    for (const [scope, own] of cutByScope(events, reader.toScope)) {
      after = own.at(-1)?.sequence ?? after
      const page = { scope, records: own.map(toRecord), cursor: { settled: after }, covers: null }
      yield { ...page, begins: refusedToo && !begun.has(scope) }
      begun.add(scope)
      read += own.length
      progress('events', read, null)
    }
    if (events.length === 0) break
  }
  for (const [entity, from] of Object.entries(covers)) {
    const covered = { from: new Date(from), to: readAt }
    yield { scope: `entity:${entity}`, records: [], cursor: { heard: readAt }, covers: covered }
  }
}

/** Cuts a row of events where the scope changes: their order stays. */
function cutByScope(
  events: readonly KeptEvent[],
  toScope: EventReader<unknown>['toScope'],
): [string, KeptEvent[]][] {
  const parts: [string, KeptEvent[]][] = []
  for (const event of events) {
    const scope = toScope(event)
    const last = parts.at(-1)
    if (last?.[0] === scope) last[1].push(event)
    else parts.push([scope, [event]])
  }
  return parts
}

async function saveReceived<Fact>(
  tx: Database,
  {
    sourceId,
    reader,
    page,
    observedAt,
  }: {
    readonly sourceId: string
    readonly reader: EventReader<Fact>
    readonly page: Pick<Page, 'scope' | 'records'>
    readonly observedAt: Date
  },
  read: readonly ReadEvent<Fact>[],
): Promise<number> {
  const telling = read.flatMap(({ sequence, told }) => ('fact' in told ? [{ sequence, told }] : []))
  const facts = telling.map(({ told }) => told)
  const stored = facts.length === 0 ? [] : await reader.save(tx, facts, page, observedAt)
  const settled = new Map<number, Settlement>()
  for (const { sequence, told } of read) {
    if ('ignored' in told) settled.set(sequence, toSettlement(sequence, 'ignored', told.ignored))
  }
  for (const [index, { sequence, told }] of telling.entries()) {
    const reason = stored[index]?.ignored ?? null
    const settlement = toSettlement(sequence, reason === null ? 'stored' : 'ignored', reason)
    const about = reason === null ? told.about : undefined
    settled.set(sequence, {
      ...settlement,
      subject: about?.subject ?? null,
      occurredAt: about?.occurredAt ?? null,
    })
  }
  const sequences = page.records.map(({ value }) => (value as KeptEvent).sequence) // As fetched.
  const all = sequences.map((one) => settled.get(one) ?? toSettlement(one, 'refused', null))
  await settleEvents(tx, sourceId, all, observedAt)
  return stored.reduce((sum, { changed }) => sum + changed, 0)
}

const toSettlement = (
  sequence: number,
  outcome: Settlement['outcome'],
  reason: string | null,
): Settlement => ({ sequence, outcome, reason, subject: null, occurredAt: null })
