import type { Metadata } from 'next'
import { currentView } from '#app/current-view.ts'
import { Quarantine } from '#app/data/quarantine.tsx'
import { RunTable } from '#app/data/run-table.tsx'
import { SourceSection } from '#app/data/source-section.tsx'
import { CsvLink } from '#app/data-table-view.tsx'
import { database, untilPublished, untilWritten } from '#app/database.ts'
import { EmptyDatabase } from '#app/empty-database.tsx'
import { formatCountOf } from '#app/format.ts'
import { Screen } from '#app/screen.tsx'
import { asShownAt } from '#app/status.ts'
import { evidenceHref } from '#app/view.ts'
import { listCoveredScopes } from '#lib/queries/coverage.ts'
import { listRuns, listSourceHealth } from '#lib/queries/data-health.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { listQuarantine } from '#lib/queries/quarantine.ts'

export const metadata: Metadata = { title: 'Data health' }

const RUNS = 30
const REFUSED = 200

export default async function DataPage({ searchParams }: PageProps<'/data'>) {
  const now = new Date()
  const search = await searchParams
  const view = currentView(search, '/data', now)
  const db = await database()
  const sources = await untilWritten(listSourceHealth)
  if (sources.length === 0) return <EmptyDatabase lacks="sources" />
  const [scopes, runs, refused, coverage] = await Promise.all([
    listCoveredScopes(db),
    listRuns(db, RUNS),
    listQuarantine(db, REFUSED),
    untilPublished(listMeasurements, view.weekEnd, { metricIds: ['DQ-01'] }),
  ])
  const all = sources.reduce((sum, { quarantinedCount }) => sum + quarantinedCount, 0)
  return (
    <Screen
      view={view}
      search={search}
      title="Data health"
      lead={
        <p>
          What every figure rests on: {formatCountOf(sources.length, 'source')}, when each was last
          read, how far it is complete, and what could not be read.
        </p>
      }
    >
      <p className="note mt-6">
        What was completely read, of every source: <CsvLink id="coverage" view={view} />
      </p>
      {sources.map((source) => {
        const own = coverage.find(({ scope }) => scope.sourceId === source.id)
        return (
          <SourceSection
            key={source.id}
            source={source}
            scopes={scopes.filter(({ sourceId }) => sourceId === source.id)}
            coverage={own && asShownAt(own, view.at)}
            href={evidenceHref(view, 'DQ-01', { sourceId: source.id })}
            now={now}
          />
        )
      })}
      <section className="section" aria-labelledby="quarantine">
        <h2 id="quarantine">Quarantine</h2>
        <CsvLink id="quarantine" view={view} />
        <Quarantine refused={refused} all={all} />
      </section>
      <section className="section" aria-labelledby="runs">
        <h2 id="runs">Runs</h2>
        <CsvLink id="runs" view={view} />
        <RunTable runs={runs} now={now} />
      </section>
    </Screen>
  )
}
