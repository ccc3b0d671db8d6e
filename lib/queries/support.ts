import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'
import { type Period, weekNumber, weeksIn } from '#lib/period.ts'
import { quantile } from '#lib/stats/quantiles.ts'

export interface SupportFilter extends Period {
  readonly pathId?: string | undefined
  readonly teamId?: string | undefined
}

/** Requests to the platform, bots left out. */
export interface Support {
  /** One for each week that begins in [from, to), oldest first; null counts were not covered. */
  readonly weeks: readonly SupportWeek[]
  readonly byType: readonly Kind[]
  readonly byPath: readonly Kind[]
  readonly byTeam: readonly Kind[]
  readonly open: number
  readonly total: number
}

export interface SupportWeek {
  readonly from: Date
  readonly opened: number | null
}

/** Requests of one kind. */
export interface Kind {
  /** Null: the source does not say. */
  readonly key: string | null
  readonly count: number
  readonly open: number
  /** Half were resolved within so many hours; null when none was resolved. */
  readonly medianHours: number | null
  /** Half had a first answer within so many hours; null when none had one. */
  readonly medianResponseHours: number | null
}

type Ticket = Pick<
  Row<'tickets'>,
  'type' | 'path_id' | 'team_id' | 'opened_at' | 'first_response_at' | 'resolved_at'
>

/** Requests opened in [from, to): by week, and by what they were about, the most frequent first. */
export async function getSupport(db: Reader, filter: SupportFilter): Promise<Support> {
  const [tickets, covered] = await Promise.all([listTickets(db, filter), listCovered(db)])
  const perWeek = Map.groupBy(tickets, ({ opened_at }) => weekNumber(new Date(opened_at)))
  return {
    weeks: weeksIn(filter).map((week) => ({
      from: week.from,
      opened: isCovered(covered, week) ? (perWeek.get(weekNumber(week.from))?.length ?? 0) : null,
    })),
    byType: toKinds(tickets, ({ type }) => type),
    byPath: toKinds(tickets, ({ path_id }) => path_id),
    byTeam: toKinds(tickets, ({ team_id }) => team_id),
    open: tickets.filter(({ resolved_at }) => resolved_at === null).length,
    total: tickets.length,
  }
}

async function listTickets(
  db: Reader,
  { from, to, pathId, teamId }: SupportFilter,
): Promise<Ticket[]> {
  let query = db
    .selectFrom('tickets')
    .select(['type', 'path_id', 'team_id', 'opened_at', 'first_response_at', 'resolved_at'])
    .where('gone_at', 'is', null)
    .where('bot', '=', 0)
    .where('opened_at', '>=', from.toISOString())
    .where('opened_at', '<', to.toISOString())
  if (pathId !== undefined) query = query.where('path_id', '=', pathId)
  if (teamId !== undefined) query = query.where('team_id', '=', teamId)
  return query.orderBy('opened_at').execute()
}

async function listCovered(db: Reader): Promise<Period[]> {
  const rows = await db
    .selectFrom('coverage')
    .select(['covered_from', 'covered_to'])
    .where('scope', '=', 'entity:tickets')
    .execute()
  return rows.map((row) => ({ from: new Date(row.covered_from), to: new Date(row.covered_to) }))
}

const isCovered = (covered: readonly Period[], week: Period) =>
  covered.some(({ from, to }) => from <= week.from && to >= week.to)

function toKinds(tickets: readonly Ticket[], keyOf: (ticket: Ticket) => string | null): Kind[] {
  return [...Map.groupBy(tickets, keyOf)]
    .map(([key, own]) => ({
      key,
      count: own.length,
      open: own.filter(({ resolved_at }) => resolved_at === null).length,
      medianHours: medianHours(own, ({ resolved_at }) => resolved_at),
      medianResponseHours: medianHours(own, ({ first_response_at }) => first_response_at),
    }))
    .toSorted((a, b) => b.count - a.count || (a.key ?? '').localeCompare(b.key ?? '', 'en'))
}

const HOUR_MS = 3_600_000

function medianHours(
  tickets: readonly Ticket[],
  end: (ticket: Ticket) => string | null,
): number | null {
  const hours = tickets.flatMap((ticket) => {
    const ended = end(ticket)
    return ended === null ? [] : [(Date.parse(ended) - Date.parse(ticket.opened_at)) / HOUR_MS]
  })
  return hours.length === 0 ? null : quantile(hours, 0.5)
}
