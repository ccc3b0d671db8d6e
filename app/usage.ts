import { untilWritten } from '#app/database.ts'
import { loadUsage, type UsageFilter, type UsageRow, usageAt } from '#lib/queries/usage.ts'

/** The use of paths by services at a moment, by service and path. */
export async function usageRows(asOf: Date, filter: UsageFilter = {}): Promise<UsageRow[]> {
  return usageAt(await untilWritten(loadUsage), asOf, filter)
}

/** The same of the services that a team owned then. */
export async function usageOfTeam(asOf: Date, teamId: string): Promise<UsageRow[]> {
  const loaded = await untilWritten(loadUsage)
  const services = loaded.servicesByOwner.get(teamId) ?? []
  const rows = services.flatMap(({ id }) => usageAt(loaded, asOf, { serviceId: id }))
  return rows.filter(({ team }) => team === teamId)
}
