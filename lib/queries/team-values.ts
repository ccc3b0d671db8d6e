import type { Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import type { Row } from '#db/schema.ts'

/** What one metric said of one team at the end of a week, on a path or on none in particular. */
export interface TeamValue {
  readonly metricId: string
  /** Empty text: of no path in particular. */
  readonly pathId: string
  readonly teamId: string
  readonly value: number
}

/** Results that may be shown as a number. */
export const USABLE: readonly Row<'measurements'>['status'][] = ['ok', 'source_partial']

/** Every usable value of a team at `weekEnd`, in no order that says anything. */
export async function listTeamValues(db: Reader, weekEnd: Date): Promise<TeamValue[]> {
  const rows = await db
    .selectFrom('measurements')
    .select(['metric_id', 'path_id', 'team_id', 'value'])
    .where(isPublished)
    .where('window_kind', '=', 'own')
    .where('window_end', '=', weekEnd.toISOString())
    .where('cell', '=', '')
    .where('team_id', '!=', '')
    .where('value', 'is not', null)
    .where('status', 'in', USABLE)
    .execute()
  return rows.flatMap(({ metric_id, path_id, team_id, value }) =>
    value === null ? [] : [{ metricId: metric_id, pathId: path_id, teamId: team_id, value }],
  )
}
