import { weekNumber } from '#lib/period.ts'
import type { LandscapeFacts } from '#scorecards/adoption/landscape.ts'
import { type Landscape, type Path, toLandscape } from '#scorecards/adoption/landscape.ts'
import { covers, type MandateRow, replay, type TeamWeek } from '#scorecards/adoption/replay.ts'
import {
  countByWeek,
  isoWeeks,
  type TeamWeeks,
  type Weeks,
} from '#scorecards/adoption/weekly-counts.ts'
import { type ExceptionRow, listWork, type WorkFacts } from '#scorecards/adoption/work.ts'
import { type Coverage, toCoverage } from '#scorecards/adoption/work-coverage.ts'

/** Everything that scoring reads of the stored facts. */
export interface Facts extends LandscapeFacts {
  readonly work: WorkFacts & { readonly mandates: readonly MandateRow[] }
}

/** Facts joined: who could use a path, what was read, and what was done. */
export interface Model {
  readonly landscape: Landscape
  readonly coverage: Coverage
  readonly facts: Facts
}

export function toModel(facts: Facts): Model {
  const landscape = toLandscape(facts)
  return { landscape, coverage: toCoverage(landscape, facts.work), facts }
}

/** One path, week by week. */
export interface Track {
  readonly path: Path
  /** Those with a state. */
  readonly weeks: Weeks
  /** By team; one entry for each of `weeks`. */
  readonly states: ReadonlyMap<string, readonly TeamWeek[]>
  /** By team, since a quarter before `weeks`. */
  readonly work: ReadonlyMap<string, TeamWeeks>
  readonly workWeeks: Weeks
  readonly exceptions: readonly ExceptionRow[]
}

const QUARTER_WEEKS = 13

/**
 * The states of every team on `path` at every week end up to `until`, from the week in which the
 * path was available and anything at all had been read.
 */
export function trackPath(model: Model, path: Path, until: Date): Track {
  const { landscape, coverage, facts } = model
  const weeks = weeksOf(model, path, until)
  const workWeeks = { first: weeks.first - QUARTER_WEEKS, count: weeks.count + QUARTER_WEEKS }
  const attempts = facts.work.attempts.filter((row) => row.path_id === path.id)
  const work = countByWeek(listWork(landscape, path, facts.work), attempts, isoWeeks(workWeeks))
  const exceptions = facts.work.exceptions.filter((row) => row.path_id === path.id)
  const mandates = facts.work.mandates.filter((row) => row.path_id === path.id)
  const states = landscape.teams.map((team) => {
    const context = {
      landscape,
      coverage,
      path,
      team,
      work: work.get(team.id),
      workWeeks,
      exceptions: exceptions.filter((row) => row.team_id === team.id),
      mandates: path.hasMandateRegister ? mandates.filter((row) => covers(row, team.id)) : null,
    }
    return [team.id, replay(context, weeks)] as const
  })
  return { path, weeks, states: new Map(states), work, workWeeks, exceptions }
}

function weeksOf({ facts }: Model, path: Path, until: Date): Weeks {
  const [firstRead = ''] = facts.coverage.map((row) => row.covered_from).toSorted()
  const [from = ''] = [firstRead, path.available_since].toSorted().slice(-1)
  const first = weekNumber(new Date(from))
  return { first, count: Math.max(0, weekNumber(until) - first) }
}

/** The states at the newest week end at or before `at`, by team. */
export function statesAt({ states, weeks }: Track, at: Date): TeamWeek[] {
  const index = weekNumber(at) - weeks.first - 1
  return [...states.values()].flatMap((ofTeam) => ofTeam[index] ?? [])
}
