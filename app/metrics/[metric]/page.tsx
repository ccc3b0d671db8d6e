import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { type AsOf, at, readAsOf } from '#app/as-of.ts'
import { AsOfLine } from '#app/as-of-line.tsx'
import { database } from '#app/database.ts'
import { findDefinition } from '#app/definitions.ts'
import { Figure } from '#app/figure.tsx'
import { formatInstant } from '#app/format.ts'
import { Link } from '#app/link.tsx'
import { Definition } from '#app/metrics/[metric]/definition.tsx'
import { loadEvidence } from '#app/metrics/[metric]/evidence.tsx'
import { EvidenceSets } from '#app/metrics/[metric]/evidence-sets.tsx'
import { findScope, type OpenedScope } from '#app/metrics/[metric]/scope.ts'
import { ScopeList } from '#app/metrics/[metric]/scope-list.tsx'
import { partLines } from '#app/parts.ts'
import { asShownAt } from '#app/status.ts'
import { findMeasurement } from '#lib/queries/measurements.ts'
import type { MetricResult } from '#scorecards/result.ts'

type Props = PageProps<'/metrics/[metric]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: findDefinition((await params).metric)?.name ?? 'Nothing here' }
}

export default async function MetricPage({ params, searchParams }: Props) {
  const definition = findDefinition((await params).metric)
  if (definition === undefined) notFound()
  const search = await searchParams
  const asOf = readAsOf(search, new Date())
  const scope = await findScope(await database(), search)
  if (scope === undefined) notFound()
  return (
    <>
      <Crumbs scope={scope} asOf={asOf} />
      <h1>{definition.name}</h1>
      <p className="lead">{definition.definition}</p>
      {scope.path === null && scope.sourceId === null ? (
        <ScopeList definition={definition} asOf={asOf} />
      ) : (
        <Opened metricId={definition.id} scope={scope} asOf={asOf} />
      )}
      <Definition definition={definition} />
    </>
  )
}

function Crumbs({ scope: { path, team }, asOf }: { scope: OpenedScope; asOf: AsOf }) {
  return (
    <p className="crumbs">
      {path === null ? (
        <Link href={at(asOf, '/')}>Home</Link>
      ) : (
        <Link href={at(asOf, `/golden-paths/${path.id}`)}>{path.name}</Link>
      )}
      {team !== null && (
        <>
          {' · '}
          <Link href={at(asOf, `/teams/${team.id}`)}>{team.name}</Link>
        </>
      )}
    </p>
  )
}

async function Opened({
  metricId,
  scope,
  asOf,
}: {
  metricId: string
  scope: OpenedScope
  asOf: AsOf
}) {
  const { path, team, sourceId, page } = scope
  const found = await findMeasurement(
    await database(),
    {
      metricId,
      ...(path !== null && { pathId: path.id }),
      ...(team !== null && { teamId: team.id }),
      ...(sourceId !== null && { sourceId }),
    },
    asOf.at,
  )
  const keep = { path: path?.id, team: team?.id, source: sourceId ?? undefined }
  return (
    <>
      <AsOfLine asOf={asOf} measured={found ? new Date(found.asOf) : null} keep={keep} />
      {found === undefined ? (
        <p className="section">This was not measured here.</p>
      ) : (
        <OpenedResult result={asShownAt(found, asOf.at)} asOf={asOf} page={page} keep={keep} />
      )}
    </>
  )
}

async function OpenedResult({
  result,
  asOf,
  page,
  keep,
}: {
  result: MetricResult
  asOf: AsOf
  page: number
  keep: Readonly<Record<string, string | undefined>>
}) {
  const evidence = await loadEvidence(await database(), result, asOf)
  return (
    <>
      <section className="section two" aria-label="The number">
        <div className="head">
          <Figure result={result} href="#rows" />
        </div>
        <RecordInWords result={result} />
      </section>
      <section className="section" aria-labelledby="rows">
        <h2 id="rows">The rows behind it</h2>
        <EvidenceSets
          result={result}
          evidence={evidence}
          page={page}
          pageAddress={(number) =>
            at(asOf, `/metrics/${result.metricId}`, { ...keep, page: String(number) })
          }
        />
      </section>
    </>
  )
}

/** What the record says beside its value, for a reader who wants to check it. */
function RecordInWords({ result }: { result: MetricResult }) {
  const { window, ci, watermarks } = result
  const isMoment = window.start === window.end
  return (
    <dl className="facts">
      <div>
        <dt>{isMoment ? 'At' : 'Window'}</dt>
        <dd>
          {isMoment
            ? formatInstant(new Date(window.end))
            : `from ${formatInstant(new Date(window.start))} up to ${formatInstant(new Date(window.end))}, the end not included`}
        </dd>
      </div>
      <div>
        <dt>Computed</dt>
        <dd>
          {formatInstant(new Date(result.computedAt))}, definition {result.definitionVersion},
          engine {result.engineVersion}
        </dd>
      </div>
      {ci !== null && (
        <div>
          <dt>Interval</dt>
          <dd>95%, {ci.method}</dd>
        </div>
      )}
      {Object.keys(watermarks).length > 0 && (
        <div>
          <dt>Sources, complete until</dt>
          <dd>
            {Object.entries(watermarks)
              .map(([source, until]) => `${source} ${formatInstant(new Date(until))}`)
              .join('; ')}
          </dd>
        </div>
      )}
      {partLines(result).length > 0 && (
        <div>
          <dt>Beside it</dt>
          <dd>
            <ul className="plain">
              {partLines(result).map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </dd>
        </div>
      )}
    </dl>
  )
}
