import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { type AsOf, at, metricAddress, readAsOf } from '#app/as-of.ts'
import { AsOfLine } from '#app/as-of-line.tsx'
import { database } from '#app/database.ts'
import { definitionOf, metricName } from '#app/definitions.ts'
import { ExceptionTable } from '#app/exception-table.tsx'
import { formatCountOf } from '#app/format.ts'
import { PathFacts } from '#app/golden-paths/[path]/path-facts.tsx'
import { RoadmapCandidates } from '#app/golden-paths/[path]/roadmap-candidates.tsx'
import { StatesOverTime } from '#app/golden-paths/[path]/states-over-time.tsx'
import { TeamTable } from '#app/golden-paths/[path]/team-table.tsx'
import { VersionSummary } from '#app/golden-paths/[path]/version-summary.tsx'
import { Link } from '#app/link.tsx'
import { MetricCard } from '#app/metric-card.tsx'
import { countStates, StateBar } from '#app/state-bar.tsx'
import { asShownAt } from '#app/status.ts'
import { AdoptionTrend } from '#app/trend-figure.tsx'
import { UsageTable } from '#app/usage-table.tsx'
import { getWeeklyAdoption } from '#lib/queries/adoption-trend.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { findGoldenPath, type GoldenPath } from '#lib/queries/golden-paths.ts'
import { listMandates } from '#lib/queries/mandates.ts'
import { findMeasurement } from '#lib/queries/measurements.ts'
import { listStateCounts } from '#lib/queries/state-counts.ts'
import { listStateRuns } from '#lib/queries/state-runs.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { listUsage } from '#lib/queries/usage.ts'
import type { MetricResult } from '#scorecards/result.ts'

const WEEKS = 104

const ADOPTION = ['ADO-01', 'ADO-02', 'ADO-03', 'ADO-12']
const WORK = ['ADO-04', 'ADO-09']
const VERSIONS = ['ADO-11', 'ADO-10']
const EXCEPTIONS = ['GOV-05', 'GOV-06']
const SPEED = ['SPD-01']

type Props = PageProps<'/golden-paths/[path]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const path = await findGoldenPath(await database(), (await params).path)
  return { title: path?.name ?? 'Nothing here' }
}

export default async function GoldenPathPage({ params, searchParams }: Props) {
  const asOf = readAsOf(await searchParams, new Date())
  const db = await database()
  const path = await findGoldenPath(db, (await params).path)
  if (path === undefined) notFound()

  const scope = { asOf: asOf.at, pathId: path.id }
  const [mandates, states, runs, weeks, trend, usage, exceptions, names] = await Promise.all([
    listMandates(db, path.id),
    listAdoptionStates(db, scope),
    listStateRuns(db, scope),
    listStateCounts(db, { ...scope, count: WEEKS }),
    getWeeklyAdoption(db, { ...scope, count: WEEKS }),
    listUsage(db, scope),
    listExceptions(db, scope),
    teamNames(db),
  ])
  const ids = [...ADOPTION, ...WORK, ...VERSIONS, ...EXCEPTIONS, ...SPEED]
  const found = await Promise.all(
    ids.map((metricId) => findMeasurement(db, { metricId, pathId: path.id }, asOf.at)),
  )
  const results = new Map(
    found.flatMap((one) => (one ? [[one.metricId, asShownAt(one, asOf.at)] as const] : [])),
  )
  const cards = (metricIds: readonly string[]) => (
    <Cards metricIds={metricIds} results={results} path={path} asOf={asOf} />
  )
  const measured = results.get('ADO-02')?.asOf

  return (
    <>
      <p className="crumbs">
        <Link href={at(asOf, '/golden-paths')}>Golden paths</Link>
      </p>
      <h1>{path.name}</h1>
      {path.description !== null && <p className="lead">{path.description}</p>}
      <AsOfLine asOf={asOf} measured={measured === undefined ? null : new Date(measured)} />
      <PathFacts path={path} mandates={mandates} asOf={asOf} />

      <section className="section" aria-labelledby="adoption">
        <h2 id="adoption">Who walks it</h2>
        <StateBar counts={countStates(states)} />
        {cards(ADOPTION)}
        <h3>Adoption over {WEEKS} weeks</h3>
        <div className="wide-figure">
          <AdoptionTrend points={trend} title={`Adoption of ${path.name}, by week`} />
        </div>
        <h3>Teams by state over {WEEKS} weeks</h3>
        <StatesOverTime weeks={weeks} title={`Teams by state on ${path.name}, by week`} />
      </section>

      {path.rules.work === 'provisioning' && (
        <section className="section" aria-labelledby="speed">
          <h2 id="speed">How fast it is</h2>
          {cards(SPEED)}
        </section>
      )}

      <section className="section" aria-labelledby="work">
        <h2 id="work">How much of the work runs on it</h2>
        {cards(WORK)}
      </section>

      <section className="section" aria-labelledby="teams">
        <h2 id="teams">Teams</h2>
        <TeamTable states={states} runs={runs} names={names} asOf={asOf} />
      </section>

      <section className="section" aria-labelledby="versions">
        <h2 id="versions">Versions and drift</h2>
        {cards(VERSIONS)}
        <VersionSummary usage={usage} />
        <UsageTable
          usage={usage}
          names={names}
          asOf={asOf}
          beside="team"
          caption={`${formatCountOf(usage.length, 'service')} on ${path.name}, by name`}
        />
      </section>

      <section className="section" aria-labelledby="exceptions">
        <h2 id="exceptions">Exceptions</h2>
        {cards(EXCEPTIONS)}
        <RoadmapCandidates exceptions={exceptions} states={states} asOf={asOf} />
        <ExceptionTable exceptions={exceptions} names={names} asOf={asOf} />
      </section>
    </>
  )
}

function Cards({
  metricIds,
  results,
  path,
  asOf,
}: {
  metricIds: readonly string[]
  results: ReadonlyMap<string, MetricResult>
  path: GoldenPath
  asOf: AsOf
}) {
  return (
    <div className="cards">
      {metricIds.map((metricId) => (
        <MetricCard
          key={metricId}
          definition={definitionOf(metricId)}
          result={results.get(metricId)}
          href={metricAddress(asOf, metricId, { pathId: path.id })}
          nameOf={metricName}
        />
      ))}
    </div>
  )
}
