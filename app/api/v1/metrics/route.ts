import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { definitions } from '#scorecards/catalogue.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readRequest(request, ROUTES['/api/v1/metrics'].parameters)
  if ('refusal' in asked) return asked.refusal
  return answer(request, { asOf: asked.view.at, items: definitions })
}
