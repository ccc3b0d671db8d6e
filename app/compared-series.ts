import { usable } from '#app/change.ts'
import { untilPublished } from '#app/database.ts'
import { formatCountOf } from '#app/format.ts'
import { listMeasured } from '#app/measured.ts'
import { findSurveyFigure, isSurvey } from '#app/surveys/figures.ts'
import type { FigureName } from '#app/url-state.ts'
import type { View } from '#app/view.ts'
import { measureOverAll } from '#app/windows.ts'
import { earlierOf, monthsIn, type Period, quartersIn, weekOf, weeksIn } from '#lib/period.ts'
import { listSeries, type SeriesPoint } from '#lib/queries/series.ts'
import { quarterOf } from '#lib/range.ts'
import {
  type Calendar,
  parseWindow,
  previousWindow,
  type Window,
  yearEarlier,
} from '#lib/windows.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import type { Scope } from '#scorecards/result.ts'

/** Of which windows a series is made, where those are no weeks. */
type Bucket = 'month' | 'quarter'

export interface ComparedPoint extends SeriesPoint {
  /** In the metric's unit; null where there is nothing to compare with. */
  readonly compared: number | null
}

/** A figure week by week, oldest first, each beside what it is compared with. */
export interface ComparedSeries {
  /** What each point is of; a wave of a survey stands at the moment it closed. */
  readonly each: 'week' | Bucket | 'wave'
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
  bucket: Bucket | null = null,
): Promise<ComparedSeries> {
  if (isSurvey(metricId)) {
    const points = (await findSurveyFigure(view, { metricId, scope }))?.series ?? []
    return { ...beside(points, [], null), each: 'wave' }
  }
  if (bucket !== null) return loadWindows(view, { metricId, scope }, bucket)
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
  const yardstick = await yardstickOf(view, metricId, scope)
  if (yardstick === undefined) return beside(points, [], null)
  const { kind, value } = yardstick
  const newest = points.length - 1
  return beside(
    points,
    points.map((_, index) => (kind === 'target' || index === newest ? value : null)),
    kind === 'target' ? 'The target' : 'The median of the other teams',
  )
}

async function yardstickOf(view: View, metricId: string, scope: Scope) {
  const [measured] = await listMeasured(view, {
    metricIds: [metricId],
    pathIds: [scope.pathId ?? ''],
    ...(scope.teamId !== undefined && { teamId: scope.teamId }),
  })
  return scope.sourceId === undefined ? measured?.yardstick : undefined
}

/** The same over whole months or fiscal quarters, those that the range cuts too. */
async function loadWindows(
  view: View,
  figure: FigureName,
  bucket: Bucket,
): Promise<ComparedSeries> {
  const { range, organisation, comparison } = view
  const periods =
    bucket === 'month' ? monthsIn(range) : quartersIn(range, organisation.fiscalYearStart)
  const nameOf = ({ from }: Period) =>
    bucket === 'month' ? from.toISOString().slice(0, 7) : quarterOf(from, organisation)
  const windows = periods.flatMap((period) => parseWindow(nameOf(period), organisation) ?? [])
  const points = await pointsOf(view, figure, windows)
  const references = windows.map((window) => {
    if (comparison.text === 'yoy') return yearEarlier(window, organisation)
    return comparison.text === 'prev' ? before(window, windows.length, organisation) : null
  })
  const known = references.filter((window) => window !== null)
  if (known.length === windows.length) {
    const compared = await pointsOf(view, figure, known)
    const words =
      comparison.text === 'yoy'
        ? 'A year earlier'
        : `${formatCountOf(windows.length, bucket)} before`
    return {
      ...beside(
        points,
        compared.map(({ value }) => value),
        words,
      ),
      each: bucket,
    }
  }
  const yardstick =
    comparison.text === 'target'
      ? await yardstickOf(view, figure.metricId, figure.scope)
      : undefined
  return yardstick === undefined
    ? { ...beside(points, [], null), each: bucket }
    : {
        ...beside(
          points,
          points.map(() => yardstick.value),
          'The target',
        ),
        each: bucket,
      }
}

/** The one that many windows of its kind before. */
function before(window: Window, count: number, organisation: Calendar): Window {
  let earlier = window
  for (let step = 0; step < count; step += 1) earlier = previousWindow(earlier, organisation)
  return earlier
}

async function pointsOf(
  view: View,
  figure: FigureName,
  windows: readonly Window[],
): Promise<SeriesPoint[]> {
  const measured = await measureOverAll(view, figure, windows, false)
  return windows.map(({ period: { to } }, index) => {
    const result = measured[index]?.find((one) => cellOf(one) === '')
    // What goes on is told as far as it was scored.
    const at = result === undefined ? to : earlierOf(to, new Date(result.asOf))
    return { at, value: usable(result), n: result?.n ?? null }
  })
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
