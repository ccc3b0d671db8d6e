import type { CollectorContext, Examination } from '#collectors/collector.ts'
import { openJira } from '#collectors/jira/client.ts'
import {
  type JiraCollectorOptions,
  prepareReading,
  toRecords,
  toSearch,
} from '#collectors/jira/collector.ts'
import { type TicketFact, ticketRecord } from '#collectors/jira/tickets.ts'
import { SourceError } from '#lib/errors.ts'

/**
 * Reads the first page of a run, and says what it tells; stores nothing.
 *
 * @throws {SourceError} when the sign-in is refused
 */
export async function* examineJira(
  options: JiraCollectorOptions,
  context: CollectorContext,
): AsyncGenerator<Examination> {
  const client = openJira(options, context)
  try {
    const zone = await client.readTimeZone()
    yield toExamination('sign-in', zone ? `searches by the clock of ${zone}` : 'accepted')
    const statuses = await client.listStatuses()
    yield toExamination('statuses', `${statuses.length} seen`)
    const since = new Date(context.now().getTime() - options.lookBackMs)
    try {
      const reading = await prepareReading(options, client)
      const search = toSearch(options, reading, { from: since, zone })
      const { items: issues, next } = await client.search(search.jql, search.fields, null)
      const records = await toRecords(client, issues, reading)
      yield summarise(
        records.map(({ value }) => ticketRecord.safeParse(value).data),
        next !== null,
      )
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      const todo = 'check jql and fields in the configuration, and that the sign-in may browse'
      yield { what: 'issues', fills: ['tickets'], says: '', problem: { why: error.message, todo } }
    }
  } finally {
    await client.close()
  }
}

const toExamination = (what: string, says: string): Examination => ({
  what,
  fills: [],
  says,
  problem: null,
})

function summarise(facts: readonly (TicketFact | undefined)[], hasMore: boolean): Examination {
  const tickets = facts.filter((fact) => fact !== undefined)
  const count = (has: (ticket: TicketFact) => unknown) => tickets.filter(has).length
  const says = [
    `${facts.length}${hasMore ? ' and more' : ''} seen`,
    `${facts.length - tickets.length} unreadable`,
    `${count((ticket) => ticket.team_id !== null)} with a team`,
    `${count((ticket) => ticket.path_id !== null)} with a golden path`,
    `${count((ticket) => ticket.type !== null)} with a type`,
    `${count((ticket) => ticket.severity !== null)} with a severity`,
    `${count((ticket) => ticket.first_response_at !== null)} with a first response`,
    `${count((ticket) => ticket.resolved_at !== null)} resolved`,
    `${count((ticket) => ticket.status_category === null)} with a status of no known category`,
  ].join(', ')
  const isEmpty = facts.length === 0
  const why = 'the search finds nothing in the time that is looked back to'
  const todo =
    'check jql and lookBack in the configuration, and which projects the sign-in may browse'
  return { what: 'issues', fills: ['tickets'], says, problem: isEmpty ? { why, todo } : null }
}
