import { commonEnds, packColumns, unpackColumns } from '#lib/columns.ts'
import { compareText, lowerBound } from '#lib/order.ts'
import { weekNumber } from '#lib/period.ts'
import type { Mechanism } from '#scorecards/adoption/mechanism.ts'
import { isSuccessfulUse } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import type { TeamUse } from '#scorecards/support/episodes.ts'

/** Work in the order of time, as metrics of support see it, without the ids of its rows. */
export interface UseLedger {
  readonly teams: readonly string[]
  readonly sources: readonly string[]
  /** Milliseconds. */
  readonly at: Float64Array
  /** Place in `teams`; -1: not known. */
  readonly team: Int32Array
  /** Place in `sources`. */
  readonly source: Int32Array
  /** Kind, result, mechanism and initiator in one number. */
  readonly what: Uint8Array
}

const KINDS = ['deployment', 'provisioning', 'pipeline_run'] as const
const RESULTS = ['success', 'failure', 'unknown'] as const
export const MECHANISMS = [
  'path',
  'parallel_pipeline',
  'manual_change',
  'break_glass',
  'off_path',
  null,
] as const satisfies readonly (Mechanism | null)[]
const INITIATED = [true, false, null] as const

type What = Pick<TeamUse, 'kind' | 'result' | 'mechanism' | 'userInitiated'>

/** Every combination at its number. */
const WHATS: readonly What[] = KINDS.flatMap((kind) =>
  RESULTS.flatMap((result) =>
    MECHANISMS.flatMap((mechanism) =>
      INITIATED.map((userInitiated) => ({ kind, result, mechanism, userInitiated })),
    ),
  ),
)

/** How many numbers `what` may have. */
export const WHAT_COUNT = WHATS.length

const NOTHING_KNOWN: What = {
  kind: 'deployment',
  result: 'unknown',
  mechanism: null,
  userInitiated: null,
}

function numberOf({ kind, result, mechanism, userInitiated }: What): number {
  const place = KINDS.indexOf(kind) * RESULTS.length + RESULTS.indexOf(result)
  const way = place * MECHANISMS.length + MECHANISMS.indexOf(mechanism)
  return way * INITIATED.length + INITIATED.indexOf(userInitiated)
}

/** The same uses give the same bytes, in whatever order they come. */
export function encodeUses(uses: readonly TeamUse[]): Uint8Array {
  const teams = [...new Set(uses.flatMap(({ teamId }) => teamId ?? []))].toSorted()
  const sources = [...new Set(uses.map(({ sourceId }) => sourceId))].toSorted()
  const placeOfTeam = new Map(teams.map((id, place) => [id, place]))
  const placeOfSource = new Map(sources.map((id, place) => [id, place]))
  const rows = uses
    .map((use) => ({ use, at: use.occurredAt.getTime(), what: numberOf(use) }))
    .toSorted(
      (a, b) =>
        a.at - b.at ||
        compareText(a.use.teamId ?? '', b.use.teamId ?? '') ||
        compareText(a.use.sourceId, b.use.sourceId) ||
        a.what - b.what,
    )
  return packColumns(
    { teams, sources },
    {
      at: Float64Array.from(rows, ({ at }) => at),
      team: Int32Array.from(rows, ({ use }) => placeOfTeam.get(use.teamId ?? '') ?? -1),
      source: Int32Array.from(rows, ({ use }) => placeOfSource.get(use.sourceId) ?? -1),
      what: Uint8Array.from(rows, ({ what }) => what),
    },
  )
}

/** What `encodeUses` wrote. */
export function decodeUses(bytes: Uint8Array): UseLedger {
  const { about, columns } = unpackColumns(bytes)
  return { ...(about as object), ...columns } as unknown as UseLedger
}

/** The use of one row; it has no id. */
export const readUse = (ledger: UseLedger, row: number): TeamUse => ({
  id: '',
  teamId: ledger.teams[ledger.team[row] ?? -1] ?? null,
  sourceId: ledger.sources[ledger.source[row] ?? -1] ?? '',
  occurredAt: new Date(ledger.at[row] ?? Number.NaN),
  ...(WHATS[ledger.what[row] ?? -1] ?? NOTHING_KNOWN),
})

/** The first and the last instant at which two ledgers differ, in milliseconds; null: they say the same. */
export function differenceOfUses(
  before: UseLedger | undefined,
  after: UseLedger | undefined,
): { readonly from: number; readonly to: number } | null {
  const [was, is] = [before ?? NO_USES, after ?? NO_USES]
  const isSame = (old: number, now: number) => textAt(was, old) === textAt(is, now)
  const { head, tail } = commonEnds(was.at.length, is.at.length, isSame)
  const ends = [was, is].flatMap(({ at }) => {
    const own = at.subarray(head, at.length - tail)
    return own.length === 0 ? [] : [own[0] ?? 0, own.at(-1) ?? 0]
  })
  return ends.length === 0 ? null : { from: Math.min(...ends), to: Math.max(...ends) }
}

const NO_USES = decodeUses(encodeUses([]))

/** Places of teams and sources are of one ledger only. */
const textAt = ({ teams, sources, at, team, source, what }: UseLedger, row: number) =>
  [at[row], teams[team[row] ?? -1], sources[source[row] ?? -1], what[row]].join(' ')

/** Successful uses in [from, to), in milliseconds, by the number of the ISO week. */
export function countUsesPerWeek(
  ledgers: readonly UseLedger[],
  from: number,
  to: number,
): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { at, what } of ledgers) {
    const end = lowerBound(at, to)
    for (let row = lowerBound(at, from); row < end; row += 1) {
      if (!IS_USED[what[row] ?? -1]) continue
      const week = weekNumber(new Date(at[row] ?? Number.NaN))
      counts.set(week, (counts.get(week) ?? 0) + 1)
    }
  }
  return counts
}

const IS_USED = WHATS.map(isSuccessfulUse)
