import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { surveyResults } from '#app/surveys/load.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readRequest(request, ROUTES['/api/v1/surveys'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view } = asked
  return answer(request, {
    asOf: view.at,
    items: await surveyResults(view.at),
  })
}
