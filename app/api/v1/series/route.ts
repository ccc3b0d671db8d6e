import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { loadSeries } from '#app/compared-series.ts'
import { problem } from '#lib/request-error.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = readRequest(request, ROUTES['/api/v1/series'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, parameters } = asked
  if (parameters.ev === null) return problem(400, 'ev: names no figure')
  if (parameters.ev.cell !== undefined) {
    return problem(400, 'ev: a cell of a table has no series; name a metric that is one number')
  }
  if (parameters.ev.window !== undefined) {
    return problem(400, 'ev: a series has many windows; leave the window out, and name a range')
  }
  const { metricId, scope } = parameters.ev
  const { points } = await loadSeries(view, metricId, scope, parameters.bucket)
  return answer(request, { asOf: view.at, items: points })
}
