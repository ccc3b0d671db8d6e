import type { MetricResult } from '#scorecards/result.ts'

/**
 * What is known of a path by key: `ADO-02` for the value of a metric, `ADO-09.manualShare` for a
 * part of it or what was derived from it. A key that is absent or null is unknown.
 */
export type Snapshot = Readonly<Record<string, number | boolean | null>>

type Known = Pick<MetricResult, 'metricId' | 'value' | 'parts' | 'status'>

/** A part that is of other cases than the value: it is known by their number, whatever became of the value. */
const OF_OWN_CASES = {
  metricId: 'SPD-05',
  part: 'approvalWaitHours',
  cases: 'changesWithSteps',
  /** As many as the metric asks of chains. */
  least: 6,
} as const

/**
 * Values and parts of those results that are `ok`, and what was derived besides, which comes first
 * where both have a key. The results are of one scope, one for each metric.
 */
export function toSnapshot(results: readonly Known[], derived: Snapshot = {}): Snapshot {
  const usable = results.filter(({ status, value }) => status === 'ok' && value !== null)
  const entries = usable.flatMap(({ metricId, value, parts }) => [
    [metricId, value] as const,
    ...Object.entries(parts).map(([part, own]) => [`${metricId}.${part}`, own] as const),
  ])
  return { ...Object.fromEntries(entries), ...ofOwnCases(results), ...derived }
}

function ofOwnCases(results: readonly Known[]): Snapshot {
  const { metricId, part, cases, least } = OF_OWN_CASES
  const own = results.find((result) => result.metricId === metricId && result.status !== 'stale')
  if (own === undefined) return {}
  const isEnough = Number(own.parts[cases] ?? 0) >= least
  return { [`${metricId}.${part}`]: isEnough ? (own.parts[part] ?? null) : null }
}
