import type { Metadata } from 'next'
import { type AsOf, at, metricAddress, readAsOf } from '#app/as-of.ts'
import { AsOfLine } from '#app/as-of-line.tsx'
import { database } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { formatCountOf } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { PathLine } from '#app/path-line.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import { asShownAt, readResult } from '#app/status.ts'
import { type GoldenPath, listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import type { MetricResult } from '#scorecards/result.ts'

export const metadata: Metadata = { title: 'Golden paths' }

/** One column each, in this order. */
const COLUMNS = [
  { metricId: 'ADO-02', heading: 'Adopted' },
  { metricId: 'ADO-01', heading: 'By choice' },
  { metricId: 'ADO-04', heading: 'Work on it' },
  { metricId: 'ADO-09', heading: 'Work around it' },
  { metricId: 'ADO-10', heading: 'Drifted' },
  { metricId: 'ADO-11', heading: 'Behind' },
]

export default async function GoldenPathsPage({ searchParams }: PageProps<'/golden-paths'>) {
  const asOf = readAsOf(await searchParams, new Date())
  const db = await database()
  const paths = await listGoldenPaths(db)
  if (paths.length === 0) return <EmptyDatabase />
  const results = await Promise.all(
    COLUMNS.map(({ metricId }) => listMeasurements(db, asOf.at, { metricId })),
  )
  const ofPaths = results.flat().filter(({ scope }) => scope.teamId === undefined)
  const [measured] = ofPaths
  return (
    <>
      <h1>Golden paths</h1>
      <p className="lead">
        {formatCountOf(paths.length, 'path')} by name. Each figure opens to the rows behind it.
      </p>
      <AsOfLine asOf={asOf} measured={measured === undefined ? null : new Date(measured.asOf)} />
      <section className="section" aria-label="Golden paths">
        <div className="scroll">
          <table>
            <caption>Newest figures of each path</caption>
            <thead>
              <tr>
                <th scope="col">Path</th>
                {COLUMNS.map(({ metricId, heading }) => (
                  <th key={metricId} scope="col">
                    {heading}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {paths.map((path) => (
                <PathRow
                  key={path.id}
                  path={path}
                  asOf={asOf}
                  results={ofPaths.filter(({ scope }) => scope.pathId === path.id)}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  )
}

function PathRow({
  path,
  asOf,
  results,
}: {
  path: GoldenPath
  asOf: AsOf
  results: readonly MetricResult[]
}) {
  return (
    <tr>
      <th scope="row">
        <Link href={at(asOf, `/golden-paths/${path.id}`)}>{path.name}</Link>
        <PathLine path={path} />
      </th>
      {COLUMNS.map(({ metricId }) => (
        <td key={metricId}>
          <Cell
            result={results.find((one) => one.metricId === metricId)}
            href={metricAddress(asOf, metricId, { pathId: path.id })}
            asOf={asOf}
          />
        </td>
      ))}
    </tr>
  )
}

function Cell({
  result,
  href,
  asOf,
}: {
  result: MetricResult | undefined
  href: string
  asOf: AsOf
}) {
  if (result === undefined) return <span className="note">not computed yet</span>
  const { figure, counts, verdict, hasFigure } = readResult(asShownAt(result, asOf.at))
  return (
    <div data-metric={result.metricId}>
      <Link href={href}>{figure}</Link>
      {counts !== null && <p className="note">{counts}</p>}
      {hasFigure && verdict !== null && <VerdictWord verdict={verdict} />}
    </div>
  )
}
