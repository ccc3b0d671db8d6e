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
  return (period) => sliceOf({ rows: sorted, times }, period)
}

/** The times of what `byTime` found, so that a part of it is found without looking at all. */
const TIMES = new WeakMap<readonly unknown[], Float64Array>()

/** Those of a half-open period, in the order that they have; `byTime` has sorted some by the same instants. */
export function within<Row>(
  rows: readonly Row[],
  instantOf: (row: Row) => Date,
  period: Period,
): readonly Row[] {
  const times = TIMES.get(rows)
  if (times !== undefined) return sliceOf({ rows, times }, period)
  return rows.filter((row) => isIn(period, instantOf(row)))
}

interface Timed<Row> {
  readonly rows: readonly Row[]
  readonly times: Float64Array
}

function sliceOf<Row>({ rows, times }: Timed<Row>, { from, to }: Period): readonly Row[] {
  const [first, end] = [lowerBound(times, +from), lowerBound(times, +to)]
  const found = rows.slice(first, end)
  TIMES.set(found, times.subarray(first, end))
  return found
}
