import type { Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import type { Row } from '#db/schema.ts'
import { weekOf } from '#lib/period.ts'

/** Weeks in a row in which a team was in one state on a path. */
export interface StateRun {
  readonly teamId: string
  readonly pathId: string
  readonly state: string
  /** The rule that led into it. */
  readonly rule: string
  /** The first and the last week end; both are part of it. */
  readonly first: Date
  readonly last: Date
  readonly weeks: number
}

/** Runs of one path or team up to `asOf`, by path, team and time. A week never scored ends a run. */
export async function listStateRuns(
  db: Reader,
  { asOf, pathId, teamId }: { asOf: Date; pathId?: string; teamId?: string },
): Promise<StateRun[]> {
  let query = db
    .selectFrom('adoption_states')
    .select(['team_id', 'path_id', 'week_end', 'state', 'rule'])
    .where(isPublished)
    .where('week_end', '<=', asOf.toISOString())
  if (pathId !== undefined) query = query.where('path_id', '=', pathId)
  if (teamId !== undefined) query = query.where('team_id', '=', teamId)
  const rows = await query.orderBy('path_id').orderBy('team_id').orderBy('week_end').execute()
  return rows.reduce(lengthen, [])
}

type StateRow = Pick<Row<'adoption_states'>, 'team_id' | 'path_id' | 'week_end' | 'state' | 'rule'>

function lengthen(runs: StateRun[], row: StateRow): StateRun[] {
  const last = new Date(row.week_end)
  const before = runs.at(-1)
  if (before !== undefined && goesOn(before, row)) {
    runs[runs.length - 1] = { ...before, last, weeks: before.weeks + 1 }
    return runs
  }
  const { team_id: teamId, path_id: pathId, state, rule } = row
  runs.push({ teamId, pathId, state, rule, first: last, last, weeks: 1 })
  return runs
}

function goesOn(run: StateRun, row: StateRow): boolean {
  const next = weekOf(run.last).to.toISOString()
  return (
    run.pathId === row.path_id &&
    run.teamId === row.team_id &&
    run.state === row.state &&
    next === row.week_end
  )
}
