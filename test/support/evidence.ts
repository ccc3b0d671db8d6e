import { type MetricResult, sizeOf } from '#scorecards/result.ts'

/** A result with the counts of the rows behind it in place of the rows. */
export const withCounts = (result: MetricResult): MetricResult => ({
  ...result,
  evidence: result.evidence.map((set) => ({ kind: set.kind, count: sizeOf(set) })),
})
