import { answer, readFigureRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { loadSeries } from '#app/compared-series.ts'
import { problem } from '#lib/request-error.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readFigureRequest(request, ROUTES['/api/v1/series'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, figure, parameters } = asked
  if (figure.cell !== undefined) {
    return problem(400, 'ev: a cell of a table has no series; name a metric that is one number')
  }
  if (figure.window !== undefined) {
    return problem(400, 'ev: a series has many windows; leave the window out, and name a range')
  }
  const { metricId, scope } = figure
  const { points } = await loadSeries(view, metricId, scope, parameters.bucket)
  return answer(request, { asOf: view.at, items: points })
}
