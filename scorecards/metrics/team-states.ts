import type { Origin } from '#scorecards/adoption/origin.ts'
import { type AdoptionState, INACTIVE_WEEKS_LIMIT } from '#scorecards/adoption/state-machine.ts'
import type { EvidenceKind } from '#scorecards/measure.ts'

/** How a team stands to a path at the as-of. */
export interface TeamState {
  readonly team: string
  readonly state: AdoptionState
  /** Why its adoption began; null when it is no user of the path. */
  readonly origin: Origin | null
  /** Null when nobody keeps a register of mandates for the path. */
  readonly everUnderInterfaceMandate: boolean | null
  readonly inactiveWeeks: number
}

/** The set of a team that is not among the eligible teams of known state; null when it is. */
export function setOutside({ state, inactiveWeeks }: TeamState): EvidenceKind | null {
  if (state === 'not_eligible' || state === 'excepted') return `excluded:${state}`
  if (state === 'unknown') return 'unknown'
  return inactiveWeeks >= INACTIVE_WEEKS_LIMIT ? 'excluded:inactive' : null
}

/** The eligible teams of known state: the set E of the metric reference. */
export const isEligible = (team: TeamState) => setOutside(team) === null

export const ELIGIBLE_SET =
  'Teams that were meant to use the path and whose state is known at the as-of: eligible, trying, ' +
  'adopted, partial or lapsed. Teams without any in-scope work for 13 weeks are listed apart, as ' +
  'are teams on a full exception and teams for which the path is not meant.'

export const UNKNOWN_TEAMS =
  'A team of unknown state is in neither count and is reported; the bounds say what the rate would ' +
  'be if all of those had adopted the path, and if none had. More than 20 % unknown: no band.'

export const TEAM_INTERVAL =
  'Wilson score, 95 %, for the case that these teams stand for similar teams; of these teams ' +
  'themselves the figure is a full count.'
