import { CoverageBar } from '#app/data/coverage-bar.tsx'
import { SmallFigure } from '#app/figure.tsx'
import { formatAgo, formatCount, formatCountOf, formatDay } from '#app/format.ts'
import { Scroll } from '#app/scroll.tsx'
import { sourceState } from '#app/source-state.ts'
import { VerdictWord } from '#app/state-word.tsx'
import type { CoveredScope } from '#lib/queries/coverage.ts'
import type { CollectorRun, SourceHealth } from '#lib/queries/data-health.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** Scopes that are shown before a reader asks for the others. */
const SHOWN = 8

/** One source: whether it can be trusted now, and for which time it tells everything. */
export function SourceSection({
  source,
  scopes,
  coverage,
  href,
  now,
}: {
  source: SourceHealth
  scopes: readonly CoveredScope[]
  coverage: MetricResult | undefined
  /** The rows behind `coverage`. */
  href: string
  now: Date
}) {
  const { verdict, sentence } = sourceState(source, now)
  const leastFarFirst = scopes.toSorted((a, b) => reachOf(a) - reachOf(b))
  const bounds = boundsOf(scopes, now)
  return (
    <section className="section" id={`source-${source.id}`} aria-labelledby={`name-${source.id}`}>
      <h2 id={`name-${source.id}`}>{source.id}</h2>
      <p className="small">
        {source.kind}, {readingWords(source)}
      </p>
      <div className="two">
        <div className="stack">
          <VerdictWord verdict={verdict} />
          <p>{sentence}</p>
          <LastRun run={source.lastRun} now={now} />
          {TIMELESS[source.kind] === undefined && (
            <SmallFigure label={coverageLabel(coverage)} result={coverage} href={href} />
          )}
        </div>
        <div className="stack">
          {scopes.length === 0 && (
            <p className="note">
              {TIMELESS[source.kind] ??
                'Nothing is known to be complete, so no count over time rests on it.'}
            </p>
          )}
          <ScopeTable
            label={`Parts of ${source.id}`}
            scopes={leastFarFirst.slice(0, SHOWN)}
            bounds={bounds}
          />
          {leastFarFirst.length > SHOWN && (
            <details>
              <summary>{formatCountOf(leastFarFirst.length - SHOWN, 'more part')}</summary>
              <ScopeTable
                label={`More parts of ${source.id}`}
                scopes={leastFarFirst.slice(SHOWN)}
                bounds={bounds}
              />
            </details>
          )}
        </div>
      </div>
    </section>
  )
}

/** Kinds of sources that no time can be covered by, and why. */
const TIMELESS: Readonly<Record<string, string>> = {
  catalog: 'It tells what stands, not what happened: there is no time to cover.',
  'github-webhook': 'It makes another source fresher, and that one tells what is complete.',
}

function readingWords({ kind, every }: SourceHealth): string {
  if (kind === 'github-webhook' || kind === 'ingest') return 'read when something is sent'
  return every === null ? 'read when asked' : `read every ${every}`
}

const coverageLabel = (coverage: MetricResult | undefined) =>
  coverage === undefined
    ? 'Covered'
    : `Covered in the 28 days up to ${formatDay(new Date(coverage.asOf))}`

const reachOf = ({ intervals }: CoveredScope) => intervals.at(-1)?.to.getTime() ?? 0

/** All bars of a source have one scale, so that a late part looks late. */
function boundsOf(scopes: readonly CoveredScope[], now: Date) {
  const starts = scopes.flatMap(({ intervals }) => intervals[0]?.from.getTime() ?? [])
  return { from: new Date(Math.min(now.getTime(), ...starts)), to: now }
}

function LastRun({ run, now }: { run: CollectorRun | null; now: Date }) {
  if (run === null) return <p className="note">It was never collected.</p>
  return (
    <>
      <p className="small">
        Last run {formatAgo(run.startedAt, now)}: {formatCount(run.readCount)} read,{' '}
        {formatCount(run.changedCount)} changed, {formatCount(run.quarantinedCount)} in quarantine
      </p>
      {run.error !== null && <pre className="record">{run.error}</pre>}
    </>
  )
}

function ScopeTable({
  label,
  scopes,
  bounds,
}: {
  label: string
  scopes: readonly CoveredScope[]
  bounds: { readonly from: Date; readonly to: Date }
}) {
  if (scopes.length === 0) return null
  return (
    <Scroll label={label}>
      <table>
        <caption>Completely read, the part that reaches least far first</caption>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">From</th>
            <th scope="col">Until</th>
            <th scope="col">Covered time</th>
          </tr>
        </thead>
        <tbody>
          {scopes.map(({ scope, intervals }) => (
            <tr key={scope}>
              <th scope="row">{scope.replace(/^(repository|entity):/, '')}</th>
              <td className="nowrap">{dayOf(intervals[0]?.from)}</td>
              <td className="nowrap">{dayOf(intervals.at(-1)?.to)}</td>
              <td>
                <CoverageBar intervals={intervals} bounds={bounds} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

const dayOf = (instant: Date | undefined) => (instant === undefined ? '' : formatDay(instant))
