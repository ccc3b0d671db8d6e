import { AreaColumns } from '#app/area-columns.tsx'
import { currentView } from '#app/current-view.ts'
import { CsvLink } from '#app/data-table-view.tsx'
import { database, untilPublished, untilWritten } from '#app/database.ts'
import { DesirePathFigure } from '#app/desire-path/desire-path-figure.tsx'
import { loadDesirePath } from '#app/desire-path/load.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { Figure, SmallFigure } from '#app/figure.tsx'
import { formatCount, formatCountOf, formatPercent } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { listMeasured, type MeasuredMetric } from '#app/measured.ts'
import { adoptionSentence, caveatSentence } from '#app/outcomes-headline.ts'
import { PathLine } from '#app/path-line.tsx'
import { Screen } from '#app/screen.tsx'
import { countStates, StateBar } from '#app/state-bar.tsx'
import { surveyResults } from '#app/surveys/load.ts'
import { newestOfPaths } from '#app/surveys/waves.ts'
import { AdoptionTrend } from '#app/trend-figure.tsx'
import { readParameters } from '#app/url-state.ts'
import { dayOf, evidenceHref, hereWith, hrefOf, type View } from '#app/view.ts'
import { type AdoptionPoint, getMonthlyAdoption } from '#lib/queries/adoption-trend.ts'
import { listSourceHealth } from '#lib/queries/data-health.ts'
import { type GoldenPath, listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listAdoptionStates, type TeamState } from '#lib/queries/states.ts'
import { listTeams } from '#lib/queries/teams.ts'
import { countUnattributed, type MappingInbox } from '#lib/queries/unattributed.ts'
import type { MetricResult } from '#scorecards/result.ts'

const MONTHS = 24

export default async function OutcomesPage({ searchParams }: PageProps<'/'>) {
  const now = new Date()
  const search = await searchParams
  const view = currentView(search, '/', now)
  const db = await database()
  const paths = await untilWritten(listGoldenPaths)
  if (paths.length === 0) return <EmptyDatabase lacks="golden paths" />

  const [teams, sources, states, trends, measured, inbox, waves] = await Promise.all([
    listTeams(db, view.at),
    untilWritten(listSourceHealth),
    untilPublished(listAdoptionStates, { asOf: view.weekEnd }),
    untilPublished(getMonthlyAdoption, { asOf: dayOf(view.at), months: MONTHS }),
    listMeasured(view, { pathIds: ['', ...paths.map(({ id }) => id)] }),
    untilWritten(countUnattributed),
    surveyResults(view.at),
  ])
  const results = measured.map(({ result }) => result)
  const adoption = results.filter(({ metricId }) => metricId === 'ADO-02')
  const of = (pathId: string) => results.filter(({ scope }) => scope.pathId === pathId)
  const chosen = choosePath(paths, results, readParameters(search).path)
  const names = new Map(paths.map(({ id, name }) => [id, name]))
  const [newest] = adoption
  const caveat = caveatSentence(adoption, sources, now)

  return (
    <Screen
      view={view}
      search={search}
      title={adoptionSentence(paths, adoption)}
      lead={
        <p>
          {formatCountOf(paths.length, 'golden path')}, {formatCountOf(teams.length, 'team')}. Each
          share is of the teams that could use the path. {caveat}
        </p>
      }
      measured={newest === undefined ? null : new Date(newest.asOf)}
    >
      <section className="mt-10" aria-labelledby="ways">
        <div className="mb-5 flex flex-wrap items-baseline gap-x-6 gap-y-1">
          <h2 id="ways">The ways people take</h2>
          <nav className="choices" aria-label="Golden path of the drawing">
            {paths.map(({ id, name }) => (
              <Link
                key={id}
                href={hereWith(view, { path: id })}
                scroll={false}
                aria-current={id === chosen.id ? 'true' : undefined}
              >
                {name}
              </Link>
            ))}
          </nav>
        </div>
        <DesirePathFigure
          path={
            await loadDesirePath({
              pathId: chosen.id,
              states: states.filter(({ path }) => path === chosen.id),
              results: of(chosen.id),
              asOf: view.at,
            })
          }
          name={chosen.name}
          rowsHref={(metricId) => evidenceHref(view, metricId, { pathId: chosen.id })}
        />
      </section>

      <section className="section" aria-label="Six areas">
        <AreaColumns
          measured={[...measured, ...newestOfPaths(waves, view)]}
          names={names}
          view={view}
        />
      </section>

      <section className="section" aria-labelledby="by-path">
        <h2 id="by-path">Adoption of each path</h2>
        <CsvLink id="adoption-months" view={view} />
        {paths.map((path) => (
          <PathRow
            key={path.id}
            path={path}
            view={view}
            measured={measured.filter(({ result }) => result.scope.pathId === path.id)}
            states={states.filter((state) => state.path === path.id)}
            trend={trends.get(path.id) ?? []}
          />
        ))}
      </section>

      <section className="section" aria-labelledby="coverage">
        <h2 id="coverage">What is in no figure</h2>
        <CsvLink id="mapping" view={view} />
        <InboxLine counts={inbox} view={view} />
      </section>
    </Screen>
  )
}

/** The path asked for, else the one beside which most of the work goes. */
function choosePath(
  paths: readonly GoldenPath[],
  results: readonly MetricResult[],
  asked: string | null,
): GoldenPath {
  const onPath = (id: string) =>
    results.find(({ metricId, scope }) => metricId === 'ADO-04' && scope.pathId === id)?.value ?? 1
  const byLoss = paths.toSorted((a, b) => onPath(a.id) - onPath(b.id))
  const chosen = paths.find(({ id }) => id === asked) ?? byLoss[0]
  if (chosen === undefined) throw new Error('no golden path to choose')
  return chosen
}

interface PathRowProps {
  readonly path: GoldenPath
  readonly view: View
  readonly measured: readonly MeasuredMetric[]
  readonly states: readonly TeamState[]
  readonly trend: readonly AdoptionPoint[]
}

function PathRow({ path, view, measured, states, trend }: PathRowProps) {
  const counts = countStates(states)
  const rows = (metricId: string) => evidenceHref(view, metricId, { pathId: path.id })
  const find = (metricId: string) =>
    measured.find(({ result }) => result.metricId === metricId)?.result
  return (
    <article className="path-row" aria-labelledby={`path-${path.id}`}>
      <header>
        <h3 id={`path-${path.id}`}>
          <Link href={hrefOf(view, `/golden-paths/${path.id}`)}>{path.name}</Link>
        </h3>
        <PathLine path={path} />
      </header>
      <div className="headline">
        <p className="label">Adopted, by choice or not</p>
        <Figure result={find('ADO-02')} href={rows('ADO-02')} />
      </div>
      <div className="split">
        <SmallFigure label="By choice" result={find('ADO-01')} href={rows('ADO-01')} />
        <MandatedShare total={find('ADO-02')} href={rows('ADO-02')} />
        <SmallFigure
          label="Where the choice was free"
          result={find('ADO-03')}
          href={rows('ADO-03')}
        />
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
        <Link href={href} scroll={false}>
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

const INBOX = [
  { kind: 'repositories', words: 'repositories of no service' },
  { kind: 'services', words: 'services without an owner' },
  { kind: 'deployments', words: 'deployments to nowhere known' },
  { kind: 'tickets', words: 'tickets of no team or path' },
  { kind: 'surveyGroups', words: 'groups of surveys that nobody knows' },
] as const

function InboxLine({ counts, view }: Pick<MappingInbox, 'counts'> & { view: View }) {
  return (
    <ul className="mt-3 flex flex-wrap gap-x-10 gap-y-2">
      {INBOX.map(({ kind, words }) => (
        <li key={kind}>
          <Link href={`${hrefOf(view, '/data/mapping')}#${kind}`}>{formatCount(counts[kind])}</Link>{' '}
          <span className="text-soft">{words}</span>
        </li>
      ))}
    </ul>
  )
}
