import { Link } from '#app/link.tsx'
import { StateWord } from '#app/state-word.tsx'
import { lagText } from '#app/tables/path-services.tsx'
import { hrefOf, type View } from '#app/view.ts'
import { usageWord } from '#app/words.ts'
import type { UsageRow } from '#lib/queries/usage.ts'

/** The use of paths by the services of a team, with what proves it. */
export function UsageTable({
  usage,
  names,
  view,
}: {
  usage: readonly UsageRow[]
  /** Path id → name. */
  names: ReadonlyMap<string, string>
  view: View
}) {
  return (
    <div className="scroll">
      <table>
        <caption>Each service on each golden path, by name</caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Golden path</th>
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
                <Link href={hrefOf(view, `/golden-paths/${row.path}`)}>
                  {names.get(row.path) ?? row.path}
                </Link>
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
