import type { Metadata } from 'next'
import { currentView } from '#app/current-view.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { untilWritten } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { ChangeWords, FigureLink } from '#app/figure.tsx'
import { formatCountOf, formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { listMeasured, type MeasuredMetric } from '#app/measured.ts'
import { PathLine } from '#app/path-line.tsx'
import { Screen } from '#app/screen.tsx'
import { VerdictWord } from '#app/state-word.tsx'
import { readResult } from '#app/status.ts'
import { evidenceHref, hrefOf, type View } from '#app/view.ts'
import { comparedOf } from '#app/yardstick.ts'
import { type GoldenPath, listFormerPaths, listGoldenPaths } from '#lib/queries/golden-paths.ts'

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
  const view = currentView(search, '/golden-paths')
  const [paths, former] = await Promise.all([
    untilWritten(listGoldenPaths),
    untilWritten(listFormerPaths),
  ])
  if (paths.length === 0) return <EmptyDatabase lacks="golden paths" />
  const ofPaths = await listMeasured(view, {
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
      measured={measured === undefined ? null : new Date(measured.result.asOf)}
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
                  measured={ofPaths.filter(({ result }) => result.scope.pathId === path.id)}
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
  measured,
}: {
  path: GoldenPath
  view: View
  measured: readonly MeasuredMetric[]
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
            measured={measured.find(({ result }) => result.metricId === metricId)}
            href={evidenceHref(view, metricId, { pathId: path.id })}
          />
        </td>
      ))}
    </tr>
  )
}

function Cell({ measured, href }: { measured: MeasuredMetric | undefined; href: string }) {
  if (measured === undefined) return <span className="note">not computed yet</span>
  const { result } = measured
  const { figure, counts, verdict, hasFigure } = readResult(result)
  const change = comparedOf(measured)
  return (
    <div data-metric={result.metricId}>
      <FigureLink href={href}>{figure}</FigureLink>
      {counts !== null && <p className="note">{counts}</p>}
      {hasFigure && verdict !== null && <VerdictWord verdict={verdict} />}
      {change !== null && <ChangeWords change={change} short />}
    </div>
  )
}
