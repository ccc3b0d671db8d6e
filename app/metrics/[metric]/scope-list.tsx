import { CsvLink } from '#app/data-table-view.tsx'
import { untilPublished, untilWritten } from '#app/database.ts'
import { Link } from '#app/link.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import { asShownAt, readResult } from '#app/status.ts'
import { metricAddress, type View } from '#app/view.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
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
  const [results, paths, teams] = await Promise.all([
    untilPublished(listMeasurements, view.weekEnd, { metricIds: [definition.id] }),
    untilWritten(listGoldenPaths),
    untilWritten(teamNames),
  ])
  if (results.length === 0) return <NotMeasured />
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
            </tr>
          </thead>
          <tbody>
            {results
              .map((result) => ({ result, name: nameOf(result.scope) }))
              .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
              .map(({ result, name }) => {
                const { figure, counts, verdict } = readResult(asShownAt(result, view.at))
                return (
                  <tr key={name}>
                    <th scope="row">
                      <Link href={metricAddress(view, definition.id, result.scope)}>{name}</Link>
                    </th>
                    <td className="number">{figure}</td>
                    <td>{counts ?? ''}</td>
                    <td>{verdict !== null && <VerdictWord verdict={verdict} />}</td>
                  </tr>
                )
              })}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function NotMeasured() {
  return (
    <p className="section">
      It was not measured yet: <code>npx desirepath collect</code>, then{' '}
      <code>npx desirepath score</code>.
    </p>
  )
}
