import { weekNumber, weekStart } from '#lib/period.ts'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import type { EvidenceKind } from '#scorecards/measure.ts'

/** How a team stood to a path at the end of an ISO week. */
export interface StateAtWeekEnd {
  /** Monday 00:00 UTC. */
  readonly weekEnd: Date
  readonly state: AdoptionState
}

/** A team's states on a path, one for each week end that was scored. */
export interface TeamTrail {
  readonly team: string
  readonly weeks: readonly StateAtWeekEnd[]
}

/** A team with the moment from which a path was meant for it. */
export interface TeamOnset extends TeamTrail {
  /** Null: it never was. */
  readonly eligibleFrom: Date | null
}

/** What must be known of a path to say from when a team could adopt it. */
export interface PathStart {
  /** General availability. */
  readonly availableSince: Date
  /** From when the facts behind the states were read; null: they never were. */
  readonly firstCoveredAt: Date | null
}

/** What was known of a trail at `asOf`, oldest first. */
export function knownWeeks({ weeks }: TeamTrail, asOf: Date): readonly StateAtWeekEnd[] {
  if (isKnownInOrder(weeks, asOf.getTime())) return weeks
  return weeks
    .filter(({ weekEnd }) => weekEnd <= asOf)
    .toSorted((a, b) => a.weekEnd.getTime() - b.weekEnd.getTime())
}

function isKnownInOrder(weeks: readonly StateAtWeekEnd[], until: number): boolean {
  let last = Number.NEGATIVE_INFINITY
  for (const { weekEnd } of weeks) {
    const at = weekEnd.getTime()
    if (at < last || at > until) return false
    last = at
  }
  return true
}

/** The first week end ever at which the team had adopted the path; null when there was none yet. */
export function firstAdoption(trail: TeamTrail, asOf: Date): Date | null {
  return knownWeeks(trail, asOf).find(({ state }) => state === 'adopted')?.weekEnd ?? null
}

/** When a team could have adopted a path, or the set of those for whom that is no question. */
export type Onset = { readonly at: Date } | { readonly outside: EvidenceKind }

/**
 * From when a team could have adopted: the path was meant for it and available. What it did before
 * anything was read nobody knows, so a team that could adopt by then is left out: as prevalent when
 * it had adopted as soon as its state was known.
 */
export function onsetOf(team: TeamOnset, path: PathStart, asOf: Date): Onset {
  if (team.eligibleFrom === null) return { outside: 'excluded:not_eligible' }
  const at = new Date(Math.max(team.eligibleFrom.getTime(), path.availableSince.getTime()))
  if (at >= asOf) return { outside: 'excluded:not_eligible' }
  const known = knownWeeks(team, asOf).filter(({ state }) => state !== 'unknown')
  const adoptedAt = firstAdoption(team, asOf)
  if (adoptedAt !== null && adoptedAt <= at) return { outside: PREVALENT }
  if (path.firstCoveredAt !== null && at >= path.firstCoveredAt) return { at }
  const isPrevalent = known[0]?.state === 'adopted'
  return { outside: isPrevalent ? PREVALENT : 'excluded:eligible_before_covered' }
}

export const PREVALENT = 'excluded:prevalent'

/**
 * Whether a team is on the path so many weeks after it adopted it, as the set that it belongs to;
 * `not_matured` before that week is over.
 */
export function retentionSet(
  trail: TeamTrail,
  adoptedAt: Date,
  weeks: number,
  asOf: Date,
): EvidenceKind {
  const weekEnd = weeksAfter(adoptedAt, weeks)
  if (weekEnd > asOf) return 'not_matured'
  const week = trail.weeks.find((one) => one.weekEnd.getTime() === weekEnd.getTime())
  const state = week?.state ?? 'unknown'
  if (state === 'excepted' || state === 'not_eligible') return `excluded:${state}`
  if (state === 'unknown') return 'unknown'
  return state === 'adopted' ? 'counted' : 'not_counted'
}

/** The week end `weeks` weeks after another. */
export const weeksAfter = (weekEnd: Date, weeks: number) => weekStart(weekNumber(weekEnd) + weeks)
