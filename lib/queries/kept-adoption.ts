import type { Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import { trailingWeeks } from '#lib/period.ts'

/** A team that adopted a path and stayed so in each of the last `weeks` weeks. */
export interface Keeper {
  readonly pathId: string
  readonly teamId: string
}

/** Teams that were in state adopted at the end of every one of the `weeks` weeks up to `asOf`. */
export async function listKeepers(
  db: Reader,
  { asOf, weeks, pathId }: { asOf: Date; weeks: number; pathId?: string },
): Promise<Keeper[]> {
  const { from, to } = trailingWeeks(asOf, weeks)
  let query = db
    .selectFrom('adoption_states')
    .select(['path_id', 'team_id'])
    .where(isPublished)
    .where('state', '=', 'adopted')
    .where('week_end', '>', from.toISOString())
    .where('week_end', '<=', to.toISOString())
  if (pathId !== undefined) query = query.where('path_id', '=', pathId)
  const rows = await query
    .groupBy(['path_id', 'team_id'])
    .having((eb) => eb.fn.countAll<number>(), '=', weeks)
    .orderBy('path_id')
    .orderBy('team_id')
    .execute()
  return rows.map(({ path_id, team_id }) => ({ pathId: path_id, teamId: team_id }))
}
