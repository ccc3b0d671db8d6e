import { weekNumber } from '#lib/period.ts'
import type { Landscape, Path } from '#scorecards/adoption/landscape.ts'
import { covers, type MandateRow, replay, type TeamWeek } from '#scorecards/adoption/replay.ts'
import type { ScoredWeek } from '#scorecards/adoption/state-row.ts'
import {
  countByWeek,
  isoWeeks,
  type TeamWeeks,
  type Weeks,
} from '#scorecards/adoption/weekly-counts.ts'
import { type ExceptionRow, listWork, type WorkFacts } from '#scorecards/adoption/work.ts'
import { type Coverage, type Feeds, toCoverage } from '#scorecards/adoption/work-coverage.ts'

/** What was agreed about paths. */
export interface Agreements {
  readonly exceptions: readonly ExceptionRow[]
  readonly mandates: readonly MandateRow[]
}

/** Everything but the work itself. */
export interface Model extends Agreements {
  readonly landscape: Landscape
  readonly coverage: Coverage
  /** Whether any source ever told of a deployment. */
  readonly hasDeployments: boolean
}

export function toModel(
  landscape: Landscape,
  agreements: Agreements,
  feeds: readonly Feeds[],
): Model {
  return {
    landscape,
    ...agreements,
    coverage: toCoverage(landscape, feeds),
    hasDeployments: feeds.some(({ deployments }) => deployments.length > 0),
  }
}

/** One path, week by week. */
export interface Track {
  readonly path: Path
  /** Those with a state. */
  readonly weeks: Weeks
  /** By team; one entry for each of `weeks`, undefined where it was not loaded. */
  readonly states: ReadonlyMap<string, readonly (ScoredWeek | undefined)[]>
  /** By team, since a quarter before `weeks`. */
  readonly work: ReadonlyMap<string, TeamWeeks>
  readonly workWeeks: Weeks
  readonly exceptions: readonly ExceptionRow[]
}

const QUARTER_WEEKS = 13

/** The weeks before those with a state that their states look back on, and those. */
export const workWeeksOf = ({ first, count }: Weeks): Weeks => ({
  first: first - QUARTER_WEEKS,
  count: count + QUARTER_WEEKS,
})

/**
 * The states of every team on `path` at every week end up to `until`, from the week in which the
 * path was available and anything at all had been read, while the configuration named it.
 */
export function trackPath(model: Model, path: Path, work: WorkFacts, until: Date): Track {
  const weeks = weeksOf(model, path, until)
  const workWeeks = workWeeksOf(weeks)
  const attempts = work.attempts.filter((row) => row.path_id === path.id)
  const counts = countByWeek(
    listWork(model.landscape, path, { ...work, exceptions: model.exceptions }),
    attempts,
    isoWeeks(workWeeks),
  )
  const states = model.landscape.teams.map(
    ({ id }) => [id, replayTeam(model, path, weeks, id, counts.get(id))] as const,
  )
  return {
    path,
    weeks,
    states: new Map(states),
    work: counts,
    workWeeks,
    exceptions: exceptionsOf(model, path),
  }
}

export const exceptionsOf = ({ exceptions }: Agreements, path: Path) =>
  exceptions.filter((row) => row.path_id === path.id)

/** A team's state on `path` at the end of each of `weeks`; none of a team that nobody knows. */
export function replayTeam(
  model: Model,
  path: Path,
  weeks: Weeks,
  teamId: string,
  work: TeamWeeks | undefined,
): TeamWeek[] {
  const team = model.landscape.teamById.get(teamId)
  if (team === undefined) return []
  const mandates = model.mandates.filter((row) => row.path_id === path.id && covers(row, teamId))
  return replay(
    {
      landscape: model.landscape,
      coverage: model.coverage,
      path,
      team,
      work,
      workWeeks: workWeeksOf(weeks),
      exceptions: exceptionsOf(model, path).filter((row) => row.team_id === teamId),
      mandates: path.hasMandateRegister ? mandates : null,
    },
    weeks,
  )
}

/** From when on anything at all was read, in milliseconds; null: nothing ever was. */
export function firstReadAt({ coverage }: Landscape): number | null {
  let first = Number.POSITIVE_INFINITY
  for (const intervals of coverage.values()) {
    for (const { from } of intervals) first = Math.min(first, from)
  }
  return Number.isFinite(first) ? first : null
}

/** The weeks up to `until` in which teams have a state on `path`. */
export function weeksOf({ landscape }: Pick<Model, 'landscape'>, path: Path, until: Date): Weeks {
  const available = Date.parse(path.available_since)
  const from = Math.max(firstReadAt(landscape) ?? available, available)
  const first = weekNumber(new Date(from))
  const end = path.goneAt === null ? until : new Date(Math.min(+until, Date.parse(path.goneAt)))
  return { first, count: Math.max(0, weekNumber(end) - first) }
}

/** The states at the newest week end at or before `at`, by team. */
export function statesAt({ states, weeks }: Track, at: Date): ScoredWeek[] {
  const index = weekNumber(at) - weeks.first - 1
  return [...states.values()].flatMap((ofTeam) => ofTeam[index] ?? [])
}
