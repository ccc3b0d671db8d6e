import { listLandscapeFacts } from '#db/adoption-facts.ts'
import type { Reader } from '#db/connection.ts'
import { listLinkFacts } from '#db/link-facts.ts'
import { earlierOf, type Period } from '#lib/period.ts'
import { listDeliveryEvidence, measureDeliveries, measureDelivery } from '#lib/queries/delivery.ts'
import { measurePath, type PathQuestion } from '#lib/queries/measured-path.ts'
import { findPublishedScoring, type PublishedScoring } from '#lib/queries/published-scoring.ts'
import { type TeamValue, USABLE } from '#lib/queries/team-values.ts'
import { teamNames } from '#lib/queries/teams.ts'
import { toLandscape } from '#scorecards/adoption/landscape.ts'
import { DELIVERY_METRICS } from '#scorecards/delivery/results.ts'
import { linkRecords } from '#scorecards/linkage.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import { linkageRate } from '#scorecards/metrics/linkage-rate.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import type { MetricResult, Scope } from '#scorecards/result.ts'
import { bySource, linkageResults, sourceResult } from '#scorecards/source-results.ts'

export interface WindowsQuestion {
  readonly metricId: string
  readonly scope: Pick<Scope, 'pathId' | 'teamId' | 'sourceId'>
  /** Whole days in UTC. What of them is not scored yet is left out. */
  readonly windows: readonly Period[]
  /** With the rows behind each result named, where they are many; else only counted. */
  readonly isOpened: boolean
}

/**
 * A metric over windows, as it stood at the end of each: one result, or one for each cell of a table. Of
 * what is a state at a moment, that at the end. Deliveries are told by all that is known by now, as those
 * of published months and quarters are. None where the metric does not exist in the scope, where nothing
 * of a window is scored, and for metrics that surveys tell: of those only publications are read.
 */
export async function measureWindows(
  db: Reader,
  { windows, ...question }: WindowsQuestion,
): Promise<MetricResult[][]> {
  const scoring = await findPublishedScoring(db)
  if (scoring === undefined) return windows.map(() => [])
  const cut = windows.map(({ from, to }) => ({ from, to: earlierOf(to, scoring.asOf) }))
  const begun = cut.filter(({ from, to }) => from < to)
  const measured = await measureBegun(db, { ...question, scoring, windows: begun })
  const byWindow = new Map(begun.map((window, index) => [window, measured[index] ?? []]))
  return cut.map((window) => byWindow.get(window) ?? [])
}

/** The same over one window. */
export const measureWindow = async (
  db: Reader,
  { window, ...question }: Omit<WindowsQuestion, 'windows'> & { readonly window: Period },
): Promise<MetricResult[]> =>
  (await measureWindows(db, { ...question, windows: [window] }))[0] ?? []

/** A metric of a path over one window, of each of some teams for which it exists. */
export async function measureTeamsOver(
  db: Reader,
  {
    window: { from, to },
    ...question
  }: Pick<PathQuestion, 'metricId' | 'pathId' | 'teamIds'> & { readonly window: Period },
): Promise<MetricResult[]> {
  const scoring = await findPublishedScoring(db)
  if (scoring === undefined || from >= scoring.asOf) return []
  const asOf = earlierOf(to, scoring.asOf)
  const [results = []] = await measurePath(db, {
    ...question,
    spans: [{ asOf, window: { from, to: asOf } }],
    computedAt: scoring.finishedAt,
    isBrief: true,
  })
  return results
}

/**
 * What a metric says over one window of each team for which it has a value that may be shown; of a
 * path, or of deliveries whatever path they took.
 */
export async function listTeamValuesOver(
  db: Reader,
  { metricId, pathId, window }: { metricId: string; pathId?: string; window: Period },
): Promise<TeamValue[]> {
  const teamIds = [...(await teamNames(db)).keys()]
  const results = DELIVERY_METRICS.includes(metricId)
    ? await measureDeliverers(db, { metricId, teamIds, window })
    : pathId === undefined
      ? []
      : await measureTeamsOver(db, { metricId, pathId, teamIds, window })
  return results.flatMap(({ scope, value, status, parameters }) =>
    value === null || !USABLE.includes(status) || cellOf({ parameters }) !== ''
      ? []
      : [{ metricId, pathId: scope.pathId ?? '', teamId: scope.teamId ?? '', value }],
  )
}

async function measureDeliverers(
  db: Reader,
  {
    metricId,
    teamIds,
    window: { from, to },
  }: { metricId: string; teamIds: readonly string[]; window: Period },
): Promise<MetricResult[]> {
  const scoring = await findPublishedScoring(db)
  if (scoring === undefined || from >= scoring.asOf) return []
  return measureDelivery(db, {
    scopes: teamIds.map((teamId) => ({ teamId })),
    window: { from, to: earlierOf(to, scoring.asOf) },
    asOf: scoring.asOf,
    metricIds: [metricId],
    now: scoring.finishedAt,
  })
}

interface Asked extends WindowsQuestion {
  readonly scoring: PublishedScoring
}

async function measureBegun(db: Reader, asked: Asked): Promise<MetricResult[][]> {
  const { windows, scope, metricId } = asked
  if (windows.length === 0) return []
  if (scope.sourceId === undefined && !DELIVERY_METRICS.includes(metricId)) {
    return measureOfPath(db, asked)
  }
  if (scope.sourceId === undefined) return measureDelivered(db, asked)
  const measured: MetricResult[][] = []
  for (const window of windows) measured.push(await measureSource(db, asked, window))
  return measured
}

async function measureDelivered(
  db: Reader,
  { metricId, scope: { pathId, teamId }, windows, isOpened, scoring }: Asked,
): Promise<MetricResult[][]> {
  const { asOf, finishedAt } = scoring
  const scope = { ...(pathId !== undefined && { pathId }), ...(teamId !== undefined && { teamId }) }
  const metricIds = [metricId]
  const asked = { scopes: [scope], windows, asOf, metricIds, now: finishedAt }
  const measured = await measureDeliveries(db, asked)
  if (!isOpened) return measured
  const opened: MetricResult[][] = []
  for (const [place, window] of windows.entries()) {
    const evidence = await listDeliveryEvidence(db, { ...scope, ...window, metricId, asOf })
    const results = measured[place] ?? []
    opened.push(evidence ? results.map((result) => ({ ...result, evidence })) : results)
  }
  return opened
}

async function measureOfPath(
  db: Reader,
  { metricId, scope: { pathId, teamId }, windows, isOpened, scoring }: Asked,
): Promise<MetricResult[][]> {
  if (pathId === undefined) return []
  return measurePath(db, {
    metricId,
    pathId,
    ...(teamId !== undefined && { teamIds: [teamId] }),
    spans: windows.map((window) => ({ asOf: window.to, window })),
    computedAt: scoring.finishedAt,
    isBrief: !isOpened,
  })
}

async function measureSource(
  db: Reader,
  { metricId, scope, scoring }: Asked,
  window: Period,
): Promise<MetricResult[]> {
  const { sourceId = '', pathId, teamId } = scope
  if (pathId !== undefined || teamId !== undefined) return []
  const landscape = toLandscape(await listLandscapeFacts(db))
  const scopes = bySource(landscape.coverage).get(sourceId) ?? new Map()
  const moment = { asOf: window.to, window, computedAt: scoring.finishedAt }
  if (metricId === sourceCoverage.definition.id) return [sourceResult(sourceId, scopes, moment)]
  if (metricId !== linkageRate.definition.id) return []
  const records = linkRecords(landscape, await listLinkFacts(db, window), window.to)
  const own = records.get(sourceId)
  return own === undefined ? [] : linkageResults(sourceId, scopes, own, moment)
}
