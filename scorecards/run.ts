import { listAgreements, listLandscapeFacts, listWorkFacts } from '#db/adoption-facts.ts'
import { type ChangeToScore, listChangesToScore } from '#db/changes-to-score.ts'
import type { Database, Reader } from '#db/connection.ts'
import { withdrawBefore } from '#db/measurements.ts'
import { listPathCases } from '#db/path-cases.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { withdrawGone } from '#db/withdraw-gone.ts'
import { weekNumber, weekStart } from '#lib/period.ts'
import { type Landscape, toLandscape } from '#scorecards/adoption/landscape.ts'
import type { ScoredWeek } from '#scorecards/adoption/state-row.ts'
import { type Model, toModel, trackPath, weeksOf } from '#scorecards/adoption/tracks.ts'
import { feedsOf } from '#scorecards/adoption/work-coverage.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { momentAt } from '#scorecards/moment.ts'
import { toPathCases } from '#scorecards/path-cases.ts'
import { pathResult } from '#scorecards/path-results.ts'
import { STANDING_METRICS, standingResults, toTrails } from '#scorecards/path-standing.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { updatePath } from '#scorecards/run/adoption.ts'
import { updateDelivery } from '#scorecards/run/delivery.ts'
import { SOURCE_WEEKS, TEAM_WEEKS } from '#scorecards/run/horizons.ts'
import { type Plan, planAll, planChanges } from '#scorecards/run/plan.ts'
import {
  beginSession,
  catalogueVersion,
  publishSession,
  type Session,
} from '#scorecards/run/session.ts'
import { listSourceIds, updateSources } from '#scorecards/run/sources.ts'
import { updateWork } from '#scorecards/run/work.ts'
import { bySource, sourceResult } from '#scorecards/source-results.ts'

export interface ScoringOptions {
  readonly now: Date
  /** Everything anew, whatever changed; else only what the changed facts touch, where that will do. */
  readonly isFull?: boolean
  /** Month in which the fiscal year begins: 1 to 12. */
  readonly fiscalYearStart?: number
  /** Runs in every transaction that writes, and may refuse it, as when a lease was lost. */
  readonly guard?: (tx: Database) => Promise<void>
}

export interface ScoringOutcome {
  readonly run: number
  /** `changes`: only what changed facts touch was computed. */
  readonly extent: 'full' | 'changes'
  /** Weeks that have a state on the oldest path. */
  readonly weeks: number
  /** Published rows that are new or differ from those that stood. */
  readonly changed: number
}

/**
 * Computes states and measurements of every week up to the last complete one, and publishes them:
 * readers see all of a run or none of it. The same facts change nothing. Only what changed facts
 * touch is computed, unless nothing was published yet, something that names everything changed, or
 * the last run computed by other definitions; both ways lead to the same rows.
 */
export async function scoreAll(
  db: Database,
  { now, isFull = false, fiscalYearStart = 1, guard = async () => {} }: ScoringOptions,
): Promise<ScoringOutcome> {
  const until = weekStart(weekNumber(now))
  const changes = await listChangesToScore(db)
  const last = await findLastScoringRun(db)
  const extent = isFull ? 'full' : extentOf(last, changes, { until, fiscalYearStart })
  const session = await beginSession(db, { now, until, extent, fiscalYearStart, guard })
  const facts = await listLandscapeFacts(db)
  const agreements = await listAgreements(db)
  const landscape = toLandscape(facts)
  const weekEnd = last !== undefined && last.as_of < until.toISOString() ? last.as_of : null
  const planned = extent === 'full' ? planAll(landscape) : planChanges(landscape, changes, weekEnd)
  const { paths, feeds, retold } = await updateWork(session, landscape, agreements, planned)
  const model = toModel(landscape, agreements, feeds)
  const plan = retold.size === 0 ? planned : withRetold(planned, model)
  const changedStates = new Map<string, ReadonlySet<string>>()
  let changed = 0
  for (const path of landscape.paths) {
    const work = paths.get(path.id)
    if (work === undefined) continue
    const outcome = await updatePath(session, { model, path, work, plan })
    changed += outcome.changed
    if (outcome.weekEnds.size > 0) changedStates.set(path.id, outcome.weekEnds)
  }
  changed += await updateDelivery(session, {
    landscape,
    plan,
    changes,
    fiscalYearStart,
    weekEnd,
    changedStates,
  })
  if (plan.coverageSince !== null) {
    changed += await updateSources(session, model, plan.coverageSince)
  }
  changed += await withdraw(session, landscape, { isFull: plan.isFull, weekEnd })
  await publishSession(session, { changed, scored: changes })
  const weeks = Math.max(0, ...landscape.paths.map((path) => weeksOf(model, path, until).count))
  return { run: session.run, extent, weeks, changed }
}

/** The end of the first week that is still kept true. */
const horizonsOf = (until: Date) => ({
  team_id: weekStart(weekNumber(until) - TEAM_WEEKS + 1),
  source_id: weekStart(weekNumber(until) - SOURCE_WEEKS + 1),
})

/** Withdraws what a new week made too old to be kept true, and in a full run what is no more. */
async function withdraw(
  session: Session,
  landscape: Landscape,
  { isFull, weekEnd }: { readonly isFull: boolean; readonly weekEnd: string | null },
): Promise<number> {
  if (!isFull && weekEnd === null) return 0
  const horizons = horizonsOf(session.until)
  const old = await session.write((tx) => withdrawBefore(tx, session.run, horizons))
  return isFull ? old + (await withdrawAllGone(session, landscape)) : old
}

async function withdrawAllGone(session: Session, landscape: Landscape): Promise<number> {
  const known = {
    paths: landscape.paths.map(({ id }) => id),
    teams: landscape.teams.map(({ id }) => id),
    sources: await listSourceIds(session, landscape),
  }
  return session.write((tx) => withdrawGone(tx, session.run, known))
}

/** What changed facts touch will do if all else is as the last run left it. */
function extentOf(
  last: Awaited<ReturnType<typeof findLastScoringRun>>,
  changes: readonly ChangeToScore[],
  { until, fiscalYearStart }: { readonly until: Date; readonly fiscalYearStart: number },
): ScoringOutcome['extent'] {
  const isSame =
    last !== undefined &&
    last.engine_version === ENGINE_VERSION &&
    last.catalogue_version === catalogueVersion(fiscalYearStart) &&
    last.as_of <= until.toISOString()
  return isSame && changes.every(({ subject_kind }) => subject_kind !== 'all') ? 'changes' : 'full'
}

/** Other sources than before tell of somebody's work: what was read of it is another for all time. */
function withRetold(plan: Plan, { landscape }: Model): Plan {
  return {
    ...plan,
    teamsSince: new Map(landscape.teams.map(({ id }) => [id, ''])),
    since: '',
  }
}

export interface Question {
  readonly metricId: string
  readonly pathId?: string
  readonly teamId?: string
  readonly sourceId?: string
  readonly asOf: Date
  readonly now: Date
}

/**
 * Results computed from the facts for any as-of, without publishing them: states are those of the
 * last complete ISO week then. One, or one for each cell of a metric that is a table. None when the
 * metric does not exist in that scope, or no such path is known; a source that nobody knows has read
 * nothing.
 */
export async function measureCellsOn(db: Reader, question: Question): Promise<MetricResult[]> {
  const { metricId, pathId, teamId, sourceId, asOf, now } = question
  const landscape = toLandscape(await listLandscapeFacts(db))
  if (metricId === sourceCoverage.definition.id) {
    if (sourceId === undefined) return []
    const scopes = bySource(landscape.coverage).get(sourceId)
    return [sourceResult(sourceId, scopes ?? new Map(), asOf, now)]
  }
  const path = landscape.paths.find(({ id }) => id === pathId)
  if (path === undefined) return []
  const facts = await listWorkFacts(db, new Set([path.rules.work]))
  const model = toModel(landscape, await listAgreements(db), [feedsOf(facts)])
  const track = trackPath(model, path, facts, asOf)
  const isStanding = STANDING_METRICS.includes(metricId)
  const cases = toPathCases(await listPathCases(db, path.id, { isOfSupport: isStanding }))
  if (isStanding) {
    const trails = toTrails([...track.states.values()].flat().flatMap(toTrailRow))
    const standing = { model, path, trails, cases, asOf }
    return teamId === undefined ? standingResults(standing, now, [metricId]) : []
  }
  const result = pathResult(metricId, momentAt(model, track, { facts, cases }, asOf), teamId, now)
  return result === undefined ? [] : [result]
}

/** The one result of a metric that is no table; see `measureCellsOn`. */
export async function measureOn(db: Reader, question: Question): Promise<MetricResult | undefined> {
  return (await measureCellsOn(db, question))[0]
}

const toTrailRow = (week: ScoredWeek | undefined) =>
  week === undefined
    ? []
    : [
        {
          team_id: week.teamId,
          week_end: week.weekEnd.toISOString(),
          state: week.record.state,
        },
      ]
