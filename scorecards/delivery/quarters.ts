import { packColumns, unpackColumns } from '#lib/columns.ts'
import { lowerBound } from '#lib/order.ts'
import { monthNumber, monthStart, quartersIn, toDay } from '#lib/period.ts'
import {
  type DeliveryLedger,
  type DeliveryRows,
  decodeRows,
  encodeRows,
  inBoth,
  type LedgerDifference,
  type RowIds,
  rowDifferences,
  type Span,
} from '#scorecards/delivery/ledger.ts'

/**
 * What services of one repository delivered, quarter by quarter: a window reads, and a change writes,
 * those that it touches. Whose it was, and who told of it, is said once for all.
 */
export interface UnitLedger extends UnitNames {
  /** In the order of time; those that were read. */
  readonly quarters: readonly QuarterRows[]
}

export type UnitNames = Pick<DeliveryLedger, 'teams' | 'services' | 'sources'>

/** Rows of [from, to), in milliseconds. */
export interface QuarterRows extends Span {
  readonly rows: DeliveryRows
}

/** A ledger as it is stored: what is said once, and the rows of each quarter that has any. */
export interface EncodedLedger {
  readonly head: Uint8Array
  /** By first day of a calendar quarter, such as 2026-04-01, in the order of time. */
  readonly quarters: ReadonlyMap<string, Uint8Array>
}

/** With the ids of the rows of each quarter: only who opens a figure needs them. */
export interface EncodedRows extends EncodedLedger {
  readonly ids: ReadonlyMap<string, Uint8Array>
}

export function encodeQuarters(ledger: DeliveryLedger): EncodedRows {
  const { teams, services, sources } = ledger
  const spans = quartersOf(ledger).map((quarter) => [quarter, spanOf(quarter)] as const)
  return {
    head: packColumns({ teams, services, sources }, {}),
    quarters: new Map(spans.map(([quarter, span]) => [quarter, encodeRows(rowsOf(ledger, span))])),
    ids: new Map(spans.map(([quarter, span]) => [quarter, encodeIds(idsOf(ledger, span))])),
  }
}

const encodeIds = (ids: RowIds) => new TextEncoder().encode(JSON.stringify(ids))

/** What `encodeQuarters` wrote, maybe without some quarters. */
export function decodeQuarters({ head, quarters }: EncodedLedger): UnitLedger {
  const found = [...quarters].map(([quarter, bytes]): QuarterRows => {
    return { ...spanOf(quarter), rows: decodeRows(bytes) }
  })
  const names = unpackColumns(head).about as UnitNames
  return { ...names, quarters: found.toSorted((a, b) => a.from - b.from) }
}

/** What is stored of a unit: see `LedgerPiece`. */
interface Piece {
  readonly subject: string
  readonly quarter: string | null
  readonly samples: Uint8Array
}

/** Units, each with those of its quarters that are among the pieces. */
export function toUnitLedgers(pieces: readonly Piece[]): Map<string, UnitLedger> {
  const units = new Map<string, UnitLedger>()
  for (const [unit, own] of Map.groupBy(pieces, ({ subject }) => subject)) {
    const head = own.find(({ quarter }) => quarter === null)
    if (head === undefined) continue
    const rows = own.flatMap(({ quarter, samples }) =>
      quarter === null ? [] : [[quarter, samples] as const],
    )
    units.set(unit, decodeQuarters({ head: head.samples, quarters: new Map(rows) }))
  }
  return units
}

/** The first days of the calendar quarters that have a part of [from, to). */
export const listQuarters = ({ from, to }: Span): string[] =>
  from < to
    ? quartersIn({ from: new Date(from), to: new Date(to) }, 1).map(({ from: start }) =>
        toDay(start),
      )
    : []

/** What services of one repository delivered in one quarter, and what its rows are called. */
export interface NamedQuarter extends QuarterRows {
  readonly names: UnitNames
  readonly ids: RowIds
}

/** Quarters of units, with the ids that are among the pieces; null where one of them has none. */
export function nameQuarters(
  units: ReadonlyMap<string, UnitLedger>,
  pieces: readonly Piece[],
): NamedQuarter[] | null {
  const ids = new Map(
    pieces.map(({ subject, quarter, samples }) => [`${quarter} ${subject}`, samples]),
  )
  const named: NamedQuarter[] = []
  for (const [unit, names] of units) {
    for (const rows of names.quarters) {
      const own = ids.get(`${toDay(new Date(rows.from))} ${unit}`)
      if (own === undefined) return null
      named.push({ ...rows, names, ids: decodeIds(own) })
    }
  }
  return named
}

/** Only `encodeQuarters` writes them. */
const decodeIds = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as RowIds

/** Where two ledgers of a unit differ; none: they say the same. `before`: undefined where there was none. */
export function unitDifferences(
  before: UnitLedger | undefined,
  after: UnitLedger,
): LedgerDifference[] {
  // Other sources tell of a service: what was read of it is another for all time.
  if (JSON.stringify(before?.sources ?? []) !== JSON.stringify(after.sources)) {
    return inBoth({ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY })
  }
  const quarters = [...(before?.quarters ?? []), ...after.quarters]
  const isSameNames =
    JSON.stringify([before?.teams, before?.services]) ===
    JSON.stringify([after.teams, after.services])
  if (!isSameNames) return quarters.flatMap(({ from, to }) => inBoth({ from, to }))
  return [...Map.groupBy(quarters, ({ from }) => from).keys()].flatMap((start) => {
    const [was, is] = [before, after].map((unit) =>
      unit?.quarters.find(({ from }) => from === start),
    )
    return rowDifferences(was?.rows, is?.rows)
  })
}

const QUARTER_MONTHS = 3

/** [from, to) in milliseconds. */
function spanOf(quarter: string): Span {
  const start = monthNumber(new Date(quarter))
  return { from: +monthStart(start), to: +monthStart(start + QUARTER_MONTHS) }
}

function quarterOf(at: number): string {
  const month = monthNumber(new Date(at))
  return toDay(monthStart(month - (month % QUARTER_MONTHS)))
}

/** Those in which anything is set down, in the order of time. */
function quartersOf({ deployments, changes, unlinked }: DeliveryRows): string[] {
  const quarters = new Set<string>()
  for (const { at } of [deployments, changes, unlinked]) {
    let row = 0
    while (row < at.length) {
      const quarter = quarterOf(at[row] ?? Number.NaN)
      quarters.add(quarter)
      row = lowerBound(at, spanOf(quarter).to)
    }
  }
  return [...quarters].toSorted()
}

function rowsOf(
  { deployments, changes, outages, unlinked }: DeliveryRows,
  span: Span,
): DeliveryRows {
  const [first, end] = placesIn(deployments.at, span)
  const outageEnds: Places = [
    lowerBound(outages.deployment, first),
    lowerBound(outages.deployment, end),
  ]
  const own = cut(outages, outageEnds)
  return {
    deployments: cut(deployments, [first, end]),
    changes: cut(changes, placesIn(changes.at, span)),
    outages: { ...own, deployment: own.deployment.map((place) => place - first) },
    unlinked: cut(unlinked, placesIn(unlinked.at, span)),
  }
}

function idsOf({ ids, deployments, changes }: DeliveryLedger, span: Span): RowIds {
  return {
    deployments: ids.deployments.slice(...placesIn(deployments.at, span)),
    changes: ids.changes.slice(...placesIn(changes.at, span)),
  }
}

type Places = readonly [first: number, end: number]

const placesIn = (at: Float64Array, { from, to }: Span): Places => [
  lowerBound(at, from),
  lowerBound(at, to),
]

/** The rows of a table from one place to before another. */
function cut<Table extends DeliveryRows[keyof DeliveryRows]>(table: Table, [first, end]: Places) {
  const columns = Object.entries(table).map(([name, column]) => [name, column.subarray(first, end)])
  return Object.fromEntries(columns) as Table
}
