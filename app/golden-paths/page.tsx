import type { Metadata } from 'next'
import { CsvLink } from '#app/data-table-view.tsx'
import { untilPublished, untilWritten } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { FigureLink } from '#app/figure.tsx'
import { formatCountOf, formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { PathLine } from '#app/path-line.tsx'
import { Screen } from '#app/screen.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import { asShownAt, readResult } from '#app/status.ts'
import { evidenceHref, hrefOf, readView, type View } from '#app/view.ts'
import { type GoldenPath, listFormerPaths, listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listScopeMeasurements } from '#lib/queries/scope-measurements.ts'
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
  const search = await searchParams
  const view = readView(search, new Date(), '/golden-paths')
  const [paths, former] = await Promise.all([
    untilWritten(listGoldenPaths),
    untilWritten(listFormerPaths),
  ])
  if (paths.length === 0) return <EmptyDatabase />
  const ofPaths = await untilPublished(listScopeMeasurements, view.weekEnd, {
    metricIds: COLUMNS.map(({ metricId }) => metricId),
    pathIds: paths.map(({ id }) => id),
  })
  const [measured] = ofPaths
  return (
    <Screen
      view={view}
      search={search}
      title="Golden paths"
      lead={
        <p>
          {formatCountOf(paths.length, 'path')} by name. Each figure opens to the rows behind it.
        </p>
      }
      measured={measured === undefined ? null : new Date(measured.asOf)}
    >
      <section className="section" aria-label="Golden paths">
        <CsvLink id="measurements" view={view} />
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
                  view={view}
                  results={ofPaths.filter(({ scope }) => scope.pathId === path.id)}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <FormerPaths paths={former} view={view} />
    </Screen>
  )
}

/** Their history stays, and is in no figure of today. */
function FormerPaths({ paths, view }: { paths: readonly GoldenPath[]; view: View }) {
  if (paths.length === 0) return null
  return (
    <section className="section" aria-labelledby="former">
      <h2 id="former">No longer configured</h2>
      <ul className="mt-3">
        {paths.map(({ id, name, goneAt }) => (
          <li key={id}>
            <Link href={hrefOf(view, `/golden-paths/${id}`)}>{name}</Link>{' '}
            {goneAt !== null && <span className="note">since {formatDay(goneAt)}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function PathRow({
  path,
  view,
  results,
}: {
  path: GoldenPath
  view: View
  results: readonly MetricResult[]
}) {
  return (
    <tr>
      <th scope="row">
        <Link href={hrefOf(view, `/golden-paths/${path.id}`)}>{path.name}</Link>
        <PathLine path={path} />
      </th>
      {COLUMNS.map(({ metricId }) => (
        <td key={metricId}>
          <Cell
            result={results.find((one) => one.metricId === metricId)}
            href={evidenceHref(view, metricId, { pathId: path.id })}
            view={view}
          />
        </td>
      ))}
    </tr>
  )
}

function Cell({
  result,
  href,
  view,
}: {
  result: MetricResult | undefined
  href: string
  view: View
}) {
  if (result === undefined) return <span className="note">not computed yet</span>
  const { figure, counts, verdict, hasFigure } = readResult(asShownAt(result, view.at))
  return (
    <div data-metric={result.metricId}>
      <FigureLink href={href}>{figure}</FigureLink>
      {counts !== null && <p className="note">{counts}</p>}
      {hasFigure && verdict !== null && <VerdictWord verdict={verdict} />}
    </div>
  )
}
