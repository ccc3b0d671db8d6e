import { cellOf } from '#scorecards/measurement-row.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** A figure that says another thing than it once did. */
export interface Restatement {
  readonly was: MetricResult
  /** Null: it is told no more. */
  readonly is: MetricResult | null
}

/** Of which metric, scope and cell a result is. */
export const subjectKey = (result: MetricResult): string => {
  const { pathId, teamId, sourceId } = result.scope
  return JSON.stringify([result.metricId, pathId, teamId, sourceId, cellOf(result)])
}

/** What of `told` another number, count or status has taken the place of, in its order. */
export function restatementsOf(
  told: readonly MetricResult[],
  current: readonly MetricResult[],
): Restatement[] {
  const now = new Map(current.map((result) => [subjectKey(result), result]))
  return told.flatMap((was) => {
    const is = now.get(subjectKey(was)) ?? null
    return is !== null && saysOf(is) === saysOf(was) ? [] : [{ was, is }]
  })
}

/** The number and what stands beside it: how much it rests on, how sure it is, and its status. */
const saysOf = (result: MetricResult): string => {
  const { value, numerator, denominator, n, nUnknown, notMatured, ci, bounds, status, band } =
    result
  return JSON.stringify([
    [value, numerator, denominator, n, nUnknown, notMatured],
    [ci?.low, ci?.high, bounds?.low, bounds?.high],
    [status, band],
  ])
}
