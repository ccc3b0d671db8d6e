import { listAgreements, listLandscapeFacts, listWorkFacts } from '#db/adoption-facts.ts'
import { type ChangeToScore, listChangesToScore } from '#db/changes-to-score.ts'
import type { Database, Reader } from '#db/connection.ts'
import { listRepositoriesNaming } from '#db/delivery-facts.ts'
import { type Horizons, listMeasuredSources, withdrawBefore } from '#db/measurements.ts'
import { listPathCases } from '#db/path-cases.ts'
import { pathRows } from '#db/path-facts.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { withdrawGone } from '#db/withdraw-gone.ts'
import { firstOf } from '#lib/order.ts'
import { instantText, type Period, weekNumber, weekStart } from '#lib/period.ts'
import { type Landscape, type Path, toLandscape } from '#scorecards/adoption/landscape.ts'
import type { ScoredWeek } from '#scorecards/adoption/state-row.ts'
import { type Model, toModel, trackPath, weeksOf } from '#scorecards/adoption/tracks.ts'
import { toFirstUses } from '#scorecards/adoption/weekly-counts.ts'
import { listWork } from '#scorecards/adoption/work.ts'
import { feedsOf } from '#scorecards/adoption/work-coverage.ts'
import { DELIVERY_METRICS } from '#scorecards/delivery/results.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { CALENDAR_WEEKS, HISTORY_WEEKS, TEAM_WEEKS } from '#scorecards/horizons.ts'
import { linkageRate } from '#scorecards/metrics/linkage-rate.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { momentAt } from '#scorecards/moment.ts'
import { toPathCases } from '#scorecards/path-cases.ts'
import { loadPathFacts, momentsOf, standingReader, toReadUses } from '#scorecards/path-facts.ts'
import { pathResult } from '#scorecards/path-results.ts'
import { STANDING_METRICS, standingResults, toTrails } from '#scorecards/path-standing.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { type PathOutcome, updatePath } from '#scorecards/run/adoption.ts'
import { updateDelivery } from '#scorecards/run/delivery.ts'
import { loadFailedDeployments } from '#scorecards/run/delivery-ledgers.ts'
import {
  listKnownOtherwise,
  type Plan,
  planAll,
  planChanges,
  withUnitsNaming,
} from '#scorecards/run/plan.ts'
import {
  beginSession,
  catalogueVersion,
  publishSession,
  type Session,
} from '#scorecards/run/session.ts'
import {
  listSourceIds,
  loadLinkRecords,
  updateLinkage,
  updateSources,
} from '#scorecards/run/sources.ts'
import { updateStandings } from '#scorecards/run/standing.ts'
import { type PathWork, updateWork } from '#scorecards/run/work.ts'
import { bySource, linkageResults, sourceResult } from '#scorecards/source-results.ts'
import { toUses } from '#scorecards/support/uses.ts'

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
  const planned =
    extent === 'full'
      ? planAll(landscape)
      : withUnitsNaming(
          planChanges(landscape, changes, weekEnd),
          landscape,
          await listRepositoriesNaming(db, listKnownOtherwise(landscape, changes)),
        )
  const { paths, feeds, retold } = await updateWork(session, landscape, agreements, planned)
  const model = toModel(landscape, agreements, feeds)
  const plan = retold.size === 0 ? planned : withRetold(planned, model)
  const outcomes = await updatePaths(session, model, plan, paths)
  const delivery = await updateDelivery(session, {
    landscape,
    plan,
    changes,
    fiscalYearStart,
    weekEnd,
    changedStates: changedStatesOf(outcomes),
  })
  let changed = [delivery, ...outcomes.values()].reduce((sum, one) => sum + one.changed, 0)
  changed += await updateStandings(session, outcomes, {
    model,
    plan,
    deliveredSince: sinceOf(changes, WORK),
    mergedSince: sinceOf(changes, MERGES),
    failuresSince: instantText(delivery.failuresSince),
  })
  if (plan.coverageSince !== null) {
    changed += await updateSources(session, model, plan.coverageSince)
  }
  // What came after the last week says nothing of it.
  const isOfLastWeek = changes.some(({ since }) => since <= until.toISOString())
  const isTouched = plan.isFull || weekEnd !== null || isOfLastWeek
  changed += await updateLinkage(session, model, { isTouched })
  changed += await withdraw(session, landscape, { isFull: plan.isFull, weekEnd })
  await publishSession(session, { changed, scored: changes })
  const weeks = Math.max(0, ...landscape.paths.map((path) => weeksOf(model, path, until).count))
  return { run: session.run, extent, weeks, changed }
}

async function updatePaths(
  session: Session,
  model: Model,
  plan: Plan,
  work: ReadonlyMap<string, PathWork>,
): Promise<Map<Path, PathOutcome>> {
  const outcomes = new Map<Path, PathOutcome>()
  for (const path of model.landscape.paths) {
    const own = work.get(path.id)
    if (own === undefined) continue
    outcomes.set(path, await updatePath(session, { model, path, work: own, plan }))
  }
  return outcomes
}

/** Since when anything of one of `kinds` is another; null: nothing is. */
const sinceOf = (changes: readonly ChangeToScore[], kinds: ReadonlySet<string>) =>
  firstOf(changes.flatMap((one) => (kinds.has(one.subject_kind) ? [one.since] : [])))

/** Of any service. */
const WORK: ReadonlySet<string> = new Set(['service', 'repository', 'deployment'])
/** Only changes are work of a repository. */
const MERGES: ReadonlySet<string> = new Set(['repository'])

/** By path, the ends of weeks in which the state of a team is another. */
const changedStatesOf = (outcomes: ReadonlyMap<Path, PathOutcome>) =>
  new Map(
    [...outcomes]
      .filter(([, { weekEnds }]) => weekEnds.size > 0)
      .map(([{ id }, { weekEnds }]) => [id, weekEnds]),
  )

/** The end of the first week that is still kept true. */
const horizonsOf = (until: Date): Horizons => ({
  teams: weekStart(weekNumber(until) - TEAM_WEEKS + 1),
  others: weekStart(weekNumber(until) - HISTORY_WEEKS + 1),
  // A path is told week by week as long as it is there.
  metricIds: [...DELIVERY_METRICS, ...STANDING_METRICS],
  calendar: weekStart(weekNumber(until) - CALENDAR_WEEKS),
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
  const linked = await listMeasuredSources(session.db, linkageRate.definition.id)
  const known = {
    paths: landscape.paths.map(({ id }) => id),
    teams: landscape.teams.map(({ id }) => id),
    sources: [...(await listSourceIds(session, landscape)), ...linked],
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
  /** That ends with the as-of; left out: the days that the metric itself looks at. */
  readonly window?: Period
  readonly now: Date
}

/**
 * Results computed from the facts for any as-of, without publishing them: states are those of the
 * last complete ISO week then. One, or one for each cell of a metric that is a table. None when the
 * metric does not exist in that scope, or no such path is known; a source that nobody knows has read
 * nothing.
 */
export async function measureCellsOn(db: Reader, question: Question): Promise<MetricResult[]> {
  const landscape = toLandscape(await listLandscapeFacts(db))
  const { pathId, sourceId } = question
  if (sourceId !== undefined) return measureSourceOn(db, landscape, { ...question, sourceId })
  const path = landscape.paths.find(({ id }) => id === pathId)
  return path === undefined ? [] : measurePathOn(db, landscape, path, question)
}

async function measureSourceOn(
  db: Reader,
  landscape: Landscape,
  { metricId, sourceId, asOf, window, now }: Question & { readonly sourceId: string },
): Promise<MetricResult[]> {
  const scopes = bySource(landscape.coverage).get(sourceId) ?? new Map()
  const moment = { asOf, ...(window && { window }), computedAt: now }
  if (metricId === sourceCoverage.definition.id) return [sourceResult(sourceId, scopes, moment)]
  if (metricId !== linkageRate.definition.id) return []
  const records = (await loadLinkRecords(db, landscape, moment)).get(sourceId)
  return records ? linkageResults(sourceId, scopes, records, moment) : []
}

async function measurePathOn(
  db: Reader,
  landscape: Landscape,
  path: Path,
  { metricId, teamId, asOf, window, now }: Question,
): Promise<MetricResult[]> {
  const span = { asOf, ...(window && { window }) }
  const facts = await listWorkFacts(db, new Set([path.rules.work]))
  const model = toModel(landscape, await listAgreements(db), [feedsOf(facts)])
  const track = trackPath(model, path, facts, asOf)
  const { exceptions } = model
  const work = [...listWork(landscape, path, { ...facts, exceptions })]
  if (STANDING_METRICS.includes(metricId)) {
    if (teamId !== undefined) return []
    const trails = toTrails([...track.states.values()].flat().flatMap(toTrailRow))
    const known = { model, path, trails, firstUses: toFirstUses(track.work) }
    const uses = toReadUses(toUses(work))
    const reader = {
      ...pathRows(db),
      uses: async () => uses,
      failed: () => loadFailedDeployments(db, landscape),
    }
    const read = await loadPathFacts(reader, known, [metricId], momentsOf([span]))
    const context = { computedAt: now, isBrief: false }
    return standingResults(standingReader(read)(span), [metricId], context)
  }
  const cases = toPathCases(await listPathCases(db, path.id, null))
  const moment = momentAt({ model, track, cases, ...span }, work)
  const result = pathResult(metricId, moment, teamId, now)
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
