import { lowerBound } from '#lib/order.ts'
import type { Period } from '#lib/period.ts'

/** Finds the rows of a half-open period, in the order of time; those of one moment stay in their order. */
export function byTime<Row>(
  rows: readonly Row[],
  instantOf: (row: Row) => Date,
): (period: Period) => readonly Row[] {
  const sorted = rows.toSorted((a, b) => instantOf(a).getTime() - instantOf(b).getTime())
  const times = Float64Array.from(sorted, (row) => instantOf(row).getTime())
  return ({ from, to }) => sorted.slice(lowerBound(times, +from), lowerBound(times, +to))
}
