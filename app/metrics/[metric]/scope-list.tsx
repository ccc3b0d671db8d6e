import { CsvLink } from '#app/data-table-view.tsx'
import { untilWritten } from '#app/database.ts'
import { ChangeWords } from '#app/figure.tsx'
import { Link } from '#app/link.tsx'
import { listCompared } from '#app/measured.ts'
import { comparisonName } from '#app/pickers.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import { readResult } from '#app/status.ts'
import { isSurvey, listSurveyFigures } from '#app/surveys/figures.ts'
import { metricAddress, type View } from '#app/view.ts'
import { comparedOf } from '#app/yardstick.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { teamNames } from '#lib/queries/teams.ts'
import type { MetricDefinition, Scope } from '#scorecards/result.ts'

/** Every scope in which a metric was measured, with its figure. */
export async function ScopeList({
  definition,
  view,
}: {
  definition: MetricDefinition
  view: View
}) {
  const [measured, paths, teams] = await Promise.all([
    isSurvey(definition.id)
      ? listSurveyFigures(view, definition.id)
      : listCompared(view, { metricIds: [definition.id] }),
    untilWritten(listGoldenPaths),
    untilWritten(teamNames),
  ])
  if (measured.length === 0) return <NotMeasured isOfSurvey={isSurvey(definition.id)} />
  const isCompared = view.comparison.text !== 'off'
  const pathNames = new Map(paths.map(({ id, name }) => [id, name]))
  const nameOf = ({ pathId, teamId, sourceId }: Scope) =>
    [
      ...(sourceId === undefined ? [] : [sourceId]),
      ...(pathId === undefined ? [] : [pathNames.get(pathId) ?? pathId]),
      ...(teamId === undefined ? [] : [teams.get(teamId) ?? teamId]),
    ].join(', ')
  return (
    <section className="section" aria-label="Where it was measured">
      <CsvLink
        id="measurements"
        view={view}
        file={{ ev: { metricId: definition.id, scope: {} } }}
      />
      <p className="note">Open one to see its course, and why it changed.</p>
      <div className="scroll">
        <table>
          <caption>Where it was measured</caption>
          <thead>
            <tr>
              <th scope="col">Scope</th>
              <th scope="col" className="number">
                Value
              </th>
              <th scope="col">Counts</th>
              <th scope="col">Status</th>
              {isCompared && <th scope="col">Change {comparisonName(view)}</th>}
            </tr>
          </thead>
          <tbody>
            {measured
              .map((one) => ({ one, name: nameOf(one.result.scope) }))
              .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
              .map(({ one, name }) => {
                const { figure, counts, verdict } = readResult(one.result)
                const change = comparedOf(one)
                return (
                  <tr key={name}>
                    <th scope="row">
                      <Link href={metricAddress(view, definition.id, one.result.scope)}>
                        {name}
                      </Link>
                    </th>
                    <td className="number">{figure}</td>
                    <td>{counts ?? ''}</td>
                    <td>{verdict !== null && <VerdictWord verdict={verdict} />}</td>
                    {isCompared && (
                      <td>{change !== null && <ChangeWords change={change} short />}</td>
                    )}
                  </tr>
                )
              })}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function NotMeasured({ isOfSurvey }: { isOfSurvey: boolean }) {
  return (
    <p className="section">
      {isOfSurvey ? 'No closed wave of a survey has asked for it' : 'It was not measured yet'}:{' '}
      <code>npx desirepath collect</code>, then <code>npx desirepath score</code>.
    </p>
  )
}
