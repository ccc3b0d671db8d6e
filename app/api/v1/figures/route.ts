import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { findFigure } from '#app/find-figure.ts'
import { problem } from '#lib/request-error.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = readRequest(request, ROUTES['/api/v1/figures'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, parameters } = asked
  if (parameters.ev === null) return problem(400, 'ev: names no figure')
  const found = await findFigure(view, parameters.ev)
  const items = found === undefined ? [] : [found]
  return answer(request, { asOf: view.at, items })
}
