import { argoCdNotification } from '#collectors/argocd/notification.ts'
import { sentReader } from '#collectors/events/reader.ts'
import type { EventTickets } from '#collectors/events/tickets.ts'
import { fluxEvent } from '#collectors/flux/event.ts'
import type { HeardOptions } from '#collectors/github/save-heard.ts'
import { webhookReader } from '#collectors/github/webhooks.ts'
import { receivedCollector } from '#collectors/received.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { insertReceived, type SentEvent } from '#db/received-events.ts'
import { TIER_RULES } from '#lib/environment-tier.ts'
import type { CollectOptions } from '#test/collectors/acceptance.ts'

/** When tests read what was sent, unless they say otherwise. */
const READ_AT = new Date('2026-06-01T12:00:00Z')

/** Keeps CloudEvents for the source `ci`, as the route does. */
export const sendCloudEvents = (
  db: Database,
  events: readonly { readonly id: string; readonly source: string; readonly type: string }[],
) =>
  send(
    db,
    events.map((event) => ({
      source_id: 'ci',
      event_id: JSON.stringify([event.source, event.id]),
      kind: 'cloudevent',
      type: event.type,
      body: JSON.stringify(event),
    })),
  )

/** Keeps rows of an entity for the source `ci`. */
export const sendRows = (
  db: Database,
  type: string,
  rows: readonly object[],
  key: string = crypto.randomUUID(),
) =>
  send(db, [
    {
      source_id: 'ci',
      event_id: `key ${type} ${key}`,
      kind: 'rows',
      type,
      body: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    },
  ])

/** Keeps what a tool told for the source `ci`, one body after the other. */
export const sendToolEvents = (db: Database, tool: 'flux' | 'argocd', bodies: readonly object[]) =>
  send(
    db,
    bodies.map((body) => ({
      source_id: 'ci',
      event_id: `${tool} ${JSON.stringify(body)}`,
      kind: tool,
      type: tool,
      body: JSON.stringify(body),
    })),
  )

/** Keeps a delivery of GitHub for the source `gh-events`. */
export const sendDelivery = (db: Database, type: string, payload: unknown) =>
  send(db, [
    {
      source_id: 'gh-events',
      event_id: crypto.randomUUID(),
      kind: 'github',
      type,
      body: JSON.stringify(payload),
    },
  ])

const send = (db: Database, events: readonly SentEvent[]) =>
  db.transaction().execute((tx) => insertReceived(tx, events, READ_AT))

const toContext = ({ now = READ_AT, signal = new AbortController().signal }: CollectOptions) => ({
  now: () => now,
  signal,
  progress: () => {},
})

interface ReadOptions extends CollectOptions {
  readonly covers?: Readonly<Record<string, string>>
  readonly hasArgoCd?: boolean
  readonly tickets?: EventTickets | null
}

const NAMING = { names: '{service}-{environment}', environments: TIER_RULES }

const FLUX = { event: fluxEvent, sourceId: 'ci', naming: NAMING }

const ARGO_CD = {
  event: argoCdNotification({ labels: {}, bots: new Set(), address: null }),
  sourceId: 'argo',
  naming: NAMING,
}

/** Reads what was sent for `ci`. */
export function readSent(
  db: Database,
  { covers = {}, hasArgoCd = true, tickets = null, guard, ...options }: ReadOptions = {},
): Promise<RunOutcome> {
  const tools = { flux: FLUX, ...(hasArgoCd && { argocd: ARGO_CD }) }
  const reader = sentReader({ sourceId: 'ci', tiers: TIER_RULES, tickets, tools })
  const received = { sourceId: 'ci', configuration: {}, reader, covers }
  return runCollector(db, receivedCollector(db, received), toContext(options), guard)
}

const HEARD: HeardOptions = {
  heardBy: 'gh-events',
  sourceId: 'gh',
  baseUrl: 'https://api.github.com',
  environments: TIER_RULES,
  tickets: { repositories: ['*'], labels: [], categories: [], platformTeam: [] },
  bots: [],
}

/** Reads the deliveries that came for `gh-events`. */
export function readDeliveries(
  db: Database,
  { guard, ...options }: CollectOptions & Partial<HeardOptions> = {},
): Promise<RunOutcome> {
  const reader = webhookReader({ ...HEARD, ...options })
  const received = { sourceId: 'gh-events', configuration: {}, reader }
  return runCollector(db, receivedCollector(db, received), toContext(options), guard)
}

/** What became of each event, in the order in which they came. */
export async function listOutcomes(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('received_events')
    .select(['outcome', 'reason'])
    .orderBy('sequence')
    .execute()
  return rows.map(({ outcome, reason }) => [outcome, reason].filter(Boolean).join(': '))
}
