import { type Period, weekNumber, weekStart } from '#lib/period.ts'
import {
  sumKinds,
  type TeamWeeks,
  type Weeks,
  WORK_KINDS,
  workKindOf,
} from '#scorecards/adoption/weekly-counts.ts'
import type { Work } from '#scorecards/adoption/work.ts'
import { isIn } from '#scorecards/delivery/production.ts'
import type { WorkCounts } from '#scorecards/metrics/work-counts.ts'

/** In-scope work of one team. */
export interface WorkSums {
  readonly successful: WorkCounts
  /** Whatever came of it. */
  readonly all: WorkCounts
}

/** Work by team: counted week by week, and piece by piece where a period cuts a week. */
export interface CountedWork {
  readonly work: ReadonlyMap<string, TeamWeeks>
  readonly workWeeks: Weeks
  readonly pieces: Iterable<Work>
}

/** The ISO weeks that lie in `period` with all of their days. */
export function wholeWeeksIn({ from, to }: Period): Weeks {
  const first = weekNumber(new Date(from.getTime() - 1)) + 1
  return { first, count: Math.max(0, weekNumber(to) - first) }
}

/** What is left of `period` without the whole weeks that are among `counted`. */
export function restOf(period: Period, counted: Weeks): Period[] {
  const weeks = sharedWeeks(wholeWeeksIn(period), counted)
  if (weeks.count === 0) return [period]
  const { first, count } = weeks
  return [
    { from: period.from, to: weekStart(first) },
    { from: weekStart(first + count), to: period.to },
  ].filter(({ from, to }) => from < to)
}

function sharedWeeks(a: Weeks, b: Weeks): Weeks {
  const first = Math.max(a.first, b.first)
  return { first, count: Math.max(0, Math.min(a.first + a.count, b.first + b.count) - first) }
}

/** What a team did in a period. */
export type WorkReader = (teamId: string, period: Period) => WorkSums

export function workReader({ work, workWeeks, pieces }: CountedWork): WorkReader {
  const rests = new Map<string, ReadonlyMap<string, readonly Work[]>>()
  const restIn = (teamId: string, period: Period) => {
    const spans = restOf(period, workWeeks)
    if (spans.length === 0) return []
    const key = `${period.from.getTime()} ${period.to.getTime()}`
    const byTeam = rests.get(key) ?? byTeamIn(pieces, spans)
    rests.set(key, byTeam)
    return byTeam.get(teamId) ?? []
  }
  return (teamId, period) => {
    const { first, count } = sharedWeeks(wholeWeeksIn(period), workWeeks)
    const own = work.get(teamId)
    const last = first + count - 1 - workWeeks.first
    const rest = restIn(teamId, period)
    return {
      successful: added(
        sumKinds(own?.successful, last, count),
        rest.filter(({ result }) => result === 'success'),
      ),
      all: added(sumKinds(own?.all, last, count), rest),
    }
  }
}

function byTeamIn(pieces: Iterable<Work>, spans: readonly Period[]): Map<string, Work[]> {
  const byTeam = new Map<string, Work[]>()
  for (const one of pieces) {
    if (one.teamId === null || one.eligibility !== 'eligible') continue
    const at = new Date(one.at)
    if (!spans.some((span) => isIn(span, at))) continue
    const own = byTeam.get(one.teamId) ?? []
    byTeam.set(one.teamId, own)
    own.push(one)
  }
  return byTeam
}

function added(counts: WorkCounts, rest: readonly Work[]): WorkCounts {
  if (rest.length === 0) return counts
  const more = Map.groupBy(rest, workKindOf)
  return Object.fromEntries(
    WORK_KINDS.map((kind) => [kind, counts[kind] + (more.get(kind)?.length ?? 0)]),
  ) as WorkCounts
}
