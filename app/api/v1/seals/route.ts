import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { findSealedFigures, isQuarter } from '#app/sealed-figures.ts'
import { problem } from '#lib/request-error.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readRequest(request, ROUTES['/api/v1/seals'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view } = asked
  if (!isQuarter(view.range.text))
    return problem(400, 'range: names no fiscal quarter, such as 2026-Q3')
  return answer(request, { asOf: view.at, items: await findSealedFigures(view) })
}
