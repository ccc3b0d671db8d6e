import { untilPublished } from '#app/database.ts'
import { formatCountOf } from '#app/format.ts'
import { listMeasured } from '#app/measured.ts'
import { findSurveyFigure, isSurvey } from '#app/surveys/figures.ts'
import type { View } from '#app/view.ts'
import { weekOf, weeksIn } from '#lib/period.ts'
import { listSeries, type SeriesPoint } from '#lib/queries/series.ts'
import type { Scope } from '#scorecards/result.ts'

export interface ComparedPoint extends SeriesPoint {
  /** In the metric's unit; null where there is nothing to compare with. */
  readonly compared: number | null
}

/** A figure week by week, oldest first, each beside what it is compared with. */
export interface ComparedSeries {
  /** What each point is of; a wave of a survey stands at the moment it closed. */
  readonly each: 'week' | 'wave'
  /** `13 weeks before`, `The target`; null where nothing is compared. */
  readonly comparedWith: string | null
  readonly points: readonly ComparedPoint[]
}

/**
 * An earlier time stands week beside week, as far back as the figure of today is compared. A target
 * is the same in every week; the median of the other teams is known for the newest alone. Of a survey
 * every wave up to the newest is told, without a comparison.
 */
export async function loadSeries(
  view: View,
  metricId: string,
  scope: Scope,
): Promise<ComparedSeries> {
  if (isSurvey(metricId)) {
    const points = (await findSurveyFigure(view, { metricId, scope }))?.series ?? []
    return { ...beside(points, [], null), each: 'wave' }
  }
  const { range, comparison, weekEnd } = view
  const seriesOf = async (from: Date, to: Date) =>
    (await untilPublished(listSeries, { metricIds: [metricId], scope, from, to })).get(metricId) ??
    []
  const points = await seriesOf(range.from, range.to)
  if (comparison.at !== null) {
    const back = weekEnd.getTime() - weekOf(comparison.at).from.getTime()
    const earlier = (end: Date) => new Date(end.getTime() - back)
    const before = await seriesOf(earlier(range.from), earlier(range.to))
    const weeks = weeksIn({ from: earlier(weekEnd), to: weekEnd }).length
    return beside(
      points,
      before.map(({ value }) => value),
      `${formatCountOf(weeks, 'week')} before`,
    )
  }
  const [measured] = await listMeasured(view, {
    metricIds: [metricId],
    pathIds: [scope.pathId ?? ''],
    ...(scope.teamId !== undefined && { teamId: scope.teamId }),
  })
  const yardstick = scope.sourceId === undefined ? measured?.yardstick : undefined
  if (yardstick === undefined) return beside(points, [], null)
  const { kind, value } = yardstick
  const newest = points.length - 1
  return beside(
    points,
    points.map((_, index) => (kind === 'target' || index === newest ? value : null)),
    kind === 'target' ? 'The target' : 'The median of the other teams',
  )
}

function beside(
  points: readonly SeriesPoint[],
  compared: readonly (number | null)[],
  comparedWith: string | null,
): ComparedSeries {
  return {
    each: 'week',
    comparedWith,
    points: points.map((point, index) => ({ ...point, compared: compared[index] ?? null })),
  }
}
