import { type AsOf, at } from '#app/as-of.ts'
import { formatCountOf, formatDays } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { StateWord } from '#app/state-word.tsx'
import { usageWord } from '#app/words.ts'
import type { UsageRow } from '#lib/queries/usage.ts'

/** The use of paths by services, with what proves it. */
export function UsageTable({
  usage,
  names,
  asOf,
  beside,
  caption,
}: {
  usage: readonly UsageRow[]
  /** Team or path id → name. */
  names: ReadonlyMap<string, string>
  asOf: AsOf
  /** What stands beside each service: its team, or the path it is about. */
  beside: 'team' | 'path'
  caption: string
}) {
  if (usage.length === 0) return <p className="note">No service was known at this moment.</p>
  return (
    <div className="scroll">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">{beside === 'path' ? 'Golden path' : 'Team'}</th>
            <th scope="col">State</th>
            <th scope="col">Version</th>
            <th scope="col" className="number">
              Behind
            </th>
            <th scope="col">Evidence</th>
          </tr>
        </thead>
        <tbody>
          {usage.map((row) => (
            <tr key={`${row.service} ${row.path}`}>
              <th scope="row">{row.service}</th>
              <td>
                <Subject row={row} names={names} asOf={asOf} beside={beside} />
              </td>
              <td>
                <StateWord word={usageWord(row.state)} />
              </td>
              <td>{row.version ?? ''}</td>
              <td className="number">{lagText(row)}</td>
              <td className="evidence">{row.evidence}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Subject({
  row,
  names,
  asOf,
  beside,
}: {
  row: UsageRow
  names: ReadonlyMap<string, string>
  asOf: AsOf
  beside: 'team' | 'path'
}) {
  if (beside === 'path') {
    return (
      <Link href={at(asOf, `/golden-paths/${row.path}`)}>{names.get(row.path) ?? row.path}</Link>
    )
  }
  if (row.team === null) return 'no owner known'
  return <Link href={at(asOf, `/teams/${row.team}`)}>{names.get(row.team) ?? row.team}</Link>
}

/** `2 versions, 41 days`; nothing for a service that is not behind. */
function lagText({ lagVersions, lagDays }: UsageRow): string {
  if (lagVersions === null || lagVersions === 0) return ''
  const versions = formatCountOf(lagVersions, 'version')
  return lagDays === null ? versions : `${versions}, ${formatDays(lagDays)}`
}
