import { cellWords } from '#app/cell-words.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { untilWritten } from '#app/database.ts'
import { ChangeWords } from '#app/figure.tsx'
import { Link } from '#app/link.tsx'
import { listCompared } from '#app/measured.ts'
import { comparisonName } from '#app/pickers.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import { readResult } from '#app/status.ts'
import { isSurvey, listSurveyFigures } from '#app/surveys/figures.ts'
import { timesWords } from '#app/time-words.ts'
import { metricAddress, resultHref, type View } from '#app/view.ts'
import { comparedOf } from '#app/yardstick.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { teamNames } from '#lib/queries/teams.ts'
import type { MetricDefinition, Scope } from '#scorecards/result.ts'

/** Every scope in which a metric was measured, with its figure. */
export async function ScopeList({
  definition,
  scope,
  view,
}: {
  definition: MetricDefinition
  /** Only the cells there; of no scope in particular: every scope. */
  scope: Scope
  view: View
}) {
  const [measured, paths, teams] = await Promise.all([
    isSurvey(definition.id)
      ? listSurveyFigures(view, definition.id)
      : listCompared(view, { metricIds: [definition.id] }),
    untilWritten(listGoldenPaths),
    untilWritten(teamNames),
  ])
  const shown = measured.filter(({ result }) => isBelow(result.scope, scope))
  if (shown.length === 0 && Object.keys(scope).length > 0) {
    return <p className="section">This was not measured here.</p>
  }
  if (shown.length === 0) return <NotMeasured isOfSurvey={isSurvey(definition.id)} />
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
      <p className="note">
        {shown.some(({ result }) => cellWords(result) !== null)
          ? 'Open one to see the rows behind it.'
          : 'Open one to see its course, and why it changed.'}{' '}
        The figures are {timesWords(shown.map(({ result }) => result))}.
      </p>
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
            {shown
              .map((one) => ({ one, name: nameOf(one.result.scope), cell: cellWords(one.result) }))
              .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
              .map(({ one, name, cell }) => {
                const { figure, hasFigure, counts, verdict } = readResult(one.result)
                const change = comparedOf(one)
                return (
                  <tr key={`${name} ${cell}`}>
                    <th scope="row">
                      {cell === null ? (
                        <Link href={metricAddress(view, definition.id, one.result.scope)}>
                          {name}
                        </Link>
                      ) : (
                        <Link href={resultHref(view, one.result)} scroll={false}>
                          {name}: {cell}
                        </Link>
                      )}
                    </th>
                    <td className={hasFigure ? 'number' : 'number words'}>{figure}</td>
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

const isBelow = (own: Scope, scope: Scope) =>
  (['pathId', 'teamId', 'sourceId'] as const).every(
    (part) => scope[part] === undefined || own[part] === scope[part],
  )

function NotMeasured({ isOfSurvey }: { isOfSurvey: boolean }) {
  return (
    <p className="section">
      {isOfSurvey ? 'No closed wave of a survey has asked for it' : 'It was not measured yet'}:{' '}
      <code>npx desirepath collect</code>, then <code>npx desirepath score</code>.
    </p>
  )
}
