import type { PathStart, StateAtWeekEnd, TeamOnset } from '#scorecards/adoption/cohorts.ts'
import type { PathAttempt } from '#scorecards/adoption/path-attempts.ts'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import { daysAgo } from '#test/support/delivery.ts'

/** A path that was available and read long before any as-of. */
export const LONG_AGO: PathStart = { availableSince: daysAgo(700), firstCoveredAt: daysAgo(700) }

/** States at successive week ends, the last of them `weeksAgo` weeks before the as-of. */
export const aTrail = (states: readonly AdoptionState[], weeksAgo = 0): StateAtWeekEnd[] =>
  states.map((state, index) => ({
    weekEnd: daysAgo(7 * (states.length - 1 - index + weeksAgo)),
    state,
  }))

/** `state` so many times. */
export const times = (length: number, state: AdoptionState) =>
  Array<AdoptionState>(length).fill(state)

/** A team for which the path was meant from the week before its first state on. */
export const anOnset = (
  team: string,
  states: readonly AdoptionState[],
  more: Partial<TeamOnset> = {},
): TeamOnset => ({
  team,
  weeks: aTrail(states),
  eligibleFrom: daysAgo(7 * states.length),
  ...more,
})

/** An attempt of `payments` that succeeded within an hour, a week before the as-of. */
export function anAttempt(attempt: Partial<PathAttempt> = {}): PathAttempt {
  const startedAt = attempt.startedAt ?? daysAgo(7)
  return {
    id: startedAt.toISOString(),
    team: 'payments',
    startedAt,
    endedAt: new Date(startedAt.getTime() + 3_600_000),
    result: 'success',
    ...attempt,
  }
}
