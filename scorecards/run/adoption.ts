import { listWrittenStates, writeStates } from '#db/adoption-states.ts'
import { withdrawPathOutside, writeMeasurements } from '#db/measurements.ts'
import { listPathCases } from '#db/path-cases.ts'
import { weekNumber, weekStart } from '#lib/period.ts'
import type { Path } from '#scorecards/adoption/landscape.ts'
import type { TeamWeek } from '#scorecards/adoption/replay.ts'
import { type ScoredWeek, toScoredWeek, toStateRow } from '#scorecards/adoption/state-row.ts'
import {
  exceptionsOf,
  type Model,
  replayTeam,
  type Track,
  weeksOf,
  workWeeksOf,
} from '#scorecards/adoption/tracks.ts'
import { type TeamWeeks, toFirstUses, type Weeks } from '#scorecards/adoption/weekly-counts.ts'
import { weekEndOf } from '#scorecards/adoption/weekly-input.ts'
import { TEAM_WEEKS } from '#scorecards/horizons.ts'
import { toMeasurementRow } from '#scorecards/measurement-row.ts'
import { type Moment, momentAt } from '#scorecards/moment.ts'
import { NO_CASES, toPathCases } from '#scorecards/path-cases.ts'
import { PATH_METRICS, pathResults, teamResults } from '#scorecards/path-results.ts'
import type { Plan } from '#scorecards/run/plan.ts'
import { type Session, writeEach } from '#scorecards/run/session.ts'
import { updateTeamWork } from '#scorecards/run/team-work.ts'
import type { PathWork } from '#scorecards/run/work.ts'

/** Written in one transaction: each has to wait for the disk. */
const TEAMS_AT_ONCE = 16

/** The longest that a result looks back on work and states. */
const QUARTER_WEEKS = 13

export interface PathUpdate {
  readonly model: Model
  readonly path: Path
  readonly work: PathWork
  readonly plan: Plan
}

export interface PathOutcome {
  /** Rows. */
  readonly changed: number
  /** Ends of the weeks in which the state of a team is another. */
  readonly weekEnds: ReadonlySet<string>
  /** When each team first used the path with success. */
  readonly firstUses: ReadonlyMap<string, Date>
  /** Since when any of these may be another than before; null: none is. */
  readonly firstUsesSince: string | null
  /** From when until when its work is another than before as metrics of support see it; null: it is not. */
  readonly usesChanged: { readonly from: number; readonly to: number } | null
}

/** Scores what changed of a path: states, then what is measured of it. */
export async function updatePath(session: Session, update: PathUpdate): Promise<PathOutcome> {
  const { model, path, plan, work } = update
  const weeks = weeksOf(model, path, session.until)
  const workWeeks = workWeeksOf(weeks)
  const teamWork = await updateTeamWork(session, path.id, work, workWeeks)
  const teams = teamsToReplay(update)
  const replayed = new Map(
    teams.map((id) => [id, replayTeam(model, path, weeks, id, teamWork.get(id))]),
  )
  const changed = await session.write((tx) =>
    writeStates(
      tx,
      session.run,
      { pathId: path.id, teamIds: teams },
      [...replayed.values()].flat().map(toStateRow),
    ),
  )
  const dirty = toDirtyWeeks(update, weeks, changed)
  const weekEnds = new Set(changed.map(({ week_end }) => week_end))
  const withdrawn = plan.isFull ? await withdrawOutside(session, path, weeks) : 0
  const outcome = {
    changed: changed.length + withdrawn,
    weekEnds,
    firstUses: toFirstUses(teamWork),
    firstUsesSince: newFirstUsesSince(work, teamWork),
    usesChanged: work.usesChanged,
  }
  if (dirty.ofPath.size === 0) return outcome
  const states = await loadStates(session, path, weeks, dirty, replayed)
  const exceptions = exceptionsOf(model, path)
  const track: Track = { path, weeks, states, work: teamWork, workWeeks, exceptions }
  const measured = await measure(session, update, track, dirty)
  return { ...outcome, changed: outcome.changed + measured }
}

/** The first week in which work of a team changed that had no first use before it. */
function newFirstUsesSince(
  { changed }: PathWork,
  teamWork: ReadonlyMap<string, TeamWeeks>,
): string | null {
  const firstUses = toFirstUses(teamWork)
  const weeks = [...changed].flatMap(([team, own]) => {
    const [first, week] = [firstUses.get(team), Math.min(...own)]
    return first === undefined || weekNumber(first) >= week ? [week] : []
  })
  return weeks.length === 0 ? null : weekStart(Math.min(...weeks)).toISOString()
}

/** The path may be there since later than was thought, or be no longer configured. */
const withdrawOutside = (session: Session, { id }: Path, weeks: Weeks) =>
  session.write((tx) =>
    withdrawPathOutside(tx, session.run, {
      pathId: id,
      first: weekEndOf(weeks, 0),
      last: weekEndOf(weeks, weeks.count - 1),
    }),
  )

/** Those whose work, or what is known of them, is another. */
function teamsToReplay({ model, path, plan, work }: PathUpdate): string[] {
  const since = plan.pathsSince.get(path.id)
  const all = since === undefined && !plan.isFull ? [] : model.landscape.teams.map(({ id }) => id)
  return [...new Set([...all, ...plan.teamsSince.keys(), ...work.changed.keys()])].toSorted()
}

/** Weeks by their index among those with a state. */
interface DirtyWeeks {
  readonly ofPath: ReadonlySet<number>
  readonly ofTeams: ReadonlyMap<string, ReadonlySet<number>>
}

function toDirtyWeeks(
  { model, path, plan, work }: PathUpdate,
  weeks: Weeks,
  changed: readonly { readonly team_id: string; readonly week_end: string }[],
): DirtyWeeks {
  const ofPath = new Set<number>()
  const ofTeams = new Map<string, Set<number>>()
  const add = (team: string | null, from: number, to: number) => {
    const own = team === null ? null : (ofTeams.get(team) ?? new Set<number>())
    if (team !== null && own !== null) ofTeams.set(team, own)
    for (let index = Math.max(0, from); index <= Math.min(to, weeks.count - 1); index += 1) {
      ofPath.add(index)
      own?.add(index)
    }
  }
  // What holds from the very end of a week on is seen at that end.
  const indexOf = (since: string) =>
    since === '' ? 0 : weekNumber(new Date(Date.parse(since) - 1)) - weeks.first
  for (const [team, numbers] of work.changed) {
    for (const number of numbers) {
      add(team, number - weeks.first, number - weeks.first + QUARTER_WEEKS - 1)
    }
  }
  for (const { team_id, week_end } of changed) {
    const index = weekNumber(new Date(week_end)) - weeks.first - 1
    add(team_id, index, index + QUARTER_WEEKS)
  }
  for (const [team, since] of plan.teamsSince) add(team, indexOf(since), weeks.count)
  if (plan.since !== null) add(null, indexOf(plan.since), weeks.count)
  const since = plan.pathsSince.get(path.id)
  if (since !== undefined) {
    for (const { id } of model.landscape.teams) add(id, indexOf(since), weeks.count)
    add(null, indexOf(since), weeks.count)
  }
  return { ofPath, ofTeams }
}

/** The states of all teams in the dirty weeks and the quarter before each. */
async function loadStates(
  { db }: Session,
  path: Path,
  weeks: Weeks,
  { ofPath }: DirtyWeeks,
  replayed: ReadonlyMap<string, readonly TeamWeek[]>,
): Promise<Map<string, (ScoredWeek | undefined)[]>> {
  const states = new Map<string, (ScoredWeek | undefined)[]>(
    [...replayed].filter(([, own]) => own.length > 0).map(([team, own]) => [team, [...own]]),
  )
  const from = weekEndOf(weeks, Math.min(...ofPath) - QUARTER_WEEKS)
  const to = weekEndOf(weeks, Math.max(...ofPath))
  const rows = await listWrittenStates(db, {
    pathId: path.id,
    from,
    to,
    except: [...states.keys()],
  })
  for (const row of rows) {
    const own = states.get(row.team_id) ?? new Array<ScoredWeek | undefined>(weeks.count)
    own[weekNumber(new Date(row.week_end)) - weeks.first - 1] = toScoredWeek(row)
    states.set(row.team_id, own)
  }
  return new Map([...states].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

async function measure(
  session: Session,
  { model, path }: PathUpdate,
  track: Track,
  dirty: DirtyWeeks,
): Promise<number> {
  const { weeks } = track
  const isOfRequests = path.rules.work === 'provisioning'
  const cases = isOfRequests
    ? toPathCases(await listPathCases(session.db, path.id, null))
    : NO_CASES
  const moments = new Map<number, Moment>()
  const momentOf = (index: number) => {
    const known = moments.get(index)
    const moment = known ?? momentAt({ model, track, cases, asOf: weekEndOf(weeks, index) })
    moments.set(index, moment)
    return moment
  }
  const sorted = [...dirty.ofPath].toSorted((a, b) => a - b)
  let changed = await session.write((tx) =>
    writeMeasurements(
      tx,
      session.run,
      regionOf(path, '', sorted, weeks),
      sorted.flatMap((index) =>
        pathResults(momentOf(index), session.now).map((one) => toMeasurementRow(one)),
      ),
    ),
  )
  const firstOfTeams = weekNumber(session.until) - TEAM_WEEKS - weeks.first
  changed += await writeEach(session, [...dirty.ofTeams], TEAMS_AT_ONCE, (tx, [team, own]) => {
    const recent = [...own].filter((index) => index >= firstOfTeams).toSorted((a, b) => a - b)
    const rows = recent.flatMap((index) =>
      teamResults(momentOf(index), team, session.now).map((one) => toMeasurementRow(one)),
    )
    return writeMeasurements(tx, session.run, regionOf(path, team, recent, weeks), rows)
  })
  return changed
}

const regionOf = (path: Path, teamId: string, indexes: readonly number[], weeks: Weeks) => ({
  pathId: path.id,
  teamId,
  sourceId: '',
  windowKind: 'own' as const,
  metricIds: PATH_METRICS,
  windowEnds: indexes.map((index) => weekEndOf(weeks, index).toISOString()),
})
