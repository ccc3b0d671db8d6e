import { database, untilPublished, untilWritten } from '#app/database.ts'
import { asShownAt } from '#app/status.ts'
import type { View } from '#app/view.ts'
import { type Compared, medianOf, targetOf, type Yardstick } from '#app/yardstick.ts'
import { weekOf } from '#lib/period.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { listScopeMeasurements, type ScopesFilter } from '#lib/queries/scope-measurements.ts'
import { listSeries, type SeriesPoint } from '#lib/queries/series.ts'
import { listTeamValues } from '#lib/queries/team-values.ts'
import { definitions } from '#scorecards/catalogue.ts'
import { subjectKey } from '#scorecards/restatement.ts'
import type { MetricResult, Scope } from '#scorecards/result.ts'

/** A metric of one scope as a view shows it. */
export interface MeasuredMetric extends Compared {
  /** Week by week over the range, oldest first; empty where it was not asked for. */
  readonly series: readonly SeriesPoint[]
}

const EVERY_METRIC = definitions.map(({ id }) => id)

/** Every metric that was computed in the scopes named, in the order of the catalogue. */
export async function listMeasured(
  view: View,
  {
    metricIds = EVERY_METRIC,
    ...scopes
  }: Omit<ScopesFilter, 'metricIds'> & {
    readonly metricIds?: readonly string[]
  },
): Promise<MeasuredMetric[]> {
  const filter = { metricIds, ...scopes }
  const compared = await compare(view, (asOf) =>
    untilPublished(listScopeMeasurements, asOf, filter),
  )
  return compared
    .map((one) => ({ ...one, series: [] }))
    .toSorted((a, b) => rank(a.result) - rank(b.result))
}

/** Every published figure of a path or of some metrics, beside what a view compares it with. */
export const listCompared = (
  view: View,
  filter: Parameters<typeof listMeasurements>[2] = {},
): Promise<Compared[]> =>
  compare(view, async (asOf) =>
    // All of a week is too much to be kept for the next who asks.
    Object.keys(filter).length === 0
      ? listMeasurements(await database(), asOf)
      : untilPublished(listMeasurements, asOf, filter),
  )

/** What `list` finds at the end of the week of a view, and beside it what the view compares with. */
async function compare(
  { at, weekEnd, comparison }: View,
  list: (asOf: Date) => Promise<MetricResult[]>,
): Promise<Compared[]> {
  const [results, earlier, yardstickOf] = await Promise.all([
    list(weekEnd),
    comparison.at === null ? [] : list(weekOf(comparison.at).from),
    yardsticks(comparison.text, weekEnd),
  ])
  const before = new Map(earlier.map((result) => [subjectKey(result), result]))
  return results.map((result) => ({
    result: asShownAt(result, at),
    before: before.get(subjectKey(result)),
    yardstick: yardstickOf(result),
  }))
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
