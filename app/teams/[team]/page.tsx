import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { at, metricAddress, readAsOf } from '#app/as-of.ts'
import { AsOfLine } from '#app/as-of-line.tsx'
import { database } from '#app/database.ts'
import { definitionOf, metricName } from '#app/definitions.ts'
import { ExceptionTable } from '#app/exception-table.tsx'
import { SmallFigure } from '#app/figure.tsx'
import { formatCountOf, formatDay } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { asShownAt } from '#app/status.ts'
import { TeamPath } from '#app/teams/[team]/team-path.tsx'
import { UsageTable } from '#app/usage-table.tsx'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { findMeasurement } from '#lib/queries/measurements.ts'
import { listStateRuns } from '#lib/queries/state-runs.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { findTeam, type Team } from '#lib/queries/teams.ts'
import { listUsage } from '#lib/queries/usage.ts'

type Props = PageProps<'/teams/[team]'>

/** What is computed for a team on a path, in this order. */
const METRICS = ['ADO-04', 'ADO-09', 'ADO-11', 'ADO-10']

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const team = await findTeam(await database(), (await params).team)
  return { title: team?.name ?? 'Nothing here' }
}

export default async function TeamPage({ params, searchParams }: Props) {
  const asOf = readAsOf(await searchParams, new Date())
  const db = await database()
  const team = await findTeam(db, (await params).team)
  if (team === undefined) notFound()

  const scope = { asOf: asOf.at, teamId: team.id }
  const [paths, states, runs, exceptions, everyUsage] = await Promise.all([
    listGoldenPaths(db),
    listAdoptionStates(db, scope),
    listStateRuns(db, scope),
    listExceptions(db, scope),
    listUsage(db, { asOf: asOf.at }),
  ])
  const subjects = paths.flatMap((path) => METRICS.map((metricId) => ({ path, metricId })))
  const results = await Promise.all(
    subjects.map(async ({ path, metricId }) => {
      const found = await findMeasurement(
        db,
        { metricId, pathId: path.id, teamId: team.id },
        asOf.at,
      )
      return found && { pathId: path.id, metricId, result: asShownAt(found, asOf.at) }
    }),
  )
  const usage = everyUsage.filter((row) => row.team === team.id)
  const pathNames = new Map(paths.map(({ id, name }) => [id, name]))
  const [scored] = states

  return (
    <>
      <p className="crumbs">
        <Link href={at(asOf, '/teams')}>Teams</Link>
      </p>
      <h1>{team.name}</h1>
      <p className="lead">{teamLine(team, new Set(usage.map(({ service }) => service)).size)}</p>
      <AsOfLine asOf={asOf} measured={scored?.weekEnd ?? null} />

      <section className="section" aria-labelledby="paths">
        <h2 id="paths">Golden paths</h2>
        {paths.map((path) => (
          <TeamPath
            key={path.id}
            path={path}
            state={states.find((state) => state.path === path.id)}
            runs={runs.filter((run) => run.pathId === path.id)}
            asOf={asOf}
          >
            {METRICS.map((metricId) => {
              const found = results.find(
                (one) => one?.pathId === path.id && one.metricId === metricId,
              )
              if (found === undefined) return null
              return (
                <SmallFigure
                  key={metricId}
                  label={metricName(metricId)}
                  result={found.result}
                  href={metricAddress(asOf, metricId, { pathId: path.id, teamId: team.id })}
                />
              )
            })}
          </TeamPath>
        ))}
        {METRICS.map((metricId) => (
          <details key={metricId}>
            <summary>What “{metricName(metricId)}” means</summary>
            <p className="small">{definitionOf(metricId).definition}</p>
          </details>
        ))}
      </section>

      <section className="section" aria-labelledby="services">
        <h2 id="services">Services</h2>
        <UsageTable
          usage={usage}
          names={pathNames}
          asOf={asOf}
          beside="path"
          caption="Each service on each golden path, by name"
        />
      </section>

      <section className="section" aria-labelledby="exceptions">
        <h2 id="exceptions">Exceptions</h2>
        <ExceptionTable
          exceptions={exceptions}
          names={new Map()}
          pathNames={pathNames}
          asOf={asOf}
        />
      </section>
    </>
  )
}

function teamLine(team: Team, services: number): string {
  return [
    formatCountOf(services, 'service'),
    ...(team.kind === null ? [] : [`${team.kind} team`]),
    ...(team.activeTo === null ? [] : [`existed until ${formatDay(team.activeTo)}`]),
  ].join(' · ')
}
