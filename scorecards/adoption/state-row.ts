import type { TeamWeek } from '#scorecards/adoption/replay.ts'

/** A week of a team on a path as it is stored; see `AdoptionStateTable` (db/schema.ts). */
export interface StateFields {
  readonly team_id: string
  readonly path_id: string
  readonly week_end: string
  readonly state: string
  readonly origin: TeamWeek['origin']
  readonly currently_mandated: number
  readonly ever_under_interface_mandate: number
  readonly inactive_weeks: number
  readonly user_weeks: number
  readonly flags: string
  readonly rule: string
  readonly inputs: string
  readonly first_adopted_week: string | null
}

export function toStateRow(week: TeamWeek): StateFields {
  const { record, input, eligibility } = week
  return {
    team_id: week.teamId,
    path_id: week.pathId,
    week_end: week.weekEnd.toISOString(),
    state: record.state,
    origin: week.origin,
    currently_mandated: week.currentlyMandated ? 1 : 0,
    ever_under_interface_mandate: week.everUnderInterfaceMandate ? 1 : 0,
    inactive_weeks: record.inactiveWeeks,
    user_weeks: week.userWeeks,
    flags: JSON.stringify(record.flags),
    rule: record.rule,
    inputs: JSON.stringify({ ...input, eligibilityReason: eligibility.reason }),
    first_adopted_week: week.firstAdoptedWeek?.toISOString() ?? null,
  }
}

/** What metrics ask of a week of a team. */
export interface ScoredWeek
  extends Pick<
    TeamWeek,
    | 'teamId'
    | 'pathId'
    | 'weekEnd'
    | 'origin'
    | 'currentlyMandated'
    | 'everUnderInterfaceMandate'
    | 'firstAdoptedWeek'
    | 'userWeeks'
  > {
  readonly record: Pick<TeamWeek['record'], 'state' | 'inactiveWeeks' | 'flags'>
  readonly eligibility: Pick<TeamWeek['eligibility'], 'result'>
}

export function toScoredWeek(row: StateFields): ScoredWeek {
  const { state, flags } = row
  // Only `toStateRow` writes these.
  const { eligibility } = JSON.parse(row.inputs) as TeamWeek['input']
  const record = { state, flags: JSON.parse(flags) } as ScoredWeek['record']
  return {
    teamId: row.team_id,
    pathId: row.path_id,
    weekEnd: new Date(row.week_end),
    record: { ...record, inactiveWeeks: row.inactive_weeks },
    eligibility: { result: eligibility },
    origin: row.origin,
    currentlyMandated: row.currently_mandated === 1,
    everUnderInterfaceMandate: row.ever_under_interface_mandate === 1,
    firstAdoptedWeek: row.first_adopted_week === null ? null : new Date(row.first_adopted_week),
    userWeeks: row.user_weeks,
  }
}
