import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { database } from '#app/database.ts'
import { isWithin } from '#app/within.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { listTeams } from '#lib/queries/teams.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readRequest(request, ROUTES['/api/v1/teams'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, within } = asked
  const db = await database()
  const [teams, states] = await Promise.all([
    listTeams(db, view.at),
    listAdoptionStates(db, { asOf: view.at }),
  ])
  const own = teams.filter(({ id }) => isWithin(within, id))
  const items = own.map(({ id, name, kind, parentId }) => ({
    id,
    name,
    kind,
    parentId,
    states: Object.fromEntries(
      states.filter(({ team }) => team === id).map(({ path, state }) => [path, state]),
    ),
  }))
  return answer(request, { asOf: view.at, items })
}
