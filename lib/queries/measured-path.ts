import { listAgreements, listLandscapeFacts, listWorkFacts } from '#db/adoption-facts.ts'
import { listStatesIn } from '#db/adoption-states.ts'
import type { Reader } from '#db/connection.ts'
import { listLedgers } from '#db/ledgers.ts'
import { listPathCases, listTrails } from '#db/path-cases.ts'
import { pathRows } from '#db/path-facts.ts'
import { type Period, weekNumber, weekOf } from '#lib/period.ts'
import { type Path, toLandscape } from '#scorecards/adoption/landscape.ts'
import { type ScoredWeek, toScoredWeek } from '#scorecards/adoption/state-row.ts'
import {
  exceptionsOf,
  type Model,
  type Track,
  toModel,
  weeksOf,
  workWeeksOf,
} from '#scorecards/adoption/tracks.ts'
import { toUnits, workersOf } from '#scorecards/adoption/units.ts'
import { toFirstUses, type Weeks } from '#scorecards/adoption/weekly-counts.ts'
import { listWork, type Work } from '#scorecards/adoption/work.ts'
import type { Feeds } from '#scorecards/adoption/work-coverage.ts'
import { type CountedWork, restOf, wholeWeeksIn } from '#scorecards/adoption/work-sums.ts'
import { toTeamWork } from '#scorecards/adoption/work-tally.ts'
import { decodeFailedDeployments } from '#scorecards/delivery/failed-deployments.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import { momentAt } from '#scorecards/moment.ts'
import { NO_CASES, toPathCases } from '#scorecards/path-cases.ts'
import {
  loadPathFacts,
  momentsOf,
  type PathFactReader,
  standingReader,
  toReadUses,
  usesOfLedgers,
} from '#scorecards/path-facts.ts'
import { CASE_METRICS, pathResult, WORK_METRICS } from '#scorecards/path-results.ts'
import { STANDING_METRICS, standingResults, toTrails } from '#scorecards/path-standing.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { decodeUses } from '#scorecards/support/use-ledger.ts'
import { toUses } from '#scorecards/support/uses.ts'

export interface PathQuestion {
  /** A window ends with its as-of; without one the metric looks at days of its own. */
  readonly spans: readonly Span[]
  readonly metricId: string
  readonly pathId: string
  /** One result for each in place of that of the path as a whole. */
  readonly teamIds?: readonly string[]
  readonly computedAt: Date
  /** With the number of rows behind a result in place of the rows, where those are many. */
  readonly isBrief: boolean
}

/**
 * What a metric of a golden path says of each span, from the samples and states that scoring published
 * and the facts as they are now: one result, or one for each cell of a table. None where the metric
 * does not exist in that scope.
 */
export async function measurePath(db: Reader, question: PathQuestion): Promise<MetricResult[][]> {
  const { metricId, pathId, teamIds } = question
  const landscape = toLandscape(await listLandscapeFacts(db))
  const path = landscape.paths.find(({ id }) => id === pathId)
  if (path === undefined) return question.spans.map(() => [])
  const model = toModel(landscape, await listAgreements(db), await listFeeds(db))
  if (!STANDING_METRICS.includes(metricId)) return measureMoment(db, model, path, question)
  return teamIds === undefined
    ? measureStanding(db, model, path, question)
    : question.spans.map(() => [])
}

async function measureStanding(
  db: Reader,
  model: Model,
  path: Path,
  { metricId, spans, computedAt, isBrief }: PathQuestion,
): Promise<MetricResult[][]> {
  const moments = momentsOf(spans)
  const trails = toTrails(await listTrails(db, path.id))
  const samples = await listLedgers(db, { kind: 'team_work', pathId: path.id })
  const work = toTeamWork(samples, workWeeksOf(weeksOf(model, path, moments.last)))
  const known = { model, path, trails, firstUses: toFirstUses(work) }
  const reader: PathFactReader = {
    ...pathRows(db),
    uses: isBrief ? sampledUses(db, path) : openedUses(db, model, path),
    failed: async () => {
      const stored = await listLedgers(db, { kind: 'failed_deployments' })
      return [...stored.values()].flatMap(decodeFailedDeployments)
    },
  }
  const standingIn = standingReader(await loadPathFacts(reader, known, [metricId], moments))
  const context = { computedAt, isBrief }
  return spans.map((span) => standingResults(standingIn(span), [metricId], context))
}

/** Without the ids of their rows. */
const sampledUses =
  (db: Reader, { id: pathId }: Path): PathFactReader['uses'] =>
  async (weeks) => {
    const stored = await listLedgers(db, { kind: 'uses', pathId })
    return usesOfLedgers([...stored.values()].map(decodeUses), weeks)
  }

const openedUses =
  (db: Reader, model: Model, path: Path): PathFactReader['uses'] =>
  async (weeks) =>
    toReadUses(toUses(await listWorkIn(db, model, path, weeks)))

async function listWorkIn(
  db: Reader,
  { landscape, exceptions }: Model,
  path: Path,
  period: Period,
): Promise<Work[]> {
  const [since, until] = [period.from.toISOString(), period.to.toISOString()]
  // By whom it is of: of them a period is found by an index.
  const workers = {
    ...workersOf([...toUnits(landscape).values()]),
    teams: landscape.teams.map(({ id }) => id),
  }
  const facts = await listWorkFacts(db, new Set([path.rules.work]), workers, { since, until })
  const work = [...listWork(landscape, path, { ...facts, exceptions })]
  return work.filter(({ at }) => since <= at && at < until)
}

/** The path as a whole is of no team. */
type Teams = Omit<PathQuestion, 'teamIds'> & {
  readonly teamIds?: readonly (string | undefined)[]
}

async function measureMoment(
  db: Reader,
  model: Model,
  path: Path,
  { metricId, teamIds = [undefined], spans, computedAt }: Teams,
): Promise<MetricResult[][]> {
  const weeks = weeksOf(model, path, momentsOf(spans).last)
  const counted = WORK_METRICS.includes(metricId)
    ? await countWork(db, model, path, spans)
    : { work: new Map(), workWeeks: NO_WEEKS, pieces: [] }
  const { pieces, ...ofWeeks } = counted
  const states = await loadStates(db, path, weeks, spans)
  const track: Track = { path, weeks, states, ...ofWeeks, exceptions: exceptionsOf(model, path) }
  const cases = CASE_METRICS.includes(metricId)
    ? toPathCases(await listPathCases(db, path.id, null))
    : NO_CASES
  return spans.map((span) => {
    const moment = momentAt({ model, track, cases, ...span }, pieces)
    return teamIds.flatMap((id) => pathResult(metricId, moment, id, computedAt) ?? [])
  })
}

const NO_WEEKS = { first: 0, count: 0 }

/** The longest that metrics look back of their own accord. */
const QUARTER_DAYS = 91

/** Whole weeks by the samples; what spans and their quarters have beside them piece by piece. */
async function countWork(
  db: Reader,
  model: Model,
  path: Path,
  spans: readonly Span[],
): Promise<CountedWork> {
  const periods = spans.flatMap((span) => [
    periodOf(span, QUARTER_DAYS),
    periodOf({ asOf: span.asOf }, QUARTER_DAYS),
  ])
  const workWeeks = wholeWeeksIn(spanned(periods))
  const samples = await listLedgers(db, { kind: 'team_work', pathId: path.id })
  const rests = periods.flatMap((period) => restOf(period, workWeeks))
  // What two periods leave may be of one week.
  const byWeek = Map.groupBy(rests, ({ from }) => weekNumber(from))
  const pieces = new Map<string, Work>()
  for (const same of byWeek.values()) {
    const found = await listWorkIn(db, model, path, spanned(same))
    for (const one of found) pieces.set(JSON.stringify([one.id, one.teamId, one.serviceId]), one)
  }
  return { work: toTeamWork(samples, workWeeks), workWeeks, pieces: [...pieces.values()] }
}

/** From the first beginning to the last end. */
const spanned = (periods: readonly Period[]): Period => ({
  from: new Date(Math.min(...periods.map(({ from }) => from.getTime()))),
  to: new Date(Math.max(...periods.map(({ to }) => to.getTime()))),
})

/** The states at the ends of the weeks of spans, and at those before them. */
async function loadStates(
  db: Reader,
  { id: pathId }: Path,
  weeks: Weeks,
  spans: readonly Span[],
): Promise<Map<string, (ScoredWeek | undefined)[]>> {
  const { from, to } = spanned(spans.map((span) => periodOf(span, QUARTER_DAYS)))
  const rows = await listStatesIn(db, { pathId, from: weekOf(from).from, to })
  const states = new Map<string, (ScoredWeek | undefined)[]>()
  for (const row of rows) {
    const own = states.get(row.team_id) ?? new Array<ScoredWeek | undefined>(weeks.count)
    states.set(row.team_id, own)
    own[weekNumber(new Date(row.week_end)) - weeks.first - 1] = toScoredWeek(row)
  }
  return states
}

/** Which sources told of whose work, as scoring has it. */
async function listFeeds(db: Reader): Promise<Feeds[]> {
  const stored = await listLedgers(db, { kind: 'feeds' })
  const decoder = new TextDecoder()
  // Only scoring writes them.
  return [...stored.values()].map((bytes) => JSON.parse(decoder.decode(bytes)) as Feeds)
}
