import type { Column, DataTable } from '#app/data-table.ts'
import { Link } from '#app/link.tsx'
import { StateWord } from '#app/state-word.tsx'
import { hrefOf, type View } from '#app/view.ts'
import { adoptionWord } from '#app/words.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { TeamState } from '#lib/queries/states.ts'
import type { Team } from '#lib/queries/teams.ts'

/** Every team by name, with its state on each path. */
export function teamStates(
  teams: readonly Team[],
  paths: readonly GoldenPath[],
  states: readonly TeamState[],
  view: View,
): DataTable<Team> {
  const stateOf = new Map(states.map(({ team, path, state }) => [`${team} ${path}`, state]))
  return {
    id: 'team-states',
    caption: 'State of each team on each golden path, at the end of the last scored week',
    rows: teams,
    keyOf: ({ id }) => id,
    columns: [
      {
        key: 'team',
        name: 'Team',
        value: ({ name }) => name,
        cell: ({ id, name }) => <Link href={hrefOf(view, `/teams/${id}`)}>{name}</Link>,
      },
      ...paths.map(({ id, name }): Column<Team> => {
        const of = (team: Team) => stateOf.get(`${team.id} ${id}`)
        return {
          key: id.replaceAll(/\W/g, '_'),
          name,
          value: (team) => {
            const state = of(team)
            return state === undefined ? null : adoptionWord(state).word
          },
          cell: (team) => {
            const state = of(team)
            if (state === undefined) return <span className="note">not scored</span>
            return <StateWord word={adoptionWord(state)} />
          },
        }
      }),
    ],
  }
}
