import type { database } from '#app/database.ts'
import type { FigureName } from '#app/url-state.ts'
import type { View } from '#app/view.ts'
import { comparedPeriods } from '#app/windows.ts'
import { type ChangeStory, explainChange } from '#lib/queries/explain-change.ts'

/**
 * Why a figure changed since the moment that a view compares with, or between the window that it names
 * and that which the view compares it with; null when it compares with none.
 */
export async function storyOf(
  db: Awaited<ReturnType<typeof database>>,
  view: View,
  figure: FigureName,
): Promise<ChangeStory | null> {
  const { at, comparison } = view
  const { metricId, scope } = figure
  if (comparison.at === null || scope.sourceId !== undefined) return null
  const { pathId, teamId } = scope
  const question = {
    metricId,
    scope: { ...(pathId !== undefined && { pathId }), ...(teamId !== undefined && { teamId }) },
    before: comparison.at,
    after: at,
    now: new Date(),
  }
  if (figure.window === undefined) return explainChange(db, question)
  const windows = comparedPeriods(view, figure.window)
  return windows && explainChange(db, { ...question, windows })
}
