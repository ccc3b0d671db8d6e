import type { Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import { trailingWeeks, weeksIn } from '#lib/period.ts'

/** How many teams of a path were in each state at the end of a week. */
export interface WeekOfStates {
  readonly weekEnd: Date
  /** Null: the week was never scored. A state without a team is left out. */
  readonly counts: Readonly<Record<string, number>> | null
}

/** The `count` weeks that ended at or before `asOf`, oldest first, also those never scored. */
export async function listStateCounts(
  db: Reader,
  { pathId, asOf, count }: { pathId: string; asOf: Date; count: number },
): Promise<WeekOfStates[]> {
  const weeks = weeksIn(trailingWeeks(asOf, count))
  const rows = await db
    .selectFrom('adoption_states')
    .select(['week_end', 'state', (eb) => eb.fn.countAll<number>().as('teams')])
    .where('path_id', '=', pathId)
    .where(isPublished)
    .where('week_end', '>=', (weeks[0]?.to ?? asOf).toISOString())
    .where('week_end', '<=', asOf.toISOString())
    .groupBy(['week_end', 'state'])
    .execute()
  const byWeek = Map.groupBy(rows, ({ week_end }) => week_end)
  return weeks.map(({ to }) => {
    const own = byWeek.get(to.toISOString())
    const counts = own && Object.fromEntries(own.map(({ state, teams }) => [state, Number(teams)]))
    return { weekEnd: to, counts: counts ?? null }
  })
}
