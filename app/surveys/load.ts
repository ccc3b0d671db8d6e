import { untilWritten } from '#app/database.ts'
import { listEverySurveyResult, type SurveyResults } from '#lib/queries/survey-results.ts'

/** What was published of the waves that had closed by `asOf`, the newest first. */
export async function surveyResults(asOf: Date): Promise<SurveyResults[]> {
  const all = await untilWritten(listEverySurveyResult)
  return all.filter(({ closedAt }) => closedAt <= asOf)
}
