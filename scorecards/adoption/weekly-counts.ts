import { weekNumber, weeksAgo } from '#lib/period.ts'
import type { AttemptRow, Work } from '#scorecards/adoption/work.ts'

/** Successive ISO weeks by number: [first, first + count). */
export interface Weeks {
  readonly first: number
  readonly count: number
}

/** Spans of seven days in a row, by index. */
export interface Sevens {
  readonly count: number
  /** Outside [0, count) for an instant in none of them. */
  readonly indexOf: (instant: Date) => number
}

export const isoWeeks = ({ first, count }: Weeks): Sevens => ({
  count,
  indexOf: (instant) => weekNumber(instant) - first,
})

/** The `count` spans of seven days before `asOf`. */
export const sevensBefore = (asOf: Date, count: number): Sevens => ({
  count,
  indexOf: (instant) => count - 1 - weeksAgo(instant, asOf),
})

/** How in-scope work was done, with what leaves it out of every share. */
export const WORK_KINDS = [
  'path',
  'parallel_pipeline',
  'manual_change',
  'off_path',
  'break_glass',
  'unknown',
  'exempt',
] as const
export type WorkKind = (typeof WORK_KINDS)[number]

type ByKind<T> = Readonly<Record<WorkKind, T>>

/** A team's in-scope work on one path, one entry for each week. */
export interface TeamWeeks {
  /** Attempts on the path, whatever came of them. */
  readonly attempts: Int32Array
  readonly successful: ByKind<Int32Array>
  /** Whatever came of it. */
  readonly all: ByKind<Int32Array>
  /** The first successful use of the path in the week. */
  readonly firstUse: (string | undefined)[]
}

/** Counts in-scope work by the team that owned the service then. Work outside `sevens` is left out. */
export function countByWeek(
  work: Iterable<Work>,
  attempts: readonly AttemptRow[],
  sevens: Sevens,
): Map<string, TeamWeeks> {
  const byTeam = new Map<string, TeamWeeks>()
  const teamWeeks = (teamId: string) => {
    const known = byTeam.get(teamId) ?? emptyWeeks(sevens.count)
    byTeam.set(teamId, known)
    return known
  }
  for (const one of work) {
    const index = indexIn(sevens, one.at)
    if (one.teamId === null || one.eligibility !== 'eligible' || index === undefined) continue
    add(teamWeeks(one.teamId), one, index)
  }
  for (const { team_id, started_at } of attempts) {
    const index = indexIn(sevens, started_at)
    if (index !== undefined) increase(teamWeeks(team_id).attempts, index)
  }
  return byTeam
}

function indexIn({ count, indexOf }: Sevens, at: string): number | undefined {
  const index = indexOf(new Date(at))
  return index >= 0 && index < count ? index : undefined
}

/** By team; those that never used the path with success are not there. */
export const toFirstUses = (work: ReadonlyMap<string, TeamWeeks>): Map<string, Date> =>
  new Map(
    [...work].flatMap(([team, { firstUse }]) => {
      const first = firstUse.find((at) => at !== undefined)
      return first === undefined ? [] : [[team, new Date(first)]]
    }),
  )

/** Without any work. */
export function emptyWeeks(count: number): TeamWeeks {
  return {
    attempts: new Int32Array(count),
    successful: byKind(() => new Int32Array(count)),
    all: byKind(() => new Int32Array(count)),
    firstUse: new Array<string | undefined>(count).fill(undefined),
  }
}

function byKind<T>(of: (kind: WorkKind) => T): ByKind<T> {
  // Every kind has an entry, which the type of `fromEntries` cannot say.
  return Object.fromEntries(WORK_KINDS.map((kind) => [kind, of(kind)])) as ByKind<T>
}

function add(weeks: TeamWeeks, work: Work, index: number): void {
  const kind = workKindOf(work)
  increase(weeks.all[kind], index)
  if (kind === 'path') increase(weeks.attempts, index)
  if (work.result !== 'success') return
  increase(weeks.successful[kind], index)
  if (kind !== 'path') return
  const first = weeks.firstUse[index]
  if (first === undefined || work.at < first) weeks.firstUse[index] = work.at
}

/** An exception takes work out, however it was done. */
export function workKindOf({ isExempt, mechanism }: Work): WorkKind {
  return isExempt ? 'exempt' : (mechanism ?? 'unknown')
}

function increase(counts: Int32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1
}

/** The sum of the `length` weeks that end with week `last`. */
export function sumWeeks(counts: Int32Array, last: number, length: number): number {
  let sum = 0
  for (let index = Math.max(0, last - length + 1); index <= last; index += 1) {
    sum += counts[index] ?? 0
  }
  return sum
}

/** The sums of the `length` weeks that end with week `last`, by kind; of no work all are 0. */
export function sumKinds(
  counts: ByKind<Int32Array> | undefined,
  last: number,
  length: number,
): ByKind<number> {
  return byKind((kind) => (counts ? sumWeeks(counts[kind], last, length) : 0))
}

/** How many of the `length` weeks that end with week `last` have any. */
export function weeksWith(counts: Int32Array, last: number, length: number): number {
  let weeks = 0
  for (let index = Math.max(0, last - length + 1); index <= last; index += 1) {
    if ((counts[index] ?? 0) > 0) weeks += 1
  }
  return weeks
}
