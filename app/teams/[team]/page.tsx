import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AreaCards } from '#app/area-cards.tsx'
import { currentView } from '#app/current-view.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { database, untilPublished, untilWritten } from '#app/database.ts'
import { metricName } from '#app/definitions.ts'
import { ExceptionTable } from '#app/exception-table.tsx'
import { SmallFigure } from '#app/figure.tsx'
import { formatCountOf, formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { listMeasured, measuredInScope } from '#app/measured.ts'
import { ScorecardView } from '#app/scorecard-view.tsx'
import { Screen } from '#app/screen.tsx'
import { surveyResults } from '#app/surveys/load.ts'
import { figureHref, newestOfPaths } from '#app/surveys/waves.ts'
import { ServiceMatrix } from '#app/teams/[team]/service-matrix.tsx'
import { TeamPath } from '#app/teams/[team]/team-path.tsx'
import { UsageTable } from '#app/teams/[team]/usage-table.tsx'
import { usageOfTeam } from '#app/usage.ts'
import { hrefOf } from '#app/view.ts'
import { listServiceSubjects } from '#lib/queries/check-subjects.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listStateRuns } from '#lib/queries/state-runs.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { findTeam, type Team } from '#lib/queries/teams.ts'
import { productionReadiness } from '#scorecards/checks/production-readiness.ts'
import { toScorecard } from '#scorecards/checks/scorecard.ts'

type Props = PageProps<'/teams/[team]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const team = await findTeam(await database(), (await params).team)
  return { title: team?.name ?? 'Nothing here' }
}

export default async function TeamPage({ params, searchParams }: Props) {
  const [{ team: id }, search] = await Promise.all([params, searchParams])
  const view = currentView(search, `/teams/${id}`)
  const db = await database()
  const team = await findTeam(db, id)
  if (team === undefined) notFound()

  const scope = { asOf: view.at, teamId: team.id }
  const published = { ...scope, asOf: view.weekEnd }
  const paths = await untilWritten(listGoldenPaths)
  const [states, runs, exceptions, usage, measured, whole, waves] = await Promise.all([
    untilPublished(listAdoptionStates, published),
    untilPublished(listStateRuns, published),
    listExceptions(db, scope),
    usageOfTeam(view.at, team.id),
    listMeasured(view, { pathIds: paths.map(({ id }) => id), teamId: team.id }),
    measuredInScope(view, { teamId: team.id }),
    surveyResults(view.at),
  ])
  const said = newestOfPaths(waves, view, { group: team.id })
  const subjects = await listServiceSubjects(db, {
    teamId: team.id,
    asOf: view.at,
    usage,
    exceptions,
  })
  const scorecard = toScorecard(productionReadiness, subjects, view.at)
  const pathNames = new Map(paths.map(({ id, name }) => [id, name]))
  const [scored] = states

  return (
    <Screen
      view={view}
      search={search}
      title={team.name}
      lead={<p>{teamLine(team, subjects.length)}</p>}
      above={[{ href: '/teams', name: 'Teams' }]}
      measured={scored?.weekEnd ?? null}
    >
      <section className="section" aria-labelledby="readiness">
        <h2 id="readiness">Ready for production</h2>
        <CsvLink id="checks" view={view} file={{ team: team.id }} />
        {subjects.length === 0 ? (
          <p className="note">No service of this team was known at this moment.</p>
        ) : (
          <ScorecardView scorecard={scorecard} of="service" />
        )}
      </section>

      <section className="section" aria-labelledby="paths">
        <h2 id="paths">Golden paths</h2>
        <CsvLink id="state-runs" view={view} file={{ team: team.id }} />
        {paths.map((path) => (
          <TeamPath
            key={path.id}
            path={path}
            state={states.find((state) => state.path === path.id)}
            runs={runs.filter((run) => run.pathId === path.id)}
            view={view}
          >
            {[...measured, ...said]
              .filter(({ result }) => result.scope.pathId === path.id)
              .map(({ result }) => (
                <SmallFigure
                  key={result.metricId}
                  label={metricName(result.metricId)}
                  result={result}
                  href={figureHref(view, result)}
                />
              ))}
          </TeamPath>
        ))}
      </section>

      {whole.size > 0 && (
        <section className="section" aria-labelledby="figures">
          <h2 id="figures">Figures</h2>
          <AreaCards measured={whole} view={view} />
        </section>
      )}

      <section className="section" aria-labelledby="services">
        <h2 id="services">Services</h2>
        <CsvLink id="team-services" view={view} file={{ team: team.id }} />
        <ServiceMatrix usage={usage} paths={paths} checks={scorecard.checks} />
        <details className="mt-4">
          <summary>What proves each state</summary>
          <UsageTable usage={usage} names={pathNames} view={view} />
        </details>
      </section>

      <section className="section" aria-labelledby="exceptions">
        <h2 id="exceptions">Exceptions</h2>
        <CsvLink id="exceptions" view={view} file={{ team: team.id, in: undefined }} />
        <ExceptionTable
          exceptions={exceptions}
          names={new Map()}
          pathNames={pathNames}
          view={view}
        />
      </section>

      <section className="section" aria-labelledby="right">
        <h2 id="right">Is this right?</h2>
        <p>
          Who owns what comes from the catalogue and from catalog-info.yaml in each repository; what
          is in no figure because nobody is known to own it is in the{' '}
          <Link href={hrefOf(view, '/data/mapping')}>mapping inbox</Link>.
        </p>
        <p className="mt-3">
          A badge for a README: <code>{`/badge/team/${team.id}.svg`}</code>
        </p>
      </section>
    </Screen>
  )
}

function teamLine(team: Team, services: number): string {
  return [
    formatCountOf(services, 'service'),
    ...(team.kind === null ? [] : [`${team.kind} team`]),
    ...(team.activeTo === null ? [] : [`existed until ${formatDay(team.activeTo)}`]),
  ].join(' · ')
}
