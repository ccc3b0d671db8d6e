import { listConfiguredSources, listLandscapeFacts, listWorkFacts } from '#db/adoption-facts.ts'
import { type ComputedState, publishStates } from '#db/adoption-states.ts'
import type { Database, Reader } from '#db/connection.ts'
import { type ComputedMeasurement, type Horizon, publishMeasurements } from '#db/measurements.ts'
import { finishScoringRun, insertScoringRun } from '#db/scoring-runs.ts'
import { weekNumber, weekStart } from '#lib/period.ts'
import type { TeamWeek } from '#scorecards/adoption/replay.ts'
import { type Model, type Track, toModel, trackPath } from '#scorecards/adoption/tracks.ts'
import { weekEndOf } from '#scorecards/adoption/weekly-input.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { momentAt, momentAtWeekEnd } from '#scorecards/moment.ts'
import { ENGINE_VERSION, pathResult, pathResults, teamResults } from '#scorecards/path-results.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { bySource, sourceResult } from '#scorecards/source-results.ts'

export interface ScoringOptions {
  readonly now: Date
  /** Runs in the publishing transaction and may refuse it, as when a lease was lost. */
  readonly guard?: (tx: Database) => Promise<void>
}

export interface ScoringOutcome {
  readonly runId: string
  /** Week ends that were scored. */
  readonly weeks: number
  /** Published rows that are new or differ from those that stood. */
  readonly changed: number
}

/**
 * Computes the states and measurements of every week up to the last complete one, and publishes them
 * in one transaction: readers see all of a run or none of it. The same facts change nothing.
 */
export async function scoreAll(
  db: Database,
  { now, guard = async () => {} }: ScoringOptions,
): Promise<ScoringOutcome> {
  const until = weekStart(weekNumber(now))
  const computed = compute(await loadModel(db), await listConfiguredSources(db), until, now)
  const runId = crypto.randomUUID()
  const changed = await db.transaction().execute(async (tx) => {
    await guard(tx)
    await insertScoringRun(tx, {
      id: runId,
      started_at: now.toISOString(),
      finished_at: null,
      as_of: until.toISOString(),
      engine_version: ENGINE_VERSION,
      changed_count: 0,
    })
    const { states, measurements, horizons } = computed
    const changedStates = await publishStates(tx, runId, states)
    const changedResults = await publishMeasurements(tx, runId, measurements, horizons)
    const count = changedStates + changedResults
    await finishScoringRun(tx, runId, { finished_at: now.toISOString(), changed_count: count })
    return count
  })
  return { runId, weeks: computed.weeks, changed }
}

async function loadModel(db: Reader): Promise<Model> {
  const landscape = await listLandscapeFacts(db)
  const kinds = new Set(landscape.paths.map(({ rules }) => rules.work))
  return toModel({ ...landscape, work: await listWorkFacts(db, kinds) })
}

interface Publication {
  readonly states: readonly ComputedState[]
  readonly measurements: readonly ComputedMeasurement[]
  readonly horizons: readonly Horizon[]
  readonly weeks: number
}

const TEAM_WEEKS = 26
const SOURCE_WEEKS = 104

function compute(model: Model, sources: readonly string[], until: Date, now: Date): Publication {
  const tracks = model.landscape.paths.map((path) => trackPath(model, path, until))
  const newest = (count: number) => weekStart(weekNumber(until) - count + 1)
  const results = [
    ...tracks.flatMap((track) => resultsOfPath(model, track, newest(TEAM_WEEKS), now)),
    ...resultsOfSources(model, sources, until, now),
  ]
  return {
    states: tracks.flatMap(({ states }) => [...states.values()].flat().map(toStateRow)),
    measurements: results.map(toMeasurementRow),
    horizons: [
      { kind: 'path', from: '' },
      { kind: 'team', from: newest(TEAM_WEEKS).toISOString() },
      { kind: 'source', from: newest(SOURCE_WEEKS).toISOString() },
    ],
    weeks: Math.max(0, ...tracks.map(({ weeks }) => weeks.count)),
  }
}

/** Of a whole path at every week end, of its teams from `teamsFrom` on. */
function resultsOfPath(model: Model, track: Track, teamsFrom: Date, now: Date): MetricResult[] {
  const results: MetricResult[] = []
  for (let index = 0; index < track.weeks.count; index += 1) {
    const asOf = weekEndOf(track.weeks, index)
    const moment = momentAtWeekEnd(model, track, asOf)
    results.push(...pathResults(moment, now))
    if (asOf < teamsFrom) continue
    for (const { id } of model.landscape.teams) results.push(...teamResults(moment, id, now))
  }
  return results
}

function resultsOfSources(
  model: Model,
  sources: readonly string[],
  until: Date,
  now: Date,
): MetricResult[] {
  const scopes = bySource(model.landscape.coverage)
  const ids = [...new Set([...sources, ...scopes.keys()])].toSorted()
  return ids.flatMap((id) =>
    Array.from({ length: SOURCE_WEEKS }, (_, back) =>
      sourceResult(id, scopes.get(id) ?? new Map(), weekStart(weekNumber(until) - back), now),
    ),
  )
}

function toStateRow(week: TeamWeek): ComputedState {
  const { record } = week
  return {
    team_id: week.teamId,
    path_id: week.pathId,
    week_end: week.weekEnd.toISOString(),
    state: record.state,
    origin: week.origin,
    currently_mandated: week.currentlyMandated ? 1 : 0,
    ever_under_interface_mandate: week.everUnderInterfaceMandate ? 1 : 0,
    inactive_weeks: record.inactiveWeeks,
    flags: JSON.stringify(record.flags),
    rule: record.rule,
    inputs: JSON.stringify({ ...week.input, eligibilityReason: week.eligibility.reason }),
    first_adopted_week: week.firstAdoptedWeek?.toISOString() ?? null,
  }
}

function toMeasurementRow(result: MetricResult): ComputedMeasurement {
  return {
    metric_id: result.metricId,
    path_id: result.scope.pathId ?? '',
    team_id: result.scope.teamId ?? '',
    source_id: result.scope.sourceId ?? '',
    as_of: result.asOf,
    value: result.value,
    numerator: result.numerator,
    denominator: result.denominator,
    n: result.n,
    status: result.status,
    band: result.band,
    result: JSON.stringify(result),
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
 * One result computed from the facts for any as-of, without publishing it: states are those of the
 * last complete ISO week then. Undefined when the metric does not exist in that scope, or no such path
 * is configured; a source that nobody knows has read nothing.
 */
export async function measureOn(db: Reader, question: Question): Promise<MetricResult | undefined> {
  const { metricId, sourceId, asOf, now } = question
  const model = await loadModel(db)
  if (metricId !== sourceCoverage.definition.id) return measurePath(model, question)
  if (sourceId === undefined) return undefined
  const scopes = bySource(model.landscape.coverage).get(sourceId)
  return sourceResult(sourceId, scopes ?? new Map(), asOf, now)
}

function measurePath(model: Model, question: Question): MetricResult | undefined {
  const { metricId, pathId, teamId, asOf, now } = question
  const path = model.landscape.paths.find(({ id }) => id === pathId)
  if (path === undefined) return undefined
  return pathResult(metricId, momentAt(model, trackPath(model, path, asOf), asOf), teamId, now)
}
