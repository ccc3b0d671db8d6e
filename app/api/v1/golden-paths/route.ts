import { answer, readRequest } from '#app/api/answers.ts'
import { ROUTES } from '#app/api/routes.ts'
import { database } from '#app/database.ts'
import { isWithin } from '#app/within.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'

export async function GET(request: Request): Promise<Response> {
  const asked = await readRequest(request, ROUTES['/api/v1/golden-paths'].parameters)
  if ('refusal' in asked) return asked.refusal
  const { view, within } = asked
  const db = await database()
  const [paths, states] = await Promise.all([
    listGoldenPaths(db),
    listAdoptionStates(db, { asOf: view.at }),
  ])
  const items = paths.map(({ id, name, capability, ownerId, description, ...dates }) => {
    const own = Map.groupBy(
      states.filter(({ path, team }) => path === id && isWithin(within, team)),
      ({ state }) => state,
    )
    return {
      id,
      name,
      capability,
      ownerId,
      description,
      availableSince: dates.availableSince,
      deprecatedOn: dates.deprecatedOn,
      states: Object.fromEntries([...own].map(([state, teams]) => [state, teams.length])),
    }
  })
  return answer(request, { asOf: view.at, items })
}
