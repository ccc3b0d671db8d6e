import { createHash } from 'node:crypto'
import { z } from 'zod'
import { readUntil, refuseFuture } from '#collectors/clock.ts'
import type {
  Collector,
  CollectorContext,
  Page,
  ScopeFailure,
  SourceRecord,
} from '#collectors/collector.ts'
import { saveToldOrInventory, type ToldIncident } from '#collectors/incidents.ts'
import { KeysetWalk } from '#collectors/keyset-walk.ts'
import { openPagerDuty, type PagerDutyClient } from '#collectors/pagerduty/client.ts'
import {
  type IncidentReading,
  incidentRecord,
  reduceIncident,
} from '#collectors/pagerduty/incidents.ts'
import { findRemoved, type Inventory, orInventory, readListing } from '#collectors/removed.ts'
import type { RestClientOptions } from '#collectors/rest.ts'
import { Instant } from '#lib/instant.ts'

/** Raised when the same account would be read differently: then everything is read again. */
const READING = 2

const DAY_MS = 24 * 60 * 60_000
/** How far behind the newest incident a later reading begins. */
const OVERLAP_MS = 10 * 60_000
/** PagerDuty takes half a year at once. */
const WINDOW_MS = 150 * DAY_MS
/** So long after its last change an incident is looked at again: its review comes late. */
const SETTLED_MS = 14 * DAY_MS

export interface PagerDutyCollectorOptions extends RestClientOptions, IncidentReading {
  /** How far back a first reading goes, in milliseconds. */
  readonly lookBackMs: number
}

/** Everything that is read is incidents. */
const SCOPE = 'entity:incidents'

/** Reads the incidents of an account of PagerDuty with their log, oldest first. */
export function pagerDutyCollector(
  options: PagerDutyCollectorOptions,
): Collector<ToldIncident | Inventory> {
  const { sourceId, baseUrl, lookBackMs, services, rules } = options
  return {
    sourceId,
    configuration: { reading: READING, baseUrl, lookBackMs, services, rules },
    record: orInventory(incidentRecord),
    async *fetch(cursors, context) {
      const cursor = Cursor.safeParse(cursors.get(SCOPE)).data ?? null
      refuseFuture(sourceId, cursor?.newest ?? null, context.now())
      const client = openPagerDuty(options, context)
      try {
        yield* readIncidents({ options, client, context, cursor }, cursors)
      } finally {
        await client.close()
      }
    },
    save: (tx, told, _page, observedAt) => saveToldOrInventory(tx, { sourceId, observedAt }, told),
  }
}

const Unsettled = z.object({
  id: z.string(),
  createdAt: z.string(),
  /** When nothing more is expected; null while it is not resolved. */
  settlesAt: z.string().nullable(),
  /** Of what the list tells of it. */
  hash: z.string(),
})
type Unsettled = z.output<typeof Unsettled>

const Cursor = z.object({
  /** How far back the first reading went. */
  since: z.string(),
  /** When the newest incident that was read was triggered; null before the first. */
  newest: z.string().nullable(),
  /** When the logs of all that is unsettled were read last, by our clock. */
  logsReadAt: z.string().nullable(),
  /** Incidents of which more is to come, by id. */
  unsettled: z.array(Unsettled),
})
type Cursor = z.output<typeof Cursor>

interface Run {
  readonly options: PagerDutyCollectorOptions
  readonly client: PagerDutyClient
  readonly context: CollectorContext
  readonly cursor: Cursor | null
}

async function* readIncidents(
  run: Run,
  cursors: ReadonlyMap<string, unknown>,
): AsyncGenerator<Page | ScopeFailure> {
  const reader = new Reader(run)
  for await (const incidents of listIncidents(run, reader.floor)) {
    yield* reader.read(incidents)
  }
  for (const id of reader.listOlder()) {
    const incident = await run.client.readIncident(id)
    if (incident === null) reader.forget(id)
    else yield* reader.read([incident])
  }
  yield reader.finish()
  const { options, client, context } = run
  yield* findRemoved(
    {
      sourceId: options.sourceId,
      scope: 'removed:incidents',
      words: { many: 'incidents', place: 'service' },
      since: reader.since,
      now: context.now(),
      list: () => readListing(listIncidents(run, new Date(reader.since)), Placed),
      isVisible: client.seesService,
    },
    cursors,
  )
}

const Placed = z
  .looseObject({
    id: z.string().regex(/^\w+$/),
    service: z.looseObject({ id: z.string().regex(/^\w+$/) }),
  })
  .transform(({ id, service }) => ({ id, place: service.id }))

/** Pages of incidents, by when they were triggered, in windows that PagerDuty takes. */
async function* listIncidents(
  { options, client, context }: Run,
  from: Date,
): AsyncGenerator<unknown[]> {
  const { sourceId } = options
  const walk = new KeysetWalk<number>({
    sourceId,
    name: 'PagerDuty',
    from,
    timeOf: (incident) => toDate(Listed.safeParse(incident).data?.created_at),
    versionOf: hashOf,
  })
  // The clock of the other side may be ahead.
  const end = context.now().getTime() + DAY_MS
  let until = from.getTime()
  while (until < end) {
    until = Math.min(end, walk.floor.getTime() + WINDOW_MS)
    while (!walk.isOver) {
      const page = await client.listIncidents(
        { since: walk.floor, until: new Date(until) },
        walk.place,
      )
      const fresh = walk.take(page)
      if (fresh.length > 0) yield fresh
    }
    walk.rise(new Date(until))
  }
}

const toDate = (instant: string | undefined) => (instant === undefined ? null : new Date(instant))

const Listed = z.looseObject({
  id: z.string().regex(/^\w+$/),
  created_at: Instant,
  status: z.string(),
  last_status_change_at: Instant.nullish(),
})
type Listed = z.output<typeof Listed>

const hashOf = (incident: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(incident) ?? '')
    .digest('hex')
    .slice(0, 16)

/** Makes the pages of a run, each with the cursor that it leaves. */
class Reader {
  /** From when on incidents are listed. */
  readonly floor: Date
  #cursor: Cursor
  #begins: boolean
  #readAt: Date | null = null
  readonly #run: Run
  readonly #listed = new Set<string>()
  readonly #known: ReadonlyMap<string, Unsettled>
  /** Whether logs are read also where nothing else changed. */
  readonly #isThorough: boolean

  constructor(run: Run) {
    const { context, options, cursor } = run
    const now = context.now()
    const since = cursor?.since ?? new Date(now.getTime() - options.lookBackMs).toISOString()
    this.#run = run
    this.#cursor = cursor ?? { since, newest: null, logsReadAt: null, unsettled: [] }
    this.#begins = cursor === null
    this.#known = new Map(this.#cursor.unsettled.map((one) => [one.id, one]))
    this.floor = toFloor(this.#cursor, now)
    const { logsReadAt } = this.#cursor
    const age = logsReadAt === null ? 0 : now.getTime() - Date.parse(logsReadAt)
    this.#isThorough = age >= DAY_MS || age < 0
  }

  /** Reads the logs of those of which something may be new. */
  async *read(incidents: readonly unknown[]): AsyncGenerator<Page> {
    const { context } = this.#run
    this.#lookAtClock()
    const records: SourceRecord[] = []
    for (const incident of incidents) {
      const { data } = Listed.safeParse(incident)
      if (data) this.#listed.add(data.id)
      const isKnown = data !== undefined && this.#known.get(data.id)?.hash === hashOf(incident)
      if (isKnown && !this.#isThorough) continue
      records.push(await this.#toRecord(incident, data))
    }
    this.#note(incidents)
    if (records.length === 0) return
    context.progress('incidents', this.#listed.size, null)
    yield this.#page(records, null)
  }

  /** Unsettled incidents that were triggered before what is listed. */
  listOlder(): string[] {
    return this.#cursor.unsettled.map(({ id }) => id).filter((id) => !this.#listed.has(id))
  }

  /** How far back the first reading went. */
  get since(): string {
    return this.#cursor.since
  }

  /** It is gone, or hidden: `findRemoved` tells. */
  forget(id: string): void {
    this.#cursor = {
      ...this.#cursor,
      unsettled: this.#cursor.unsettled.filter((one) => one.id !== id),
    }
  }

  finish(): Page {
    if (this.#isThorough || this.#cursor.logsReadAt === null) {
      this.#cursor = { ...this.#cursor, logsReadAt: this.#run.context.now().toISOString() }
    }
    return this.#page([], { from: new Date(this.#cursor.since), to: this.#lookAtClock() })
  }

  /** PagerDuty's clock when it answered first, or ours where that is behind. */
  #lookAtClock(): Date {
    this.#readAt ??= readUntil(this.#run.client.time(), this.#run.context.now())
    return this.#readAt
  }

  async #toRecord(incident: unknown, listed: Listed | undefined): Promise<SourceRecord> {
    const { client, options } = this.#run
    const entries = listed ? await client.listLogEntries(listed.id) : []
    const hasNotes = entries.some((entry) => Annotated.safeParse(entry).success)
    const notes = listed && hasNotes ? await client.listNotes(listed.id) : []
    return {
      position: `incident ${listed?.id ?? JSON.stringify(Numbered.safeParse(incident).data ?? {})}`,
      value: reduceIncident({ incident, entries, notes }, options),
    }
  }

  #note(incidents: readonly unknown[]): void {
    const now = this.#run.context.now().toISOString()
    const unsettled = new Map(this.#cursor.unsettled.map((one) => [one.id, one]))
    let { newest } = this.#cursor
    for (const incident of incidents) {
      const { data } = Listed.safeParse(incident)
      if (data === undefined) continue
      if (newest === null || data.created_at > newest) newest = data.created_at
      unsettled.set(data.id, toUnsettled(data, hashOf(incident)))
    }
    const kept = [...unsettled.values()].filter(
      ({ settlesAt }) => settlesAt === null || settlesAt > now,
    )
    const sorted = kept.toSorted((a, b) => a.id.localeCompare(b.id))
    this.#cursor = { ...this.#cursor, newest, unsettled: sorted }
  }

  #page(records: readonly SourceRecord[], covers: Page['covers']): Page {
    const begins = this.#begins
    this.#begins = false
    return { scope: SCOPE, records, cursor: this.#cursor, covers, begins }
  }
}

const Annotated = z.looseObject({ type: z.literal('annotate_log_entry') })
const Numbered = z.object({ incident_number: z.int() })

function toFloor({ since, newest }: Cursor, now: Date): Date {
  if (newest === null) return new Date(since)
  const floor = Math.min(Date.parse(newest) - OVERLAP_MS, now.getTime() - SETTLED_MS)
  return new Date(Math.max(floor, Date.parse(since)))
}

function toUnsettled(incident: Listed, hash: string): Unsettled {
  const { id, created_at: createdAt, status, last_status_change_at: changedAt } = incident
  const last = Date.parse(changedAt ?? createdAt)
  const settlesAt = status === 'resolved' ? new Date(last + SETTLED_MS).toISOString() : null
  return { id, createdAt, settlesAt, hash }
}
