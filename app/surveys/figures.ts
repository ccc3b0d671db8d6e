import { findDefinition } from '#app/definitions.ts'
import type { MeasuredMetric } from '#app/measured.ts'
import { surveyResults } from '#app/surveys/load.ts'
import { newestOfPaths } from '#app/surveys/waves.ts'
import type { FigureName } from '#app/url-state.ts'
import type { View } from '#app/view.ts'

/** Whether a metric is told by publications of survey waves alone. */
export const isSurvey = (metricId: string): boolean =>
  findDefinition(metricId)?.area === 'satisfaction'

/**
 * What the last wave that asked published of a figure: of a path, or of one group of those asked, and of
 * one theme where it is told by themes.
 */
export async function findSurveyFigure(
  view: View,
  { metricId, scope: { pathId, teamId, sourceId }, cell = {} }: FigureName,
): Promise<MeasuredMetric | undefined> {
  const { theme, ...others } = cell
  if (sourceId !== undefined || Object.keys(others).length > 0) return undefined
  const asked = { group: teamId, metricId }
  const newest = newestOfPaths(await surveyResults(view.at), view, asked)
  return newest.find(
    ({ result }) => result.scope.pathId === pathId && result.parameters['theme'] === theme,
  )
}

/** The same of every path that was asked about, of all who were asked. */
export const listSurveyFigures = async (view: View, metricId: string): Promise<MeasuredMetric[]> =>
  newestOfPaths(await surveyResults(view.at), view, { metricId })
