import { untilWritten } from '#app/database.ts'
import { asShownAt } from '#app/status.ts'
import { findSurveyFigure, isSurvey } from '#app/surveys/figures.ts'
import type { FigureName } from '#app/url-state.ts'
import type { View } from '#app/view.ts'
import { measureOver, windowOf } from '#app/windows.ts'
import { earlierOf } from '#lib/period.ts'
import { openMeasurement } from '#lib/queries/opened.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** A figure as a view shows it, with its rows; undefined where it was never computed or published. */
export async function findFigure(
  view: View,
  figure: FigureName,
): Promise<MetricResult | undefined> {
  const { metricId, scope, cell = {} } = figure
  if (figure.window !== undefined) return findOverWindow(view, figure, figure.window)
  if (isSurvey(metricId)) return (await findSurveyFigure(view, figure))?.result
  const found = await untilWritten(
    openMeasurement,
    { metricId, ...scope, cell: cellOf({ parameters: cell }) },
    view.weekEnd,
  )
  return found && asShownAt(found, view.at)
}

/** Of surveys the newest wave that had closed at the end of the window. */
async function findOverWindow(
  view: View,
  figure: FigureName,
  text: string,
): Promise<MetricResult | undefined> {
  const window = windowOf(view, text)
  if (window === null) return undefined
  if (isSurvey(figure.metricId)) {
    const then = { ...view, at: earlierOf(view.at, window.period.to) }
    return (await findSurveyFigure(then, figure))?.result
  }
  const results = await measureOver(view, figure, window, true)
  const cell = cellOf({ parameters: figure.cell ?? {} })
  return results.find((one) => cellOf(one) === cell)
}
