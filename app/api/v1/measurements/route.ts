import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { database } from '#app/database.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = readRequest(request, ROUTES['/api/v1/measurements'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, parameters } = asked
  const filter = parameters.path === null ? {} : { pathId: parameters.path }
  const items = await listMeasurements(await database(), view.at, filter)
  return answer(request, { asOf: view.at, items })
}
