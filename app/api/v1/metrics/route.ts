import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { definitions } from '#scorecards/catalogue.ts'

export function GET(request: Request): Response {
  const asked = readRequest(request, ROUTES['/api/v1/metrics'].parameters)
  if ('refusal' in asked) return asked.refusal
  return answer(request, { asOf: asked.view.at, items: definitions })
}
