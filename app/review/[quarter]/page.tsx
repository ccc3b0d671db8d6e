import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AreaColumns } from '#app/area-columns.tsx'
import { CsvLink } from '#app/data-table-view.tsx'
import { database, untilPublished, untilWritten } from '#app/database.ts'
import { DesirePathFigure } from '#app/desire-path/desire-path-figure.tsx'
import { loadDesirePath } from '#app/desire-path/load.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { formatCountOf } from '#app/format.ts'
import { listMeasured } from '#app/measured.ts'
import { adoptionSentence, caveatSentence } from '#app/outcomes-headline.ts'
import { quarterName } from '#app/pickers.tsx'
import { AdoptionByPath } from '#app/review/[quarter]/adoption-by-path.tsx'
import { Appendix } from '#app/review/[quarter]/appendix.tsx'
import { Demand } from '#app/review/[quarter]/demand.tsx'
import { HeatMap } from '#app/review/[quarter]/heat-map.tsx'
import { Movements } from '#app/review/[quarter]/movements.tsx'
import { Risks } from '#app/review/[quarter]/risks.tsx'
import { Screen } from '#app/screen.tsx'
import { surveyResults } from '#app/surveys/load.ts'
import { newestOfPaths } from '#app/surveys/waves.ts'
import { evidenceHref, readView } from '#app/view.ts'
import { weekOf } from '#lib/period.ts'
import { getPathSubject } from '#lib/queries/check-subjects.ts'
import { listSourceHealth } from '#lib/queries/data-health.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listScopeMeasurements } from '#lib/queries/scope-measurements.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { getSupport } from '#lib/queries/support.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { calendar, parseRange, quarterBefore } from '#lib/range.ts'
import { definitions } from '#scorecards/catalogue.ts'

type Props = PageProps<'/review/[quarter]'>

const QUARTER = /^\d{4}-Q[1-4]$/
const YEAR_OF_QUARTERS = 4

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { quarter } = await params
  return { title: QUARTER.test(quarter) ? `Review of ${quarterName(quarter)}` : 'Nothing here' }
}

export default async function ReviewPage({ params, searchParams }: Props) {
  const now = new Date()
  const [{ quarter }, asked] = await Promise.all([params, searchParams])
  const isQuarter = QUARTER.test(quarter) && parseRange(quarter, now) !== null
  if (!isQuarter) notFound()
  const search = { ...asked, range: quarter }
  const view = readView(search, now, `/review/${quarter}`)
  const db = await database()
  const paths = await untilWritten(listGoldenPaths)
  if (paths.length === 0) return <EmptyDatabase />

  const pathIds = paths.map(({ id }) => id)
  const lastYear = calendar(quarterBefore(quarter, YEAR_OF_QUARTERS))?.to ?? now
  const [measured, yearAgo, states, exceptions, sources, support, before, names, subjects, waves] =
    await Promise.all([
      listMeasured(view, { pathIds: ['', ...pathIds] }),
      untilPublished(listScopeMeasurements, weekOf(lastYear).from, {
        metricIds: ['ADO-01', 'ADO-02'],
        pathIds,
      }),
      untilPublished(listAdoptionStates, { asOf: view.weekEnd }),
      listExceptions(db, { asOf: view.at }),
      untilWritten(listSourceHealth),
      untilWritten(getSupport, view.range),
      untilWritten(getSupport, calendar(quarterBefore(quarter, 1)) ?? view.range),
      untilWritten(teamNames),
      Promise.all(paths.map((path) => getPathSubject(db, path, view.at))),
      surveyResults(view.at),
    ])
  const results = measured.map(({ result }) => result)
  const adoption = results.filter(({ metricId }) => metricId === 'ADO-02')
  const pathNames = new Map(paths.map(({ id, name }) => [id, name]))
  const widest = paths.toSorted((a, b) => eligible(b.id) - eligible(a.id))[0]
  function eligible(id: string): number {
    return adoption.find(({ scope }) => scope.pathId === id)?.denominator ?? 0
  }
  const [newest] = adoption
  return (
    <Screen
      view={view}
      search={search}
      title={`Platform review, ${quarterName(quarter)}`}
      lead={
        <>
          <p>
            {adoptionSentence(paths, adoption)} {caveatSentence(adoption, sources, now)}
          </p>
          <p className="mt-2">
            {formatCountOf(support.total, 'request')} for help came in, after {before.total} in the
            quarter before.
          </p>
        </>
      }
      above={[{ href: '/review', name: 'Reviews' }]}
      measured={newest === undefined ? null : new Date(newest.asOf)}
    >
      <p className="draft">Draft: figures follow their sources, and may still change.</p>

      <section className="section" aria-labelledby="six">
        <h2 id="six">Six areas</h2>
        <div className="mt-4">
          <AreaColumns
            measured={[...measured, ...newestOfPaths(waves, view)]}
            names={pathNames}
            view={view}
          />
        </div>
      </section>

      <section className="section sheet" aria-labelledby="adoption">
        <h2 id="adoption">Adoption of each path</h2>
        <CsvLink id="measurements" view={view} />
        <AdoptionByPath paths={paths} measured={measured} yearAgo={yearAgo} view={view} />
        {widest !== undefined && (
          <div className="keep mt-8">
            <h3>The ways people take: {widest.name}</h3>
            <DesirePathFigure
              path={
                await loadDesirePath({
                  pathId: widest.id,
                  states: states.filter(({ path }) => path === widest.id),
                  results: results.filter(({ scope }) => scope.pathId === widest.id),
                  asOf: view.at,
                })
              }
              name={widest.name}
              rowsHref={(metricId) => evidenceHref(view, metricId, { pathId: widest.id })}
            />
          </div>
        )}
      </section>

      <section className="section sheet" aria-labelledby="changed">
        <h2 id="changed">What changed</h2>
        <Movements measured={measured} names={pathNames} view={view} />
      </section>

      <section className="section" aria-labelledby="map">
        <h2 id="map">Every figure of every path</h2>
        <CsvLink id="measurements" view={view} />
        <HeatMap paths={paths} results={results} view={view} />
      </section>

      <section className="section sheet" aria-labelledby="demand">
        <h2 id="demand">Demand for help</h2>
        <CsvLink id="support-kinds" view={view} />
        <Demand support={support} before={before} names={pathNames} />
      </section>

      <section className="section" aria-labelledby="risks">
        <h2 id="risks">Risks</h2>
        <Risks
          exceptions={exceptions}
          results={results}
          paths={paths}
          subjects={subjects}
          names={names}
          view={view}
        />
      </section>

      <section className="section no-print" aria-labelledby="appendix">
        <h2 id="appendix">Appendix</h2>
        <Appendix
          definitions={definitions.filter(({ id }) => results.some((one) => one.metricId === id))}
          sources={sources}
          now={now}
        />
      </section>
    </Screen>
  )
}
