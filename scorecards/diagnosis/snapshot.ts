import type { MetricResult } from '#scorecards/result.ts'

/**
 * What is known of a path by key: `ADO-02` for the value of a metric, `ADO-09.manualShare` for a
 * part of it or what was derived from it. A key that is absent or null is unknown.
 */
export type Snapshot = Readonly<Record<string, number | boolean | null>>

/**
 * Values and parts of those results that are `ok`, and what was derived besides, which comes first
 * where both have a key. The results are of one scope, one for each metric.
 */
export function toSnapshot(
  results: readonly Pick<MetricResult, 'metricId' | 'value' | 'parts' | 'status'>[],
  derived: Snapshot = {},
): Snapshot {
  const usable = results.filter(({ status, value }) => status === 'ok' && value !== null)
  const entries = usable.flatMap(({ metricId, value, parts }) => [
    [metricId, value] as const,
    ...Object.entries(parts).map(([part, own]) => [`${metricId}.${part}`, own] as const),
  ])
  return { ...Object.fromEntries(entries), ...derived }
}
