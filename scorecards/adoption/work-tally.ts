import { compareText } from '#lib/order.ts'
import { weekNumber } from '#lib/period.ts'
import {
  emptyWeeks,
  type TeamWeeks,
  type Weeks,
  WORK_KINDS,
  type WorkKind,
  workKindOf,
} from '#scorecards/adoption/weekly-counts.ts'
import type { AttemptRow, Work } from '#scorecards/adoption/work.ts'

/** What a team did in one ISO week in one way, with what a path is meant for. */
export interface TallyEntry {
  readonly team: string
  readonly week: number
  readonly kind: WorkKind | 'attempt'
  /** Whatever came of it. */
  readonly all: number
  readonly successful: number
  /** The first successful use of the path in the week; null where there is none. */
  readonly firstUse: string | null
}

/** Counts eligible work by the team that did it, by week and by way, in that order. */
export function tallyWork(
  work: Iterable<Work>,
  attempts: readonly AttemptRow[] = [],
): TallyEntry[] {
  const entries = new Map<string, Mutable>()
  const entryOf = (team: string, at: string, kind: TallyEntry['kind']) => {
    const week = weekNumber(new Date(at))
    const key = `${week} ${kind} ${team}`
    const known = entries.get(key) ?? { team, week, kind, all: 0, successful: 0, firstUse: null }
    entries.set(key, known)
    return known
  }
  for (const one of work) {
    if (one.teamId !== null && one.eligibility === 'eligible') {
      add(entryOf(one.teamId, one.at, workKindOf(one)), one)
    }
  }
  for (const { team_id, started_at } of attempts) entryOf(team_id, started_at, 'attempt').all += 1
  return [...entries.values()].toSorted(inOrder)
}

type Mutable = { -readonly [Key in keyof TallyEntry]: TallyEntry[Key] }

function add(entry: Mutable, { at, result }: Work): void {
  entry.all += 1
  if (result !== 'success') return
  entry.successful += 1
  if (entry.kind === 'path' && (entry.firstUse === null || at < entry.firstUse)) {
    entry.firstUse = at
  }
}

const inOrder = (a: TallyEntry, b: TallyEntry) =>
  compareText(a.team, b.team) || a.week - b.week || compareText(a.kind, b.kind)

const KINDS = [...WORK_KINDS, 'attempt'] as const

/** As JSON text: one list for each entry. */
export function encodeTally(entries: readonly TallyEntry[]): Uint8Array {
  const rows = entries.map(({ team, week, kind, all, successful, firstUse }) => [
    team,
    week,
    KINDS.indexOf(kind),
    all,
    successful,
    firstUse,
  ])
  return new TextEncoder().encode(JSON.stringify(rows))
}

type Encoded = readonly [string, number, number, number, number, string | null]

export function decodeTally(bytes: Uint8Array): TallyEntry[] {
  // Only `encodeTally` writes it.
  const rows = JSON.parse(new TextDecoder().decode(bytes)) as readonly Encoded[]
  return rows.map(([team, week, kind, all, successful, firstUse]) => ({
    team,
    week,
    kind: KINDS[kind] ?? 'unknown',
    all,
    successful,
    firstUse,
  }))
}

/** Adds what teams did within `weeks` to what is known of each. */
function addTally(
  teams: Map<string, TeamWeeks>,
  entries: Iterable<TallyEntry>,
  weeks: Weeks,
): void {
  for (const entry of entries) {
    const index = entry.week - weeks.first
    if (index < 0 || index >= weeks.count) continue
    const own = teams.get(entry.team) ?? emptyWeeks(weeks.count)
    teams.set(entry.team, own)
    addEntry(own, index, entry)
  }
}

function addEntry(own: TeamWeeks, index: number, { kind, all, successful, firstUse }: TallyEntry) {
  const increase = (counts: Int32Array, by: number) => {
    counts[index] = (counts[index] ?? 0) + by
  }
  if (kind === 'attempt' || kind === 'path') increase(own.attempts, all)
  if (kind === 'attempt') return
  increase(own.all[kind], all)
  increase(own.successful[kind], successful)
  const first = own.firstUse[index]
  if (firstUse !== null && (first === undefined || firstUse < first)) own.firstUse[index] = firstUse
}

/** By team, what it did within `weeks`, of samples by team. */
export function toTeamWork(
  samples: ReadonlyMap<string, Uint8Array>,
  weeks: Weeks,
): Map<string, TeamWeeks> {
  const work = new Map([...samples.keys()].map((team) => [team, emptyWeeks(weeks.count)]))
  for (const bytes of samples.values()) addTally(work, decodeTally(bytes), weeks)
  return work
}

/** Weeks in which two tallies differ, by team. */
export function tallyDifferences(
  before: readonly TallyEntry[],
  after: readonly TallyEntry[],
): Map<string, Set<number>> {
  const text = (entry: TallyEntry) => JSON.stringify(entry)
  const known = new Set(before.map(text))
  const now = new Set(after.map(text))
  const changed = [
    ...after.filter((entry) => !known.has(text(entry))),
    ...before.filter((entry) => !now.has(text(entry))),
  ]
  const weeks = new Map<string, Set<number>>()
  for (const { team, week } of changed) weeks.set(team, (weeks.get(team) ?? new Set()).add(week))
  return weeks
}
