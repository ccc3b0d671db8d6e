import type { Reader } from '#db/connection.ts'
import { type ComputedMeasurement, writeMeasurements } from '#db/measurements.ts'
import { listTrails } from '#db/path-cases.ts'
import { pathRows } from '#db/path-facts.ts'
import { firstOf } from '#lib/order.ts'
import { daysBefore, weekNumber, weekStart } from '#lib/period.ts'
import type { Path } from '#scorecards/adoption/landscape.ts'
import { type Model, weeksOf } from '#scorecards/adoption/tracks.ts'
import type { FailedDeployment } from '#scorecards/delivery/failed-deployments.ts'
import { evidenceRead } from '#scorecards/governance/path-policies.ts'
import { HISTORY_WEEKS } from '#scorecards/horizons.ts'
import { toMeasurementRow } from '#scorecards/measurement-row.ts'
import { interactionModeMix } from '#scorecards/metrics/interaction-mode-mix.ts'
import { supportRequestsPer100Uses } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import {
  loadPathFacts,
  type PathFactReader,
  type PathKnowledge,
  SUPPORT_DAYS,
  standingReader,
  usesOfLedgers,
} from '#scorecards/path-facts.ts'
import {
  APPROVAL_METRICS,
  approvalsRead,
  FAILURE_METRICS,
  POLICY_METRICS,
  STANDING_METRICS,
  standingResults,
  TRAIL_METRICS,
  toTrails,
} from '#scorecards/path-standing.ts'
import type { PathOutcome } from '#scorecards/run/adoption.ts'
import { readFailedDeployments } from '#scorecards/run/delivery-ledgers.ts'
import type { Plan } from '#scorecards/run/plan.ts'
import type { Session } from '#scorecards/run/session.ts'
import { readUseLedgers } from '#scorecards/run/work.ts'
import type { UseLedger } from '#scorecards/support/use-ledger.ts'

interface StandingTerms {
  readonly model: Model
  readonly plan: Plan
  /** Since when anything was delivered otherwise than before; null: nothing was. */
  readonly deliveredSince: string | null
  /** Since when other deployments failed than before; null: none. */
  readonly failuresSince: string | null
  /** Since when other changes were merged than before; null: none. */
  readonly mergedSince: string | null
}

/** Of one path. */
interface StandingUpdate extends StandingTerms {
  readonly path: Path
  readonly outcome: PathOutcome
  readonly listFailed: () => Promise<readonly FailedDeployment[]>
}

/**
 * Measures paths anew by their single cases at the end of each week in which they may have stood
 * otherwise. Returns the rows that changed.
 */
export async function updateStandings(
  session: Session,
  outcomes: ReadonlyMap<Path, PathOutcome>,
  terms: StandingTerms,
): Promise<number> {
  let changed = 0
  let failed: Promise<readonly FailedDeployment[]> | undefined
  const listFailed = () => {
    failed ??= readFailedDeployments(session.db)
    return failed
  }
  for (const [path, outcome] of outcomes) {
    changed += await updateStanding(session, { ...terms, path, outcome, listFailed })
  }
  return changed
}

/** As many week ends at a time as bound the memory that their rows need. */
const WEEK_ENDS_AT_ONCE = 13

/** Week ends at which the same metrics are measured. */
interface Stretch {
  readonly weekEnds: readonly Date[]
  readonly metricIds: readonly string[]
}

async function updateStanding(session: Session, update: StandingUpdate): Promise<number> {
  const { model, path, outcome, listFailed } = update
  const { db } = session
  const stretches = listStretches(update, listWeekEnds(session, update))
  if (stretches.length === 0) return 0
  const trails = toTrails(await listTrails(db, path.id, { isWriter: true }))
  const known = { model, path, trails, firstUses: outcome.firstUses }
  const reader = writerReader(db, path, listFailed)
  let changed = 0
  for (const stretch of stretches) changed += await measure(session, known, reader, stretch)
  return changed
}

const writerReader = (
  db: Reader,
  path: Path,
  failed: PathFactReader['failed'],
): PathFactReader => ({
  ...pathRows(db),
  uses: usesReader(db, path.id),
  failed,
})

/** The ledgers are read once, for all stretches. */
function usesReader(db: Reader, pathId: string): PathFactReader['uses'] {
  let read: Promise<readonly UseLedger[]> | undefined
  return async (weeks) => {
    read ??= readUseLedgers(db, pathId)
    return usesOfLedgers(await read, weeks)
  }
}

async function measure(
  session: Session,
  known: PathKnowledge,
  reader: PathFactReader,
  { weekEnds, metricIds }: Stretch,
): Promise<number> {
  const [first, last] = [weekEnds[0], weekEnds.at(-1)]
  if (first === undefined || last === undefined) return 0
  const standingAt = standingReader(await loadPathFacts(reader, known, metricIds, { first, last }))
  const rows: ComputedMeasurement[] = []
  for (const weekEnd of weekEnds) {
    const context = { computedAt: session.now, isBrief: true }
    const results = standingResults(standingAt({ asOf: weekEnd }), metricIds, context)
    rows.push(...results.map((one) => toMeasurementRow(one)))
    await session.giveTurn()
  }
  const region = {
    pathId: known.path.id,
    teamId: '',
    sourceId: '',
    windowKind: 'own' as const,
    windowEnds: weekEnds.map((end) => end.toISOString()),
    metricIds,
  }
  return session.write((tx) => writeMeasurements(tx, session.run, region, rows))
}

/** The week ends with a state that are kept true, oldest first. */
function listWeekEnds(session: Session, { model, path }: StandingUpdate): Date[] {
  const { first, count } = weeksOf(model, path, session.until)
  const oldest = Math.max(first + 1, weekNumber(session.until) - HISTORY_WEEKS + 1)
  const length = Math.max(0, first + count - oldest + 1)
  return Array.from({ length }, (_, index) => weekStart(oldest + index))
}

/** What has to be measured anew, in pieces of which each week end needs the same metrics. */
function listStretches(update: StandingUpdate, weekEnds: readonly Date[]): Stretch[] {
  const touched = STANDING_METRICS.map((id) => [id, listTouched(id, update)] as const)
  const stretches: { weekEnds: Date[]; metricIds: readonly string[] }[] = []
  for (const weekEnd of weekEnds) {
    const at = weekEnd.toISOString()
    const isIn = ({ since, until }: Touched) => since <= at && (until === undefined || at <= until)
    const metricIds = touched.flatMap(([id, spans]) => (spans.some(isIn) ? [id] : []))
    if (metricIds.length === 0) continue
    const last = stretches.at(-1)
    const isSame = last?.metricIds.join() === metricIds.join()
    if (last !== undefined && isSame && last.weekEnds.length < WEEK_ENDS_AT_ONCE) {
      last.weekEnds.push(weekEnd)
    } else stretches.push({ weekEnds: [weekEnd], metricIds })
  }
  return stretches
}

/** Week ends, as text, at which a metric may be another than before. */
interface Touched {
  readonly since: string
  /** Left out: up to now. */
  readonly until?: string
}

function listTouched(metricId: string, update: StandingUpdate): Touched[] {
  const { model, path, plan, outcome, deliveredSince, failuresSince, mergedSince } = update
  const { casesSince, pathsSince } = plan
  const isOf = (ids: readonly string[]) => ids.includes(metricId)
  const isGoverned = evidenceRead(model.landscape).length > 0
  const since = firstOf([
    plan.isFull ? '' : null,
    plan.since,
    pathsSince.get(path.id),
    casesSince.get(path.id),
    casesSince.get(''),
    isOf(TRAIL_METRICS) ? firstOf([...outcome.weekEnds]) : null,
    isOf(FAILURE_METRICS) ? failuresSince : null,
    isOf(APPROVAL_METRICS) && approvalsRead(model.landscape).length > 0 ? mergedSince : null,
    isOf(POLICY_METRICS) && isGoverned ? deliveredSince : null,
    metricId === interactionModeMix.definition.id ? outcome.firstUsesSince : null,
  ])
  return [...(since === null ? [] : [{ since }]), ...listUsed(metricId, outcome)]
}

/** Uses matter for as long as a metric looks back on them. */
function listUsed(metricId: string, { usesChanged }: PathOutcome): Touched[] {
  const days = LOOK_BACK_DAYS.get(metricId)
  if (usesChanged === null || days === undefined) return []
  const { from, to } = usesChanged
  return [{ since: iso(from), until: daysBefore(new Date(to), -days).toISOString() }]
}

const iso = (at: number) => new Date(at).toISOString()

const LOOK_BACK_DAYS: ReadonlyMap<string, number> = new Map([
  [interactionModeMix.definition.id, interactionModeMix.windowDays],
  [supportRequestsPer100Uses.definition.id, SUPPORT_DAYS],
])
