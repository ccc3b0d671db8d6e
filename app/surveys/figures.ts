import { findDefinition } from '#app/definitions.ts'
import type { MeasuredMetric } from '#app/measured.ts'
import { surveyResults } from '#app/surveys/load.ts'
import { newestOfPaths } from '#app/surveys/waves.ts'
import type { FigureName } from '#app/url-state.ts'
import type { View } from '#app/view.ts'

/** Whether a metric is told by publications of survey waves alone. */
export const isSurvey = (metricId: string): boolean =>
  findDefinition(metricId)?.area === 'satisfaction'

/** What the last wave that asked published of a figure: of a path, or of one group of those asked. */
export async function findSurveyFigure(
  view: View,
  { metricId, scope: { pathId, teamId } }: FigureName,
): Promise<MeasuredMetric | undefined> {
  const newest = newestOfPaths(await surveyResults(view.at), view, teamId)
  return newest.find(({ result }) => result.metricId === metricId && result.scope.pathId === pathId)
}

/** The same of every path that was asked about, of all who were asked. */
export async function listSurveyFigures(view: View, metricId: string): Promise<MeasuredMetric[]> {
  const newest = newestOfPaths(await surveyResults(view.at), view)
  return newest.filter(({ result }) => result.metricId === metricId)
}
