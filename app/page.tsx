import { type AsOf, at, metricAddress, readAsOf } from '#app/as-of.ts'
import { AsOfLine } from '#app/as-of-line.tsx'
import { database } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { Figure, SmallFigure } from '#app/figure.tsx'
import { formatCountOf, formatPercent } from '#app/format.ts'
import { Freshness } from '#app/freshness.tsx'
import { Link } from '#app/link.tsx'
import { PathLine } from '#app/path-line.tsx'
import { countStates, StateBar } from '#app/state-bar.tsx'
import { asShownAt } from '#app/status.ts'
import { AdoptionTrend } from '#app/trend-figure.tsx'
import { type AdoptionPoint, getMonthlyAdoption } from '#lib/queries/adoption-trend.ts'
import { listSourceHealth } from '#lib/queries/data-health.ts'
import { type GoldenPath, listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { listAdoptionStates, type TeamState } from '#lib/queries/states.ts'
import { listTeams } from '#lib/queries/teams.ts'
import type { MetricResult } from '#scorecards/result.ts'

const MONTHS = 24

export default async function HomePage({ searchParams }: PageProps<'/'>) {
  const now = new Date()
  const asOf = readAsOf(await searchParams, now)
  const db = await database()
  const paths = await listGoldenPaths(db)
  if (paths.length === 0) return <EmptyDatabase />

  const [teams, sources, states, trends, total, voluntary, free] = await Promise.all([
    listTeams(db, asOf.at),
    listSourceHealth(db),
    listAdoptionStates(db, { asOf: asOf.at }),
    getMonthlyAdoption(db, { asOf: asOf.at, months: MONTHS }),
    ...['ADO-02', 'ADO-01', 'ADO-03'].map((metricId) =>
      listMeasurements(db, asOf.at, { metricId }),
    ),
  ])
  const find = (results: readonly MetricResult[] | undefined, pathId: string) =>
    results?.map((one) => asShownAt(one, asOf.at)).find(({ scope }) => scope.pathId === pathId)
  const [measured] = total ?? []

  return (
    <>
      <h1>Are the golden paths the paths that teams walk?</h1>
      <p className="lead">
        {formatCountOf(paths.length, 'golden path')}, {formatCountOf(teams.length, 'team')}. Each
        share is of the teams that could use the path.
      </p>
      <AsOfLine asOf={asOf} measured={measured === undefined ? null : new Date(measured.asOf)} />
      <Freshness sources={sources} asOf={asOf} now={now} />
      <section className="section" aria-label="Adoption of each golden path">
        {paths.map((path) => (
          <PathRow
            key={path.id}
            path={path}
            asOf={asOf}
            total={find(total, path.id)}
            voluntary={find(voluntary, path.id)}
            free={find(free, path.id)}
            states={states.filter((state) => state.path === path.id)}
            trend={trends.get(path.id) ?? []}
          />
        ))}
      </section>
    </>
  )
}

interface PathRowProps {
  readonly path: GoldenPath
  readonly asOf: AsOf
  readonly total: MetricResult | undefined
  readonly voluntary: MetricResult | undefined
  readonly free: MetricResult | undefined
  readonly states: readonly TeamState[]
  readonly trend: readonly AdoptionPoint[]
}

function PathRow({ path, asOf, total, voluntary, free, states, trend }: PathRowProps) {
  const counts = countStates(states)
  const rows = (metricId: string) => metricAddress(asOf, metricId, { pathId: path.id })
  return (
    <article className="path-row" aria-labelledby={`path-${path.id}`}>
      <header>
        <h2 id={`path-${path.id}`}>
          <Link href={at(asOf, `/golden-paths/${path.id}`)}>{path.name}</Link>
        </h2>
        <PathLine path={path} />
      </header>
      <div className="headline">
        <p className="label">Adopted, by choice or not</p>
        <Figure result={total} href={rows('ADO-02')} />
      </div>
      <div className="split">
        <SmallFigure label="By choice" result={voluntary} href={rows('ADO-01')} />
        <MandatedShare total={total} href={rows('ADO-02')} />
        <SmallFigure label="Where the choice was free" result={free} href={rows('ADO-03')} />
      </div>
      <div className="history">
        <AdoptionTrend points={trend} title={`Adoption of ${path.name} over ${MONTHS} months`} />
      </div>
      {counts.length > 0 && (
        <div className="wide">
          <StateBar counts={counts} />
        </div>
      )}
    </article>
  )
}

/** Of the adopters, how many came under an interface mandate: a part of the total's own result. */
function MandatedShare({ total, href }: { total: MetricResult | undefined; href: string }) {
  const mandated = total?.parts['nMandated']
  const byChoice = total?.parts['nVoluntary']
  const isKnown = typeof mandated === 'number' && typeof byChoice === 'number'
  const known = isKnown ? mandated + byChoice : 0
  return (
    <div className="small-figure">
      <span className="label">Adopters under a mandate</span>
      <span className={known > 0 ? 'value' : 'value words'}>
        <Link href={href}>
          {known > 0 ? formatPercent(Number(mandated) / known, known) : 'no data'}
        </Link>
      </span>
      <span className="small">
        {known > 0
          ? `${mandated} of ${known} adopters of known motive`
          : 'no adopter of known motive'}
      </span>
    </div>
  )
}
