import { untilPublished, untilWritten } from '#app/database.ts'
import { asShownAt } from '#app/status.ts'
import type { View } from '#app/view.ts'
import { type Compared, medianOf, targetOf, type Yardstick } from '#app/yardstick.ts'
import { weekOf } from '#lib/period.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listScopeMeasurements, type ScopesFilter } from '#lib/queries/scope-measurements.ts'
import { listSeries, type SeriesPoint } from '#lib/queries/series.ts'
import { listTeamValues } from '#lib/queries/team-values.ts'
import { definitions } from '#scorecards/catalogue.ts'
import type { MetricResult, Scope } from '#scorecards/result.ts'

/** A metric of one scope as a view shows it. */
export interface MeasuredMetric extends Compared {
  /** Week by week over the range, oldest first; empty where it was not asked for. */
  readonly series: readonly SeriesPoint[]
}

const EVERY_METRIC = definitions.map(({ id }) => id)

/** Every metric that was computed in the scopes named, in the order of the catalogue. */
export async function listMeasured(
  { at, weekEnd, comparison }: View,
  {
    metricIds = EVERY_METRIC,
    ...scopes
  }: Omit<ScopesFilter, 'metricIds'> & {
    readonly metricIds?: readonly string[]
  },
): Promise<MeasuredMetric[]> {
  const filter = { metricIds, ...scopes }
  const [results, earlier] = await Promise.all([
    untilPublished(listScopeMeasurements, weekEnd, filter),
    comparison.at === null
      ? []
      : untilPublished(listScopeMeasurements, weekOf(comparison.at).from, filter),
  ])
  const yardstickOf = await yardsticks(comparison.text, weekEnd)
  const before = new Map(earlier.map((result) => [keyOf(result), result]))
  return results
    .map((result) => ({
      result: asShownAt(result, at),
      before: before.get(keyOf(result)),
      yardstick: yardstickOf(result),
      series: [],
    }))
    .toSorted((a, b) => rank(a.result) - rank(b.result))
}

/** What each figure is held against where a view compares with no earlier moment. */
async function yardsticks(
  comparison: string,
  weekEnd: Date,
): Promise<(result: MetricResult) => Yardstick | undefined> {
  if (comparison === 'target') {
    const paths = await untilWritten(listGoldenPaths)
    return (result) => targetOf(result, paths)
  }
  if (comparison === 'median') {
    const values = await untilPublished(listTeamValues, weekEnd)
    return (result) => medianOf(result, values)
  }
  return () => undefined
}

const keyOf = ({ metricId, scope }: MetricResult) => `${metricId} ${scope.pathId ?? ''}`
const rank = ({ metricId }: MetricResult) => EVERY_METRIC.indexOf(metricId)

/** The same of one scope by metric id, with the series of each. */
export async function measuredInScope(
  view: View,
  scope: Scope,
): Promise<Map<string, MeasuredMetric>> {
  const measured = await listMeasured(view, {
    pathIds: [scope.pathId ?? ''],
    ...(scope.teamId !== undefined && { teamId: scope.teamId }),
  })
  const { from, to } = view.range
  const metricIds = measured.map(({ result }) => result.metricId)
  const series = await untilPublished(listSeries, { metricIds, scope, from, to })
  return new Map(
    measured.map((one) => {
      const { metricId } = one.result
      return [metricId, { ...one, series: series.get(metricId) ?? [] }]
    }),
  )
}
