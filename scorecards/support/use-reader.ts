import { lowerBound } from '#lib/order.ts'
import type { Period } from '#lib/period.ts'
import { byTime } from '#scorecards/in-period.ts'
import type { TeamUse } from '#scorecards/support/episodes.ts'
import { readUse, type UseLedger, WHAT_COUNT } from '#scorecards/support/use-ledger.ts'

/**
 * Finds the uses of a half-open period. Of those that nothing tells apart there may be one, with how
 * many `times` it stands for: they share source, kind, result, mechanism, initiator, whether their
 * team is known, and what `tell` says of them.
 */
export type UseReader = (period: Period, tell?: UseTeller) => readonly TeamUse[]

/** What matters of a use beside that, as a whole number from 0 to 254; always the same of the same use. */
export type UseTeller = (use: TeamUse) => number

/** Each use for itself. */
export const rowReader = (uses: readonly TeamUse[]): UseReader =>
  byTime(uses, ({ occurredAt }) => occurredAt)

/** Uses that are alike together; what `tell` says of a use is asked once. */
export function ledgerReader(ledgers: readonly UseLedger[]): UseReader {
  const sources = [...new Set(ledgers.flatMap((ledger) => ledger.sources))]
  const logs = ledgers.map((ledger) => ({
    ledger,
    sources: ledger.sources.map((id) => sources.indexOf(id)),
  }))
  const told = new WeakMap<UseTeller, readonly Uint8Array[]>()
  const toldBy = (tell: UseTeller) => {
    const known = told.get(tell) ?? ledgers.map(({ at }) => new Uint8Array(at.length))
    told.set(tell, known)
    return known
  }
  return (period, tell) => {
    const known = tell && toldBy(tell)
    const groups = new Map<number, Group>()
    logs.forEach((log, place) => {
      const sayings = known?.[place]
      group(groups, log, period, sayings && tell ? { tell, sayings } : null)
    })
    return [...groups.values()].map(({ use, times }) => ({ ...use, times }))
  }
}

interface Group {
  readonly use: TeamUse
  times: number
}

interface Log {
  readonly ledger: UseLedger
  /** The place of each of its sources among those of all. */
  readonly sources: readonly number[]
}

interface Told {
  readonly tell: UseTeller
  /** By row; 0 where it was not asked yet, else one more than was said. */
  readonly sayings: Uint8Array
}

function group(
  groups: Map<number, Group>,
  { ledger, sources }: Log,
  { from, to }: Period,
  told: Told | null,
): void {
  const { at, team, source, what } = ledger
  const end = lowerBound(at, +to)
  for (let row = lowerBound(at, +from); row < end; row += 1) {
    const said = told === null ? 0 : sayingOf(told, ledger, row)
    const place = (sources[source[row] ?? -1] ?? 0) * WHAT_COUNT + (what[row] ?? 0)
    const key = (place * 2 + (team[row] === -1 ? 0 : 1)) * SAYINGS + said
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { use: readUse(ledger, row), times: 1 })
    else known.times += 1
  }
}

const SAYINGS = 256

function sayingOf({ tell, sayings }: Told, ledger: UseLedger, row: number): number {
  const known = sayings[row] ?? 0
  if (known > 0) return known
  const said = tell(readUse(ledger, row)) + 1
  sayings[row] = said
  return said
}
