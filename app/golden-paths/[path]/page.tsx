import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AreaCards } from '#app/area-cards.tsx'
import { Contents } from '#app/contents.client.tsx'
import { currentView } from '#app/current-view.ts'
import { CsvLink, DataTableView } from '#app/data-table-view.tsx'
import { database, untilPublished, untilWritten } from '#app/database.ts'
import { DesirePathFigure } from '#app/desire-path/desire-path-figure.tsx'
import { loadDesirePath } from '#app/desire-path/load.ts'
import { ExceptionTable } from '#app/exception-table.tsx'
import { formatCountOf, formatDay } from '#app/format.ts'
import { PathFacts } from '#app/golden-paths/[path]/path-facts.tsx'
import { RETENTION, Retention } from '#app/golden-paths/[path]/retention.tsx'
import { RoadmapCandidates } from '#app/golden-paths/[path]/roadmap-candidates.tsx'
import { StatesOverTime } from '#app/golden-paths/[path]/states-over-time.tsx'
import { VersionSummary } from '#app/golden-paths/[path]/version-summary.tsx'
import { measuredInScope } from '#app/measured.ts'
import { rangeName } from '#app/pickers.tsx'
import { ScorecardView } from '#app/scorecard-view.tsx'
import { Screen } from '#app/screen.tsx'
import { Section } from '#app/section.tsx'
import { countStates, StateBar } from '#app/state-bar.tsx'
import { surveyResults } from '#app/surveys/load.ts'
import { newestOfPaths } from '#app/surveys/waves.ts'
import { pathServices } from '#app/tables/path-services.tsx'
import { pathTeams } from '#app/tables/path-teams.tsx'
import { AdoptionTrend } from '#app/trend-figure.tsx'
import { usageRows } from '#app/usage.ts'
import { evidenceHref } from '#app/view.ts'
import { isWithin, type Within } from '#app/within.ts'
import { withinOf } from '#app/within-load.ts'
import { weeksIn } from '#lib/period.ts'
import { getWeeklyAdoption } from '#lib/queries/adoption-trend.ts'
import { getPathSubject } from '#lib/queries/check-subjects.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { findGoldenPath } from '#lib/queries/golden-paths.ts'
import { listMandates } from '#lib/queries/mandates.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { listStateCounts } from '#lib/queries/state-counts.ts'
import { listStateRuns } from '#lib/queries/state-runs.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { ownerDuties } from '#scorecards/checks/owner-duties.ts'
import { toScorecard } from '#scorecards/checks/scorecard.ts'

/** What the page holds, by the anchor of each part. */
const PARTS = {
  figures: 'Figures',
  adoption: 'Who walks it',
  retention: 'Who stays',
  teams: 'Teams',
  versions: 'Versions and drift',
  duties: 'What its owner owes those who walk it',
  exceptions: 'Exceptions',
} as const

/** Rows of a table at once. */
const PAGE = 40

type Props = PageProps<'/golden-paths/[path]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const path = await findGoldenPath(await database(), (await params).path)
  return { title: path?.name ?? 'Nothing here' }
}

export default async function GoldenPathPage({ params, searchParams }: Props) {
  const [{ path: id }, search] = await Promise.all([params, searchParams])
  const view = currentView(search, `/golden-paths/${id}`)
  const db = await database()
  const path = await findGoldenPath(db, id)
  if (path === undefined) notFound()

  const scope = { asOf: view.at, pathId: path.id }
  const published = { ...scope, asOf: view.weekEnd }
  const count = Math.max(1, weeksIn(view.range).length)
  const [
    mandates,
    states,
    runs,
    weeks,
    trend,
    usage,
    exceptions,
    names,
    computed,
    duties,
    waves,
    retention,
  ] = await Promise.all([
    listMandates(db, path.id),
    untilPublished(listAdoptionStates, published),
    untilPublished(listStateRuns, published),
    untilPublished(listStateCounts, { ...published, count }),
    untilPublished(getWeeklyAdoption, { ...published, count }),
    usageRows(view.at, { pathId: path.id }),
    listExceptions(db, scope),
    untilWritten(teamNames),
    measuredInScope(view, { pathId: path.id }),
    getPathSubject(db, path, view.at),
    surveyResults(view.at),
    untilPublished(listMeasurements, view.weekEnd, {
      pathId: path.id,
      metricIds: [RETENTION],
    }),
  ])
  const within = await withinOf(view)
  const ownStates = states.filter(({ team }) => isWithin(within, team))
  const ownUsage = usage.filter(({ team }) => isWithin(within, team))
  const ownExceptions = exceptions.filter(({ teamId }) => isWithin(within, teamId))
  const said = newestOfPaths(waves, view).filter(({ result }) => result.scope.pathId === path.id)
  const measured = new Map([...computed, ...said.map((one) => [one.result.metricId, one] as const)])
  const results = [...measured.values()].map(({ result }) => result)
  const newest = measured.get('ADO-02')?.result.asOf
  const span = rangeName(view.range)
  const servicesCaption = `${formatCountOf(ownUsage.length, 'service')} on ${path.name}, those with work to do first`

  return (
    <Screen
      view={view}
      search={search}
      title={path.name}
      lead={path.description === null ? undefined : <p>{path.description}</p>}
      above={[{ href: '/golden-paths', name: 'Golden paths' }]}
      within="Teams, services and exceptions"
      measured={newest === undefined ? null : new Date(newest)}
    >
      {path.goneAt !== null && (
        <p className="notice" role="status">
          No longer configured since {formatDay(path.goneAt)}. What stands here is its history up to
          that day; it is in no figure of today.
        </p>
      )}
      <Contents parts={PARTS} />
      <div className="mt-9">
        <DesirePathFigure
          path={await loadDesirePath({ pathId: path.id, states, results, asOf: view.at })}
          name={path.name}
          rowsHref={(metricId) => evidenceHref(view, metricId, { pathId: path.id })}
        />
      </div>
      <PathFacts path={path} mandates={mandates} view={view} />

      <Section id="figures" title={PARTS.figures}>
        <CsvLink id="measurements" view={view} file={{ path: path.id }} />
        <AreaCards measured={measured} view={view} />
      </Section>

      <Section id="adoption" title={PARTS.adoption}>
        <StateBar counts={countStates(ownStates)} />
        <div className="two-figures">
          <div>
            <h3>Adoption, {span}</h3>
            <CsvLink id="adoption-trend" view={view} file={{ path: path.id }} />
            <AdoptionTrend points={trend} title={`Adoption of ${path.name}, by week`} />
          </div>
          <div>
            <h3>Teams by state, {span}</h3>
            <CsvLink id="state-counts" view={view} file={{ path: path.id }} />
            <StatesOverTime weeks={weeks} title={`Teams by state on ${path.name}, by week`} />
          </div>
        </div>
      </Section>

      <Section id="retention" title={PARTS.retention}>
        <Retention results={retention} path={path} view={view} />
      </Section>

      <Section id="teams" title={PARTS.teams}>
        {ownStates.length === 0 ? (
          <p className="note">{nothingOf(within, states, 'No week has been scored yet.')}</p>
        ) : (
          <DataTableView
            table={pathTeams(ownStates, runs, names, view)}
            view={view}
            file={{ path: path.id }}
            search={search}
            pageSize={PAGE}
          />
        )}
      </Section>

      <Section id="versions" title={PARTS.versions}>
        <VersionSummary usage={ownUsage} />
        {ownUsage.length === 0 ? (
          <p className="note">{nothingOf(within, usage, 'No service was known at this moment.')}</p>
        ) : (
          <DataTableView
            table={pathServices(ownUsage, names, servicesCaption, view)}
            view={view}
            file={{ path: path.id }}
            search={search}
            pageSize={PAGE}
          />
        )}
      </Section>

      <Section id="duties" title={PARTS.duties}>
        <CsvLink id="checks" view={view} file={{ path: path.id }} />
        <ScorecardView scorecard={toScorecard(ownerDuties, [duties], view.at)} of="path" />
      </Section>

      <Section id="exceptions" title={PARTS.exceptions}>
        <CsvLink id="exceptions" view={view} file={{ path: path.id }} />
        <RoadmapCandidates exceptions={ownExceptions} states={ownStates} view={view} />
        <ExceptionTable exceptions={ownExceptions} names={names} view={view} />
      </Section>
    </Screen>
  )
}

/** Why a list is empty: there is nothing at all, or nothing of those that the view is limited to. */
const nothingOf = (
  within: Within | null | undefined,
  all: readonly unknown[],
  words: string,
): string => (within != null && all.length > 0 ? `None of ${within.name}.` : words)
