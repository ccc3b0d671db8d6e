import type { TicketFact } from '#collectors/jira/tickets.ts'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'

/** Stores tickets; a team goes by its id or its name. Returns rows changed. */
export async function saveTickets(
  tx: Database,
  sourceId: string,
  facts: readonly TicketFact[],
  observedAt: Date,
): Promise<number> {
  if (facts.length === 0) return 0
  const teams = await tx.selectFrom('teams').select(['id', 'name']).execute()
  const byName = new Map(teams.map(({ id, name }) => [name.toLowerCase(), id]))
  const byId = new Map(teams.map(({ id }) => [id.toLowerCase(), id]))
  const find = (told: string) =>
    byId.get(told.toLowerCase()) ?? byName.get(told.toLowerCase()) ?? told
  const rows = facts.map((fact) => ({
    ...fact,
    team_id: fact.team_id == null ? null : find(fact.team_id),
    source_id: sourceId,
    observed_at: observedAt.toISOString(),
  }))
  return upsertFacts(tx, 'tickets', rows)
}
