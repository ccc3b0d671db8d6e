import { formatDay } from '#app/format.ts'
import type { MeasuredMetric } from '#app/measured.ts'
import { evidenceHref, hrefOf, type View } from '#app/view.ts'
import { daysBefore, wholeDaysBetween } from '#lib/period.ts'
import type { SeriesPoint } from '#lib/queries/series.ts'
import type { SurveyResults } from '#lib/queries/survey-results.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** Which published waves stand beside each other, and how their figures do. Waves come newest first. */

const YEAR_DAYS = 364
/** A wave of last year may have closed so much earlier or later in its year. */
const ABOUT_A_YEAR_DAYS = 91

/** Of several sources with a wave of that id, the one that `source` names, else the newest. */
export function findWave(
  waves: readonly SurveyResults[],
  id: string,
  source: string | null,
): SurveyResults | undefined {
  return waves.find(
    ({ waveId, sourceId }) =>
      [waveId, encodeURIComponent(waveId)].includes(id) && (source === null || sourceId === source),
  )
}

export function waveAddress(view: View, { waveId, sourceId }: SurveyResults): string {
  return hrefOf(view, `/surveys/${encodeURIComponent(waveId)}`, { source: sourceId })
}

/** Where a figure opens: to its rows, or to its wave where the rows would be people. */
export function figureHref(view: View, result: MetricResult): string {
  const { metricId, scope, parameters, watermarks } = result
  const { wave } = parameters
  if (typeof wave !== 'string') return evidenceHref(view, metricId, scope)
  const [source] = Object.keys(watermarks)
  return hrefOf(view, `/surveys/${encodeURIComponent(wave)}`, { source, path: scope.pathId })
}

/** `Survey that closed on 3 Oct 2026.`; null for what is no survey figure. */
export function surveyNote({ parameters: { wave }, asOf }: MetricResult): string | null {
  return wave === undefined ? null : `Survey that closed on ${formatDay(new Date(asOf))}.`
}

/**
 * The wave of the same source that a view compares with: the one before; the one nearest to a year
 * before; or the last that had closed by the end of the period named.
 */
export function waveCompared(
  waves: readonly SurveyResults[],
  wave: SurveyResults,
  { comparison: { text, at } }: View,
): SurveyResults | undefined {
  const earlier = waves.filter(
    ({ sourceId, closedAt }) => sourceId === wave.sourceId && closedAt < wave.closedAt,
  )
  if (at === null) return undefined
  if (text === 'yoy') return nearestTo(earlier, daysBefore(wave.closedAt, YEAR_DAYS))
  return text === 'prev' ? earlier[0] : earlier.find(({ closedAt }) => closedAt <= at)
}

function nearestTo(waves: readonly SurveyResults[], day: Date): SurveyResults | undefined {
  const distance = ({ closedAt }: SurveyResults) => Math.abs(wholeDaysBetween(day, closedAt))
  return waves
    .filter((wave) => distance(wave) <= ABOUT_A_YEAR_DAYS)
    .toSorted((a, b) => distance(a) - distance(b))[0]
}

/** Every figure of a wave, with that of the wave compared with and of all of its source up to it. */
export function measuredInWave(
  waves: readonly SurveyResults[],
  wave: SurveyResults,
  view: View,
): MeasuredMetric[] {
  const compared = waveCompared(waves, wave, view)
  const before = byFigure(compared?.results ?? [])
  const upToIt = waves
    .filter(({ sourceId, closedAt }) => sourceId === wave.sourceId && closedAt <= wave.closedAt)
    .toReversed()
    .map(({ closedAt, results }) => ({ closedAt, figures: byFigure(results) }))
  return wave.results.map((result) => ({
    result,
    before: before.get(figureOf(result)),
    series: upToIt.map(({ closedAt, figures }): SeriesPoint => {
      const then = figures.get(figureOf(result))
      return { at: closedAt, value: then?.value ?? null, n: then?.n ?? null }
    }),
  }))
}

const byFigure = (results: readonly MetricResult[]) =>
  new Map(results.map((result) => [figureOf(result), result]))

/** What a figure is about, in every wave. */
const figureOf = ({ metricId, scope, parameters: { group, theme } }: MetricResult) =>
  JSON.stringify([metricId, scope.pathId, group, theme])

interface Asked {
  /** One group of those asked; left out: all of them. */
  readonly group?: string | undefined
  /** One metric, with its themes; left out: every metric that is one number. */
  readonly metricId?: string
}

/** The newest wave that asked about each path. */
export function newestOfPaths(
  waves: readonly SurveyResults[],
  view: View,
  { group, metricId }: Asked = {},
): MeasuredMetric[] {
  const isAsked = (result: MetricResult) =>
    metricId === undefined ? result.parameters['theme'] === undefined : result.metricId === metricId
  const narrowed = waves.map((wave) => ({
    ...wave,
    results: wave.results.filter(
      (result) => result.parameters['group'] === group && isAsked(result),
    ),
  }))
  const seen = new Set<string | undefined>()
  return narrowed.flatMap((wave) => {
    const own = wave.results.filter(({ scope }) => !seen.has(scope.pathId))
    for (const { scope } of own) seen.add(scope.pathId)
    return measuredInWave(narrowed, { ...wave, results: own }, view)
  })
}
