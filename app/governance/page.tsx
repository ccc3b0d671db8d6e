import type { Metadata } from 'next'
import { currentView } from '#app/current-view.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { database, untilWritten } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { ExceptionTable } from '#app/exception-table.tsx'
import { formatCountOf, formatDay } from '#app/format.ts'
import { DutyTable } from '#app/governance/duty-table.tsx'
import { Screen } from '#app/screen.tsx'
import { Scroll } from '#app/scroll.tsx'
import { isWithin } from '#app/within.ts'
import { withinOf } from '#app/within-load.ts'
import { getPathSubject } from '#lib/queries/check-subjects.ts'
import { type Exception, listExceptions } from '#lib/queries/exceptions.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listPolicies, type Policy } from '#lib/queries/policies.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { ownerDuties } from '#scorecards/checks/owner-duties.ts'
import { toScorecard } from '#scorecards/checks/scorecard.ts'

export const metadata: Metadata = { title: 'Governance' }

export default async function GovernancePage({ searchParams }: PageProps<'/governance'>) {
  const search = await searchParams
  const view = currentView(search, '/governance')
  const db = await database()
  const paths = await untilWritten(listGoldenPaths)
  if (paths.length === 0) return <EmptyDatabase lacks="golden paths" />
  const [exceptions, policies, names, subjects] = await Promise.all([
    listExceptions(db, { asOf: view.at }),
    listPolicies(db, view.at),
    untilWritten(teamNames),
    Promise.all(paths.map((path) => getPathSubject(db, path, view.at))),
  ])
  const within = await withinOf(view)
  const own = exceptions.filter(({ teamId }) => isWithin(within, teamId))
  const pathNames = new Map(paths.map(({ id, name }) => [id, name]))
  const rows = paths.map((path, index) => ({
    path,
    scorecard: toScorecard(ownerDuties, subjects.slice(index, index + 1), view.at),
  }))
  return (
    <Screen
      view={view}
      search={search}
      title="Governance"
      lead={<p>{exceptionSentence(exceptions)}</p>}
      within="Exceptions"
    >
      <section className="section" aria-labelledby="duties">
        <h2 id="duties">What owners owe those who walk their path</h2>
        <CsvLink id="checks" view={view} />
        <DutyTable rows={rows} view={view} />
      </section>
      <section className="section" aria-labelledby="exceptions">
        <h2 id="exceptions">Exceptions</h2>
        <CsvLink id="exceptions" view={view} />
        <ExceptionTable exceptions={own} names={names} pathNames={pathNames} view={view} />
      </section>
      <section className="section" aria-labelledby="policies">
        <h2 id="policies">Policies</h2>
        <CsvLink id="policies" view={view} />
        <PolicyTable policies={policies} pathNames={pathNames} />
      </section>
    </Screen>
  )
}

/** `7 exceptions stand, none past its day; 2 wait for an answer.` */
function exceptionSentence(exceptions: readonly Exception[]): string {
  const count = (state: Exception['state']) =>
    exceptions.filter((exception) => exception.state === state).length
  const [active, overdue, asked] = [count('active'), count('overdue'), count('requested')]
  const stand = `${formatCountOf(active + overdue, 'exception')} ${active + overdue === 1 ? 'stands' : 'stand'}`
  const past =
    overdue === 0 ? 'none past its day' : `${overdue} past ${overdue === 1 ? 'its' : 'their'} day`
  return `${stand}, ${past}; ${asked} ${asked === 1 ? 'waits' : 'wait'} for an answer.`
}

function PolicyTable({
  policies,
  pathNames,
}: {
  policies: readonly Policy[]
  pathNames: ReadonlyMap<string, string>
}) {
  if (policies.length === 0) {
    return (
      <p className="note">
        No policy was collected. A source of kind <code>policy-results</code> reads what policy
        tools wrote, one of kind <code>files</code> requirements and their evidence from CSV.
      </p>
    )
  }
  const results = [...new Set(policies.flatMap((policy) => Object.keys(policy.results)))].toSorted()
  return (
    <Scroll label="Policies">
      <table>
        <caption>Subjects by the newest result of each policy</caption>
        <thead>
          <tr>
            <th scope="col">Policy</th>
            <th scope="col">Golden path</th>
            <th scope="col">Required since</th>
            {results.map((result) => (
              <th key={result} scope="col" className="number">
                {result}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {policies.map((policy) => (
            <tr key={policy.id}>
              <th scope="row">{policy.name}</th>
              <td>
                {policy.pathId === null ? 'all' : (pathNames.get(policy.pathId) ?? policy.pathId)}
              </td>
              <td className="nowrap">{formatDay(new Date(policy.requiredFrom))}</td>
              {results.map((result) => (
                <td key={result} className="number">
                  {policy.results[result] ?? 0}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
