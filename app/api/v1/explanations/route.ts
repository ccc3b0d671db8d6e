import { answer, readFigureRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { database } from '#app/database.ts'
import { storyOf } from '#app/story.ts'
import { problem } from '#lib/request-error.ts'
import type { MetricResult } from '#scorecards/result.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readFigureRequest(request, ROUTES['/api/v1/explanations'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, figure } = asked
  if (figure.cell !== undefined) {
    return problem(
      400,
      'ev: a cell of a table has no explanation; name a metric that is one number',
    )
  }
  const story = await storyOf(await database(), view, figure)
  const items =
    story === null ? [] : [{ ...story, before: sideOf(story.before), after: sideOf(story.after) }]
  return answer(request, { asOf: view.at, items })
}

function sideOf(result: MetricResult | null) {
  if (result === null) return null
  const { window, asOf, value, numerator, denominator, n, unit, status, definitionVersion } = result
  return { window, asOf, value, numerator, denominator, n, unit, status, definitionVersion }
}
