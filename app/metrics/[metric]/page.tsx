import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { loadSeries } from '#app/compared-series.ts'
import { currentView } from '#app/current-view.ts'
import { database } from '#app/database.ts'
import { findDefinition } from '#app/definitions.ts'
import { findFigure } from '#app/find-figure.ts'
import { Definition } from '#app/metrics/[metric]/definition.tsx'
import { OverWindow } from '#app/metrics/[metric]/over-window.tsx'
import { findScope, type OpenedScope } from '#app/metrics/[metric]/scope.ts'
import { ScopeList } from '#app/metrics/[metric]/scope-list.tsx'
import { SeriesFigure } from '#app/metrics/[metric]/series-figure.tsx'
import { WhyItChanged } from '#app/metrics/[metric]/why-it-changed.tsx'
import { OpenedFigure } from '#app/opened-figure.tsx'
import { Screen } from '#app/screen.tsx'
import { isSurvey } from '#app/surveys/figures.ts'
import { readParameters } from '#app/url-state.ts'
import { hereWith, type View } from '#app/view.ts'
import { DEFAULT_RANGE } from '#lib/range.ts'
import type { MetricDefinition, MetricResult, Scope } from '#scorecards/result.ts'

type Props = PageProps<'/metrics/[metric]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: findDefinition((await params).metric)?.name ?? 'Nothing here' }
}

export default async function MetricPage({ params, searchParams }: Props) {
  const [{ metric }, search] = await Promise.all([params, searchParams])
  const definition = findDefinition(metric)
  if (definition === undefined) notFound()
  const view = currentView(search, `/metrics/${metric}`)
  const db = await database()
  const opened = await findScope(db, search)
  if (opened === undefined) notFound()
  const scope = toScope(opened)
  const { metricId, own, found, window } = await findShown(view, definition.id, scope)
  const isOpened = found !== undefined || Object.keys(scope).length > 0
  return (
    <Screen
      view={view}
      search={search}
      title={definition.name}
      lead={<p>{definition.definition}</p>}
      above={linksAbove(opened)}
      {...(isOpened && { measured: found === undefined ? null : new Date(found.asOf) })}
    >
      <Opened
        definition={definition}
        shown={{ metricId, own, found, window }}
        scope={scope}
        page={opened.page}
        bucket={readParameters(search).bucket}
        view={view}
      />
      <Definition definition={definition} />
    </Screen>
  )
}

interface Shown {
  readonly metricId: string
  /** Over the days that the metric itself looks at. */
  readonly own: MetricResult | undefined
  /** What a reader sees first: over the time that the address names, where it names one. */
  readonly found: MetricResult | undefined
  /** That time, where `found` is over it. */
  readonly window: string | undefined
}

/** What a survey says is of its wave, whatever time is asked for. */
async function findShown(view: View, metricId: string, scope: Scope): Promise<Shown> {
  const own = await findFigure(view, { metricId, scope })
  const { text } = view.range
  const isAsked = own !== undefined && text !== DEFAULT_RANGE && !isSurvey(metricId)
  const over = isAsked ? await findFigure(view, { metricId, scope, window: text }) : undefined
  return over === undefined
    ? { metricId, own, found: own, window: undefined }
    : { metricId, own, found: over, window: text }
}

async function Opened({
  definition,
  shown: { own, found: result, window },
  scope,
  page,
  bucket,
  view,
}: {
  definition: MetricDefinition
  shown: Shown
  scope: Scope
  page: number
  bucket: ReturnType<typeof readParameters>['bucket']
  view: View
}) {
  if (result === undefined) {
    return <ScopeList definition={definition} scope={scope} view={view} />
  }
  const series = await loadSeries(view, definition.id, scope, bucket)
  return (
    <OpenedFigure
      result={result}
      window={window}
      beside={window === undefined || definition.toldOf === 'moment' ? undefined : own}
      view={view}
      page={page}
      pageHref={(other) => hereWith(view, { page: other })}
    >
      {!isSurvey(definition.id) && (
        <>
          <OverWindow definition={definition} scope={scope} view={view} />
          <WhyItChanged
            figure={{ metricId: definition.id, scope, ...(window !== undefined && { window }) }}
            view={view}
          />
        </>
      )}
      <SeriesFigure definition={definition} scope={scope} series={series} view={view} />
    </OpenedFigure>
  )
}

function toScope({ path, team, sourceId }: OpenedScope): Scope {
  return {
    ...(path !== null && { pathId: path.id }),
    ...(team !== null && { teamId: team.id }),
    ...(sourceId !== null && { sourceId }),
  }
}

function linksAbove({ path, team }: OpenedScope) {
  return [
    { href: '/metrics', name: 'Metrics' },
    ...(path === null ? [] : [{ href: `/golden-paths/${path.id}`, name: path.name }]),
    ...(team === null ? [] : [{ href: `/teams/${team.id}`, name: team.name }]),
  ]
}
