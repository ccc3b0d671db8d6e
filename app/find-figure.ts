import { untilWritten } from '#app/database.ts'
import { asShownAt } from '#app/status.ts'
import { findSurveyFigure, isSurvey } from '#app/surveys/figures.ts'
import type { FigureName } from '#app/url-state.ts'
import type { View } from '#app/view.ts'
import { openMeasurement } from '#lib/queries/opened.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** A figure as a view shows it, with its rows; undefined where it was never computed or published. */
export async function findFigure(
  view: View,
  figure: FigureName,
): Promise<MetricResult | undefined> {
  const { metricId, scope, cell = {} } = figure
  if (isSurvey(metricId)) return (await findSurveyFigure(view, figure))?.result
  const found = await untilWritten(
    openMeasurement,
    { metricId, ...scope, cell: cellOf({ parameters: cell }) },
    view.weekEnd,
  )
  return found && asShownAt(found, view.at)
}
