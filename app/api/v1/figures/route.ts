import { answer, readFigureRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { findFigure } from '#app/find-figure.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readFigureRequest(request, ROUTES['/api/v1/figures'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, figure } = asked
  const found = await findFigure(view, figure)
  const items = found === undefined ? [] : [found]
  return answer(request, { asOf: view.at, items })
}
