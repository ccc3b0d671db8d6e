import type { DataTable } from '#app/data-table.ts'
import { formatCountOf, formatDays } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { StateWord } from '#app/state-word.tsx'
import { hrefOf, type View } from '#app/view.ts'
import { USAGE_ORDER, usageWord } from '#app/words.ts'
import type { UsageRow } from '#lib/queries/usage.ts'

/** Services of a path with what proves their use; those that need work first. */
export function pathServices(
  usage: readonly UsageRow[],
  names: ReadonlyMap<string, string>,
  caption: string,
  view: View,
): DataTable<UsageRow> {
  const teamOf = ({ team }: UsageRow) =>
    team === null ? 'no owner known' : (names.get(team) ?? team)
  return {
    id: 'path-services',
    caption,
    rows: usage.toSorted((a, b) => urgency(b) - urgency(a)),
    keyOf: ({ service, path }) => `${service} ${path}`,
    metricIds: ['ADO-10', 'ADO-11'],
    columns: [
      { key: 'service', name: 'Service', value: ({ service }) => service },
      {
        key: 'team',
        name: 'Team',
        value: teamOf,
        cell: (row) =>
          row.team === null ? (
            teamOf(row)
          ) : (
            <Link href={hrefOf(view, `/teams/${row.team}`)}>{teamOf(row)}</Link>
          ),
      },
      {
        key: 'state',
        name: 'State',
        value: ({ state }) => usageWord(state).word,
        cell: ({ state }) => <StateWord word={usageWord(state)} />,
      },
      { key: 'version', name: 'Version', value: ({ version }) => version },
      {
        key: 'behind',
        name: 'Behind',
        isNumber: true,
        value: ({ lagDays }) => lagDays,
        cell: lagText,
      },
      {
        key: 'evidence',
        name: 'Evidence',
        className: 'evidence',
        value: ({ evidence }) => evidence,
      },
    ],
  }
}

const FIRST: readonly string[] = ['drifted', 'outdated', 'opted_out', 'absent', 'unknown']
const urgency = ({ state }: UsageRow) => {
  const place = FIRST.indexOf(state)
  return place < 0 ? -USAGE_ORDER.length : -place
}

/** `2 versions, 41 days`; nothing for a service that is not behind. */
export function lagText({ lagVersions, lagDays }: UsageRow): string {
  if (lagVersions === null || lagVersions === 0) return ''
  const versions = formatCountOf(lagVersions, 'version')
  return lagDays === null ? versions : `${versions}, ${formatDays(lagDays)}`
}
