import { z } from 'zod'
import { type Metric, measure, measureCells, type TableMetric } from '#scorecards/measure.ts'
import { type MetricResult, openedSets } from '#scorecards/result.ts'
import { aContext } from '#test/support/metrics.ts'
import { toPair } from '#test/vectors/statistic-adapters.ts'

export const day = z.union([z.iso.date(), z.iso.datetime({ precision: -1 })]).transform(toDate)
export const optionalDay = day.nullish().transform((value) => value ?? null)
function toDate(text: string): Date {
  return new Date(text)
}

/** The record under the names that vectors use. */
export function record<Input>(metric: Metric<Input>, input: Input, asOf = new Date(0)) {
  return toFields(measure(metric, input, aContext({ asOf })))
}

/** The same of every cell of a table. */
export function recordCells<Input>(metric: TableMetric<Input>, input: Input, asOf = new Date(0)) {
  return measureCells(metric, input, aContext({ asOf })).map(toFields)
}

function toFields(result: MetricResult) {
  const ci = toPair(result.ci)
  const fields = { ...result.parts, ...result, ci, bounds: toPair(result.bounds) }
  return { ...fields, median: result.value, medianCI: ci }
}

export const idsOf = ({ evidence }: Pick<MetricResult, 'evidence'>, kind: string) =>
  openedSets({ evidence }).find((set) => set.kind === kind)?.ids ?? []

/** So many rows, each made with an id of its own. */
export const rowsOf = <Row>(kind: string, length: number, toRow: (id: string) => Row): Row[] =>
  Array.from({ length }, (_, index) => toRow(`${kind} ${index}`))
