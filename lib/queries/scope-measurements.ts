import type { Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import { daysBefore } from '#lib/period.ts'
import { toMetricResult } from '#scorecards/measurement-row.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** Scopes whose results are asked for together; all of one team, or of no team in particular. */
export interface ScopesFilter {
  readonly metricIds: readonly string[]
  /** Empty text is the whole organisation. */
  readonly pathIds: readonly string[]
  readonly teamId?: string
}

/** Results are mostly no older than this, so the first look goes no further back. */
const RECENT_DAYS = 35

/**
 * The newest published result at or before `asOf` of each metric on each path, where there is one.
 * By metric and path.
 */
export async function listScopeMeasurements(
  db: Reader,
  asOf: Date,
  filter: ScopesFilter,
): Promise<MetricResult[]> {
  const recent = await newestOf(db, filter, { after: daysBefore(asOf, RECENT_DAYS), asOf })
  const newest = recent.size > 0 ? recent : await newestOf(db, filter, { after: null, asOf })
  if (newest.size === 0) return []
  const rows = await selectScopes(db, filter)
    .selectAll()
    .where('window_end', 'in', [...new Set(newest.values())])
    .orderBy('metric_id')
    .orderBy('path_id')
    .execute()
  return rows
    .filter((row) => newest.get(`${row.metric_id} ${row.path_id}`) === row.window_end)
    .map(toMetricResult)
}

const selectScopes = (db: Reader, { metricIds, pathIds, teamId = '' }: ScopesFilter) =>
  db
    .selectFrom('measurements')
    .where(isPublished)
    .where('window_kind', '=', 'own')
    .where('cell', '=', '')
    .where('metric_id', 'in', metricIds)
    .where('path_id', 'in', pathIds)
    .where('team_id', '=', teamId)
    .where('source_id', '=', '')

/** `metric path` → the moment of its newest result. */
async function newestOf(
  db: Reader,
  filter: ScopesFilter,
  { after, asOf }: { after: Date | null; asOf: Date },
): Promise<Map<string, string>> {
  let query = selectScopes(db, filter)
    .select(['metric_id', 'path_id', (eb) => eb.fn.max('window_end').as('newest')])
    .where('window_end', '<=', asOf.toISOString())
  if (after !== null) query = query.where('window_end', '>', after.toISOString())
  const rows = await query.groupBy(['metric_id', 'path_id']).execute()
  return new Map(rows.map((row) => [`${row.metric_id} ${row.path_id}`, row.newest]))
}
