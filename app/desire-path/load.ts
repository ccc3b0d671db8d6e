import { untilPublished } from '#app/database.ts'
import { type DesirePath, KEPT_WEEKS, toDesirePath } from '#app/desire-path/desire-path.ts'
import { weekOf } from '#lib/period.ts'
import { listKeepers } from '#lib/queries/kept-adoption.ts'
import type { TeamState } from '#lib/queries/states.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** The desire path of one golden path, from what a page has already asked for. */
export async function loadDesirePath({
  pathId,
  states,
  results,
  asOf,
}: {
  pathId: string
  /** Of this path. */
  states: readonly TeamState[]
  /** Of this path. */
  results: readonly MetricResult[]
  asOf: Date
}): Promise<DesirePath> {
  const asked = { asOf: weekOf(asOf).from, weeks: KEPT_WEEKS, pathId }
  const keepers = await untilPublished(listKeepers, asked)
  return toDesirePath(
    states,
    new Set(keepers.map(({ teamId }) => teamId)),
    new Map(results.map((result) => [result.metricId, result])),
  )
}
