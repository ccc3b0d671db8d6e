import { compareText } from '#lib/order.ts'
import { isWithin, type Span, toSpans } from '#scorecards/adoption/spans.ts'

/** A row of `service_owners`, as far as it matters here. */
export interface OwnerRow {
  readonly source_id: string
  /** Null: known to have no owner in this interval. */
  readonly team_id: string | null
  readonly owned_from: string
  readonly owned_to: string | null
  readonly decided_by: string
}

/**
 * Who owned one service when, null for nobody known. A catalogue is believed before a
 * repository and its host; of two statements of one kind the one that began later.
 */
export function ownershipTimeline(rows: readonly OwnerRow[]): Span<string | null>[] {
  const strongest = rows.toSorted(strongestFirst)
  const instants = rows.flatMap((row) => [row.owned_from, row.owned_to])
  return toSpans(instants, (instant) => {
    const row = strongest.find((one) => isWithin(one.owned_from, one.owned_to, instant))
    return row?.team_id ?? null
  })
}

/** What a repository or its host says, in whatever place. */
const BESIDE_THE_CODE: ReadonlySet<string> = new Set([
  'catalog-info.yaml',
  'opslevel.yml',
  'cortex.yaml',
  'entity.datadog.yaml',
  'service.datadog.yaml',
  'custom property',
  'CODEOWNERS',
  'team permission',
  'configuration',
])

const rank = (row: OwnerRow) => (BESIDE_THE_CODE.has(row.decided_by) ? 1 : 0)

function strongestFirst(a: OwnerRow, b: OwnerRow): number {
  return (
    rank(a) - rank(b) ||
    compareText(b.owned_from, a.owned_from) ||
    compareText(a.source_id, b.source_id)
  )
}
