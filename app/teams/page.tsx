import type { Metadata } from 'next'
import { type AsOf, at, readAsOf } from '#app/as-of.ts'
import { AsOfLine } from '#app/as-of-line.tsx'
import { database } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { formatCountOf } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { StateWord } from '#app/state-word.tsx'
import { adoptionWord } from '#app/words.ts'
import { type GoldenPath, listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listAdoptionStates, type TeamState } from '#lib/queries/states.ts'
import { listTeams, type Team } from '#lib/queries/teams.ts'

export const metadata: Metadata = { title: 'Teams' }

export default async function TeamsPage({ searchParams }: PageProps<'/teams'>) {
  const asOf = readAsOf(await searchParams, new Date())
  const db = await database()
  const [teams, paths, states] = await Promise.all([
    listTeams(db, asOf.at),
    listGoldenPaths(db),
    listAdoptionStates(db, { asOf: asOf.at }),
  ])
  if (teams.length === 0) return <EmptyDatabase />
  const [scored] = states
  return (
    <>
      <h1>Teams</h1>
      <p className="lead">
        {formatCountOf(teams.length, 'team')} by name, each with its state on each golden path. This
        is no ranking: a team is compared with its own past, on its own page.
      </p>
      <AsOfLine asOf={asOf} measured={scored?.weekEnd ?? null} />
      <section className="section" aria-label="Teams and golden paths">
        <StateMatrix teams={teams} paths={paths} states={states} asOf={asOf} />
      </section>
    </>
  )
}

function StateMatrix({
  teams,
  paths,
  states,
  asOf,
}: {
  teams: readonly Team[]
  paths: readonly GoldenPath[]
  states: readonly TeamState[]
  asOf: AsOf
}) {
  const stateOf = new Map(states.map(({ team, path, state }) => [`${team} ${path}`, state]))
  return (
    <div className="scroll">
      <table className="matrix">
        <caption>
          State of each team on each golden path, at the end of the last scored week
        </caption>
        <thead>
          <tr>
            <th scope="col">Team</th>
            {paths.map(({ id, name }) => (
              <th key={id} scope="col">
                <Link href={at(asOf, `/golden-paths/${id}`)}>{name}</Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {teams.map((team) => (
            <tr key={team.id}>
              <th scope="row">
                <Link href={at(asOf, `/teams/${team.id}`)}>{team.name}</Link>
              </th>
              {paths.map(({ id }) => {
                const state = stateOf.get(`${team.id} ${id}`)
                return (
                  <td key={id}>
                    {state === undefined ? (
                      <span className="note">not scored</span>
                    ) : (
                      <StateWord word={adoptionWord(state)} />
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
