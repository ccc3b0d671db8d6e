import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { database } from '#app/database.ts'
import { asShownAt } from '#app/status.ts'
import { openMeasurement } from '#lib/queries/opened.ts'
import { problem } from '#lib/request-error.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = readRequest(request, ROUTES['/api/v1/figures'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, parameters } = asked
  if (parameters.ev === null) return problem(400, 'ev: names no figure')
  const { metricId, scope } = parameters.ev
  const found = await openMeasurement(await database(), { metricId, ...scope }, view.at)
  const items = found === undefined ? [] : [asShownAt(found, view.at)]
  return answer(request, { asOf: view.at, items })
}
