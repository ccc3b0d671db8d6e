import type { DataTable } from '#app/data-table.ts'
import { formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { StateWord } from '#app/state-word.tsx'
import { hrefOf, type View } from '#app/view.ts'
import { adoptionWord, flagWord, originWord, ruleWord } from '#app/words.ts'
import { toDay } from '#lib/period.ts'
import type { StateRun } from '#lib/queries/state-runs.ts'
import type { TeamState } from '#lib/queries/states.ts'

/** Every team on a path, by name: never a ranking. */
export function pathTeams(
  states: readonly TeamState[],
  runs: readonly StateRun[],
  names: ReadonlyMap<string, string>,
  view: View,
): DataTable<TeamState> {
  const current = new Map(runs.map((run) => [run.teamId, run]))
  const nameOf = ({ team }: TeamState) => names.get(team) ?? team
  const sinceOf = ({ team }: TeamState) => current.get(team)?.first ?? null
  return {
    id: 'path-teams',
    caption: 'Teams by name, with the state at the end of the last scored week',
    rows: states.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), 'en')),
    keyOf: ({ team }) => team,
    metricIds: ['ADO-01', 'ADO-02'],
    columns: [
      {
        key: 'team',
        name: 'Team',
        value: nameOf,
        cell: (row) => <Link href={hrefOf(view, `/teams/${row.team}`)}>{nameOf(row)}</Link>,
      },
      {
        key: 'state',
        name: 'State',
        value: ({ state }) => adoptionWord(state).word,
        cell: ({ state }) => <StateWord word={adoptionWord(state)} />,
      },
      day('since', 'Since', sinceOf, ''),
      { key: 'adopted', name: 'Adopted', value: ({ origin }) => originWord(origin) },
      day('first', 'First adopted', ({ firstAdoptedWeek }) => firstAdoptedWeek, 'never'),
      {
        key: 'why',
        name: 'Why this state',
        className: 'evidence',
        value: ({ rule, flags }) => [ruleWord(rule), ...flags.map(flagWord)].join('; '),
      },
    ],
  }
}

function day(
  key: string,
  name: string,
  of: (row: TeamState) => Date | null,
  otherwise: string,
): DataTable<TeamState>['columns'][number] {
  return {
    key,
    name,
    className: 'nowrap',
    value: (row) => {
      const instant = of(row)
      return instant === null ? null : toDay(instant)
    },
    cell: (row) => {
      const instant = of(row)
      return instant === null ? otherwise : formatDay(instant)
    },
  }
}
