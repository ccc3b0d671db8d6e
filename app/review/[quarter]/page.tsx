import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AreaColumns } from '#app/area-columns.tsx'
import { appConfig } from '#app/configuration.ts'
import { currentView } from '#app/current-view.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { database, untilPublished, untilWritten } from '#app/database.ts'
import { DesirePathFigure } from '#app/desire-path/desire-path-figure.tsx'
import { loadDesirePath } from '#app/desire-path/load.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { formatCountOf } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { listMeasured } from '#app/measured.ts'
import { adoptionSentence, caveatSentence } from '#app/outcomes-headline.ts'
import { quarterName } from '#app/pickers.tsx'
import { readPresentation } from '#app/presentation.ts'
import { Presenter } from '#app/presenter.tsx'
import { AdoptionByPath } from '#app/review/[quarter]/adoption-by-path.tsx'
import { Appendix } from '#app/review/[quarter]/appendix.tsx'
import { Demand } from '#app/review/[quarter]/demand.tsx'
import { HeatMap } from '#app/review/[quarter]/heat-map.tsx'
import { Movements } from '#app/review/[quarter]/movements.tsx'
import { Risks } from '#app/review/[quarter]/risks.tsx'
import { asSealed, Restatements, restatedOnReview, SealNote } from '#app/review/[quarter]/seal.tsx'
import { Screen } from '#app/screen.tsx'
import { findSeal, isQuarter } from '#app/sealed-figures.ts'
import { Section } from '#app/section.tsx'
import { surveyResults } from '#app/surveys/load.ts'
import { newestOfPaths } from '#app/surveys/waves.ts'
import { evidenceHref, hereWith } from '#app/view.ts'
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

const YEAR_OF_QUARTERS = 4

/** Heading of each part by its anchor. */
const PARTS = {
  six: 'Six areas',
  adoption: 'Adoption of each path',
  ways: 'The ways people take',
  changed: 'What changed',
  map: 'Every figure of every path',
  demand: 'Demand for help',
  risks: 'Risks',
} as const
const SUMMARY = 'summary'
/** Each fills the screen once, after what the review says in short. */
const SLIDES = [SUMMARY, ...Object.keys(PARTS)] as const
type Part = keyof typeof PARTS

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const [{ quarter }, asked] = await Promise.all([params, searchParams])
  if (!isQuarter(quarter)) return { title: 'Nothing here' }
  const name = `Review of ${quarterName(quarter)}`
  const shown = readPresentation(asked, SLIDES)?.shown
  return {
    title: shown === undefined || shown === SUMMARY ? name : `${PARTS[shown as Part]} · ${name}`,
  }
}

export default async function ReviewPage({ params, searchParams }: Props) {
  const now = new Date()
  const [{ quarter }, asked] = await Promise.all([params, searchParams])
  const hasBegun = isQuarter(quarter) && parseRange(quarter, now, appConfig().organisation) !== null
  if (!hasBegun) notFound()
  const search = { ...asked, range: quarter }
  const presentation = readPresentation(asked, SLIDES)
  const asView = currentView(search, `/review/${quarter}`, now)
  const view = { ...asView, refused: [...asView.refused, ...(presentation?.refused ?? [])] }
  const part = (id: Part) => ({ id, title: PARTS[id], isShown: presentation?.shown === id })
  const db = await database()
  const paths = await untilWritten(listGoldenPaths)
  if (paths.length === 0) return <EmptyDatabase lacks="golden paths" />

  const pathIds = paths.map(({ id }) => id)
  const lastYear = calendar(quarterBefore(quarter, YEAR_OF_QUARTERS), view.organisation)?.to ?? now
  const [
    live,
    yearAgo,
    states,
    exceptions,
    sources,
    support,
    before,
    names,
    subjects,
    waves,
    seal,
  ] = await Promise.all([
    listMeasured(view, { pathIds: ['', ...pathIds] }),
    untilPublished(listScopeMeasurements, weekOf(lastYear).from, {
      metricIds: ['ADO-01', 'ADO-02'],
      pathIds,
    }),
    untilPublished(listAdoptionStates, { asOf: view.weekEnd }),
    listExceptions(db, { asOf: view.at }),
    untilWritten(listSourceHealth),
    untilWritten(getSupport, view.range),
    untilWritten(getSupport, calendar(quarterBefore(quarter, 1), view.organisation) ?? view.range),
    untilWritten(teamNames),
    Promise.all(paths.map((path) => getPathSubject(db, path, view.at))),
    surveyResults(view.at),
    findSeal(view.range),
  ])
  const measured = seal === undefined ? live : asSealed(live, seal)
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
      <SealNote seal={seal} />
      {presentation === null ? (
        <p className="no-print mt-4">
          <Link className="control" href={hereWith(view, { present: '1' })}>
            Present, part by part
          </Link>
        </p>
      ) : (
        <Presenter presentation={presentation} view={view} />
      )}

      <Section {...part('six')}>
        <div className="mt-4">
          <AreaColumns
            measured={[...measured, ...newestOfPaths(waves, view)]}
            names={pathNames}
            view={view}
          />
        </div>
      </Section>

      <Section {...part('adoption')} className="section sheet">
        <CsvLink id="measurements" view={view} />
        <AdoptionByPath paths={paths} measured={measured} yearAgo={yearAgo} view={view} />
      </Section>

      {widest !== undefined && (
        <Section {...part('ways')} className="section keep">
          <p className="note mb-4">{widest.name}, for which most teams are eligible</p>
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
        </Section>
      )}

      <Section {...part('changed')} className="section sheet">
        <Movements measured={measured} names={pathNames} view={view} />
      </Section>

      <Section {...part('map')}>
        <CsvLink id="measurements" view={view} />
        <HeatMap paths={paths} results={results} view={view} />
      </Section>

      <Section {...part('demand')} className="section sheet">
        <CsvLink id="support-kinds" view={view} />
        <Demand support={support} before={before} names={pathNames} />
      </Section>

      <Section {...part('risks')}>
        <Risks
          exceptions={exceptions}
          results={results}
          paths={paths}
          subjects={subjects}
          names={names}
          view={view}
        />
      </Section>

      {seal !== undefined && restatedOnReview(seal).length > 0 && (
        <Section id="restated" title="Restated since it was sealed">
          <CsvLink id="sealed-figures" view={view} />
          <Restatements seal={seal} names={pathNames} />
        </Section>
      )}

      <Section id="appendix" title="Appendix" className="section no-print">
        <Appendix
          definitions={(seal?.definitions ?? definitions).filter(({ id }) =>
            results.some((one) => one.metricId === id),
          )}
          sources={sources}
          now={now}
        />
      </Section>
    </Screen>
  )
}
