import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { database } from '#app/database.ts'
import { asShownAt } from '#app/status.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readRequest(request, ROUTES['/api/v1/measurements'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, parameters } = asked
  const filter = parameters.path === null ? {} : { pathId: parameters.path }
  const found = await listMeasurements(await database(), view.at, filter)
  const items = found.map((one) => asShownAt(one, view.at))
  return answer(request, { asOf: view.at, items })
}
