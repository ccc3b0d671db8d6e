import { lowerBound } from '#lib/order.ts'
import type { Period } from '#lib/period.ts'
import { isIn } from '#scorecards/delivery/production.ts'

/** Finds the rows of a half-open period, in the order of time; those of one moment stay in their order. */
export function byTime<Row>(
  rows: readonly Row[],
  instantOf: (row: Row) => Date,
): (period: Period) => readonly Row[] {
  const sorted = rows.toSorted((a, b) => instantOf(a).getTime() - instantOf(b).getTime())
  const times = Float64Array.from(sorted, (row) => instantOf(row).getTime())
  return (period) => sliceOf({ rows: sorted, times, by: instantOf }, period)
}

/** By which instants `byTime` sorted what it found, so that a part of it is found without looking at all. */
const SORTED = new WeakMap<
  readonly unknown[],
  { readonly times: Float64Array; readonly by: unknown }
>()

/** Those of a half-open period, in the order that they have; `byTime` has sorted some by the same instants. */
export function within<Row>(
  rows: readonly Row[],
  instantOf: (row: Row) => Date,
  period: Period,
): readonly Row[] {
  const known = SORTED.get(rows)
  if (known?.by === instantOf) return sliceOf({ rows, ...known }, period)
  return rows.filter((row) => isIn(period, instantOf(row)))
}

interface Timed<Row> {
  readonly rows: readonly Row[]
  readonly times: Float64Array
  /** The function that tells them. */
  readonly by: unknown
}

function sliceOf<Row>({ rows, times, by }: Timed<Row>, { from, to }: Period): readonly Row[] {
  const [first, end] = [lowerBound(times, +from), lowerBound(times, +to)]
  const found = rows.slice(first, end)
  SORTED.set(found, { times: times.subarray(first, end), by })
  return found
}
