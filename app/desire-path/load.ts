import type { database } from '#app/database.ts'
import { type DesirePath, KEPT_WEEKS, toDesirePath } from '#app/desire-path/desire-path.ts'
import { listKeepers } from '#lib/queries/kept-adoption.ts'
import type { TeamState } from '#lib/queries/states.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** The desire path of one golden path, from what a page has already asked for. */
export async function loadDesirePath(
  db: Awaited<ReturnType<typeof database>>,
  {
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
  },
): Promise<DesirePath> {
  const keepers = await listKeepers(db, { asOf, weeks: KEPT_WEEKS, pathId })
  return toDesirePath(
    states,
    new Set(keepers.map(({ teamId }) => teamId)),
    new Map(results.map((result) => [result.metricId, result])),
  )
}
