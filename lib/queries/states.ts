import { listStandingStates } from '#db/adoption-states.ts'
import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'

/** The published adoption state of a team on a path at the end of an ISO week. */
export interface TeamState {
  readonly team: string
  readonly path: string
  /** Monday 00:00 UTC on which the week ends. */
  readonly weekEnd: Date
  readonly state: string
  /** Null while the team never came to use the path. */
  readonly origin: Row<'adoption_states'>['origin']
  readonly currentlyMandated: boolean
  readonly everUnderInterfaceMandate: boolean
  readonly inactiveWeeks: number
  readonly flags: readonly string[]
  /** The rule that decided. */
  readonly rule: string
  /** What the rule saw. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** The first week ever in `adopted`; null when there was none. */
  readonly firstAdoptedWeek: Date | null
}

/** States at the newest scored week end at or before `asOf`, by path and team. */
export async function listAdoptionStates(
  db: Reader,
  filter: { readonly asOf: Date; readonly pathId?: string; readonly teamId?: string },
): Promise<TeamState[]> {
  return (await listStandingStates(db, filter)).map(toTeamState)
}

function toTeamState(row: Row<'adoption_states'>): TeamState {
  return {
    team: row.team_id,
    path: row.path_id,
    weekEnd: new Date(row.week_end),
    state: row.state,
    origin: row.origin,
    currentlyMandated: row.currently_mandated === 1,
    everUnderInterfaceMandate: row.ever_under_interface_mandate === 1,
    inactiveWeeks: row.inactive_weeks,
    flags: JSON.parse(row.flags),
    rule: row.rule,
    inputs: JSON.parse(row.inputs),
    firstAdoptedWeek: row.first_adopted_week === null ? null : new Date(row.first_adopted_week),
  }
}
