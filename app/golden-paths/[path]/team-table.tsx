import { type AsOf, at } from '#app/as-of.ts'
import { formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { StateWord } from '#app/state-word.tsx'
import { adoptionWord, flagWord, originWord, ruleWord } from '#app/words.ts'
import type { StateRun } from '#lib/queries/state-runs.ts'
import type { TeamState } from '#lib/queries/states.ts'

/** Every team on the path, by name: never a ranking. */
export function TeamTable({
  states,
  runs,
  names,
  asOf,
}: {
  states: readonly TeamState[]
  runs: readonly StateRun[]
  names: ReadonlyMap<string, string>
  asOf: AsOf
}) {
  if (states.length === 0) return <p className="note">No week has been scored yet.</p>
  const current = new Map(runs.map((run) => [run.teamId, run]))
  const nameOf = (team: string) => names.get(team) ?? team
  return (
    <div className="scroll">
      <table>
        <caption>Teams by name, with the state at the end of the last scored week</caption>
        <thead>
          <tr>
            <th scope="col">Team</th>
            <th scope="col">State</th>
            <th scope="col">Since</th>
            <th scope="col">Adopted</th>
            <th scope="col">First adopted</th>
            <th scope="col">Why this state</th>
          </tr>
        </thead>
        <tbody>
          {states
            .toSorted((a, b) => nameOf(a.team).localeCompare(nameOf(b.team), 'en'))
            .map((state) => (
              <tr key={state.team}>
                <th scope="row">
                  <Link href={at(asOf, `/teams/${state.team}`)}>{nameOf(state.team)}</Link>
                </th>
                <td>
                  <StateWord word={adoptionWord(state.state)} />
                </td>
                <td className="nowrap">{sinceText(current.get(state.team))}</td>
                <td>{originWord(state.origin)}</td>
                <td className="nowrap">
                  {state.firstAdoptedWeek === null ? 'never' : formatDay(state.firstAdoptedWeek)}
                </td>
                <td className="evidence">
                  {[ruleWord(state.rule), ...state.flags.map(flagWord)].join('; ')}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}

const sinceText = (run: StateRun | undefined) => (run === undefined ? '' : formatDay(run.first))
