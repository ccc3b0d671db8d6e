import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { database } from '#app/database.ts'
import { listSeries } from '#lib/queries/series.ts'
import { problem } from '#lib/request-error.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = readRequest(request, ROUTES['/api/v1/series'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, parameters } = asked
  if (parameters.ev === null) return problem(400, 'ev: names no figure')
  const { metricId, scope } = parameters.ev
  const { from, to } = view.range
  const series = await listSeries(await database(), { metricIds: [metricId], scope, from, to })
  return answer(request, { asOf: view.at, items: series.get(metricId) ?? [] })
}
