import { levelWords } from '#app/level-words.ts'
import { Link } from '#app/link.tsx'
import { OUTCOMES } from '#app/outcome-verdicts.ts'
import { Scroll } from '#app/scroll.tsx'
import { StatusShape } from '#app/shape.tsx'
import { hrefOf, type View } from '#app/view.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { Scorecard } from '#scorecards/checks/scorecard.ts'

/** Golden paths against the duties of their owners; paths by name. */
export function DutyTable({
  rows,
  view,
}: {
  rows: readonly { readonly path: GoldenPath; readonly scorecard: Scorecard }[]
  view: View
}) {
  const [first] = rows
  const duties = first?.scorecard.checks.map(({ definition }) => definition) ?? []
  return (
    <Scroll label="Duties of owners">
      <table className="matrix">
        <caption>
          Golden paths by name. Unknown is neither kept nor broken: no source says yet.
        </caption>
        <thead>
          <tr>
            <th scope="col">Golden path</th>
            <th scope="col">Level</th>
            {duties.map(({ id, name, rule }) => (
              <th key={id} scope="col" title={rule}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ path, scorecard }) => (
            <tr key={path.id}>
              <th scope="row">
                <Link href={`${hrefOf(view, `/golden-paths/${path.id}`)}#duties`}>{path.name}</Link>
              </th>
              <td className="nowrap">{levelWords(scorecard)}</td>
              {scorecard.checks.map(({ definition, outcome, findings }) => {
                const { word, shape, tone } = OUTCOMES[outcome]
                return (
                  <td key={definition.id} title={findings[0]?.evidence}>
                    <span className={`verdict tone-${tone}`}>
                      <StatusShape shape={shape} />
                      {word}
                    </span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
