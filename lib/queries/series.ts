import type { Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import type { Row } from '#db/schema.ts'
import { type Period, weeksIn } from '#lib/period.ts'
import { DELIVERY_METRICS } from '#scorecards/delivery/results.ts'
import { deploymentFrequency } from '#scorecards/metrics/deployment-frequency.ts'
import type { Scope } from '#scorecards/result.ts'

/** A figure at the end of a week; a value is null where nothing usable was measured. */
export interface SeriesPoint {
  readonly at: Date
  /** In the metric's unit. */
  readonly value: number | null
  readonly n: number | null
}

/** Results without a value that may be shown. */
const USABLE: readonly Row<'measurements'>['status'][] = ['ok', 'source_partial']

/**
 * Metric id → one point for each week that ends in (from, to], oldest first, also for weeks that
 * were never scored.
 */
export async function listSeries(
  db: Reader,
  { metricIds, scope, from, to }: Period & { readonly metricIds: readonly string[]; scope: Scope },
): Promise<Map<string, SeriesPoint[]>> {
  if (metricIds.length === 0) return new Map()
  // What teams deliver is published week by week; the rest as it stood at the end of each.
  const weekly = scope.pathId === undefined ? DELIVERY_METRICS : ['']
  const rows = await db
    .selectFrom('measurements')
    .select(['metric_id', 'window_end', 'value', 'n', 'status'])
    .where(isPublished)
    .where('cell', '=', '')
    .where((eb) =>
      eb.or([
        eb.and([eb('window_kind', '=', 'own'), eb('metric_id', 'not in', weekly)]),
        eb.and([eb('window_kind', '=', 'week'), eb('metric_id', 'in', weekly)]),
      ]),
    )
    .where('metric_id', 'in', metricIds)
    .where('path_id', '=', scope.pathId ?? '')
    .where('team_id', '=', scope.teamId ?? '')
    .where('source_id', '=', scope.sourceId ?? '')
    .where('window_end', '>', from.toISOString())
    .where('window_end', '<=', to.toISOString())
    .execute()
  const known = new Map(rows.map((row) => [`${row.metric_id} ${row.window_end}`, row]))
  const ends = weeksIn({ from, to })
    .map((week) => week.to)
    .filter((end) => end <= to)
  return new Map(
    metricIds.map((id) => [
      id,
      ends.map((at) => toPoint(id, at, known.get(`${id} ${at.toISOString()}`))),
    ]),
  )
}

type Found = Pick<Row<'measurements'>, 'value' | 'n' | 'status'>

/** It wants more weeks than a point has: that one was read is enough for what is counted in it. */
const COUNTED = deploymentFrequency.definition.id

function toPoint(metricId: string, at: Date, row: Found | undefined): SeriesPoint {
  const statuses = metricId === COUNTED ? [...USABLE, 'insufficient_sample'] : USABLE
  const isUsable = row !== undefined && statuses.includes(row.status)
  return { at, value: isUsable ? row.value : null, n: row?.n ?? null }
}
