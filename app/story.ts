import type { database } from '#app/database.ts'
import type { FigureName } from '#app/url-state.ts'
import type { View } from '#app/view.ts'
import { type ChangeStory, explainChange } from '#lib/queries/explain-change.ts'

/** Why a figure changed since the moment that a view compares with; null when it compares with none. */
export async function storyOf(
  db: Awaited<ReturnType<typeof database>>,
  { at, comparison }: View,
  { metricId, scope }: FigureName,
): Promise<ChangeStory | null> {
  if (comparison.at === null || scope.sourceId !== undefined) return null
  const { pathId, teamId } = scope
  const question = {
    metricId,
    scope: { ...(pathId !== undefined && { pathId }), ...(teamId !== undefined && { teamId }) },
  }
  return explainChange(db, { ...question, before: comparison.at, after: at, now: new Date() })
}
