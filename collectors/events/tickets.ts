import { z } from 'zod'
import type { Stored, ToldFact } from '#collectors/received.ts'
import type { Database } from '#db/connection.ts'
import { findFact, upsertFacts } from '#db/facts.ts'
import { findLatestOf, isOvertaken } from '#db/received-events.ts'
import type { Row } from '#db/schema.ts'
import { isAmong } from '#lib/rules.ts'
import { applyRules, type EventTicketRule, type TicketSaying } from '#lib/ticket-rules.ts'

/** Which tickets ask the platform, and what they are about. */
export interface EventTickets {
  readonly groups: readonly string[]
  readonly labels: readonly string[]
  readonly rules: readonly EventTicketRule[]
}

/** What an event of a ticket tells: without its people and its text. */
export interface EventTicket {
  readonly kind: 'ticket'
  readonly key: string
  readonly moment: 'created' | 'updated' | 'closed'
  readonly at: string
  readonly said: TicketSaying
  readonly bot: boolean
}

// https://github.com/cdevents/spec/blob/v0.5.1/continuous-operations.md
export const TicketContent = z.object({
  summary: z.string().optional(),
  group: z.string().optional(),
  creator: z.string().optional(),
  priority: z.string().optional(),
  labels: z.array(z.string()).optional(),
})
type TicketContent = z.output<typeof TicketContent>

/** Null: by the configuration it does not ask the platform. */
export function understandTicket(
  { summary = '', group, creator = '', priority, labels = [] }: TicketContent,
  { groups, labels: wanted, rules }: EventTickets,
): Pick<EventTicket, 'said' | 'bot'> | null {
  const isOfGroup = groups.some((one) => isAmong([group ?? ''], one))
  const hasLabel = wanted.some((one) => isAmong(labels, one))
  if (groups.length + wanted.length > 0 && !isOfGroup && !hasLabel) return null
  return {
    said: applyRules(rules, { title: summary, labels, priority }),
    bot: /\[bot\]$/.test(creator),
  }
}

const CLOSED = 'dev.cdevents.ticket.closed.'

/**
 * Stores tickets, in whatever order their events come: of those that come before the one that tells
 * when a ticket was opened the time is remembered. What a ticket is about is what its latest event says.
 */
export async function saveEventTickets(
  tx: Database,
  tickets: readonly ToldFact<EventTicket>[],
  saving: { readonly sourceId: string; readonly observedAt: Date },
): Promise<Stored[]> {
  const stored = new Map<ToldFact<EventTicket>, Stored>()
  // Without its beginning nothing of a ticket can be stored.
  const rank = ({ fact }: ToldFact<EventTicket>) => `${fact.moment !== 'created'} ${fact.at}`
  for (const told of tickets.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))) {
    stored.set(told, { changed: await saveTicket(tx, told.fact, saving), ignored: null })
  }
  return tickets.map((told) => stored.get(told) ?? { changed: 0, ignored: null })
}

async function saveTicket(
  tx: Database,
  { key, moment, at, said, bot }: EventTicket,
  { sourceId, observedAt }: { readonly sourceId: string; readonly observedAt: Date },
): Promise<number> {
  const known = await findFact(tx, 'tickets', { sourceId, nativeId: key })
  const openedAt = earliest(known?.opened_at, moment === 'created' ? at : undefined)
  if (openedAt === undefined) return 0
  const remembered = await findLatestOf(tx, { sourceId, subject: key, type: CLOSED })
  const resolvedAt = latest(known?.resolved_at, remembered, moment === 'closed' ? at : undefined)
  const about = { sourceId, subject: key, occurredAt: at }
  const isNews = known === undefined || !(await isOvertaken(tx, about))
  const row = {
    ...UNTOLD,
    bot: Number(bot),
    ...known,
    ...(isNews && toColumns(said)),
    native_id: key,
    opened_at: openedAt,
    resolved_at: resolvedAt ?? null,
    status_category: resolvedAt === undefined ? ('open' as const) : ('done' as const),
    source_id: sourceId,
    observed_at: observedAt.toISOString(),
  }
  return upsertFacts(tx, 'tickets', [row])
}

const toColumns = (said: TicketSaying) => ({
  team_id: said.team ?? null,
  path_id: said.path ?? null,
  type: said.type ?? null,
  category: said.category ?? null,
  severity: said.severity ?? null,
  executed_by: said.executedBy ?? null,
  co_design: said.coDesign === undefined ? null : Number(said.coDesign),
})

type Untold = Pick<
  Row<'tickets'>,
  | 'first_response_at'
  | 'reopened_count'
  | 'channel'
  | 'opened_by_group'
  | 'linked_request_id'
  | 'session_count'
  | 'platform_people_count'
  | 'both_sides_changed'
>

const UNTOLD: Untold = {
  first_response_at: null,
  reopened_count: null,
  channel: 'cdevents',
  opened_by_group: null,
  linked_request_id: null,
  session_count: null,
  platform_people_count: null,
  both_sides_changed: null,
}

type Instants = (string | null | undefined)[]

const sorted = (instants: Instants) => instants.filter((one) => typeof one === 'string').toSorted()
const earliest = (...instants: Instants) => sorted(instants)[0]
const latest = (...instants: Instants) => sorted(instants).at(-1)
