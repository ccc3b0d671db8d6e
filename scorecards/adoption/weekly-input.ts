import { weekStart } from '#lib/period.ts'
import { type Eligibility, teamEligibilityAt } from '#scorecards/adoption/eligibility.ts'
import type { Path, Service, TeamRow } from '#scorecards/adoption/landscape.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import type { WeeklyInput } from '#scorecards/adoption/state-machine.ts'
import {
  sumWeeks,
  type TeamWeeks,
  type Weeks,
  weeksWith,
} from '#scorecards/adoption/weekly-counts.ts'
import { type Coverage, meanShares, type Shares } from '#scorecards/adoption/work-coverage.ts'

/** A team on a path at a week end, with the services that it owned then. */
export interface TeamMoment {
  readonly path: Path
  readonly team: TeamRow
  readonly owned: readonly Service[]
  /** Whether an exception takes the service out. */
  readonly isExempt: (service: Service, instant: string) => boolean
  readonly weekEnd: Date
}

export function eligibilityOf({ path, team, owned, weekEnd }: TeamMoment): Eligibility {
  const instant = weekEnd.toISOString()
  const services = owned.map((service) => valueAt(path.eligibility(service), instant) ?? NOT_KNOWN)
  return teamEligibilityAt(path, team, services, path.explicit, instant)
}

const NOT_KNOWN: Eligibility = { result: 'unknown', reason: 'eligibility is not known' }

/**
 * How much of [from, weekEnd) is covered for a team: the mean of its services in scope, or of its
 * own work where that names no service. Nothing to cover is covered; what nobody reads is not.
 */
export function coverageOf(
  moment: TeamMoment,
  coverage: Coverage,
  eligibility: Eligibility['result'],
  from: Date,
): Shares {
  const { path, team, owned, isExempt, weekEnd } = moment
  const instant = weekEnd.toISOString()
  if (eligibility !== 'eligible') return { use: 1, activity: 1 }
  const services = owned.filter(
    (service) =>
      valueAt(path.eligibility(service), instant)?.result === 'eligible' &&
      !isExempt(service, instant),
  )
  const isTeamWork = path.rules.work === 'provisioning' || services.length === 0
  const reaches = isTeamWork
    ? [{ reach: coverage.ofTeam(path, team.id), createdAt: null }]
    : services.map((service) => ({
        reach: coverage.ofService(path, service),
        createdAt: service.createdAt,
      }))
  return meanShares(reaches, from.getTime(), weekEnd.getTime())
}

type WorkCounts = Pick<
  WeeklyInput,
  'attempts28' | 'uses28' | 'uses91' | 'activities28' | 'activities91' | 'weeks91'
>

const FOUR_WEEKS = 4
const QUARTER_WEEKS = 13
const NO_WORK: WorkCounts = {
  attempts28: 0,
  uses28: 0,
  uses91: 0,
  activities28: 0,
  activities91: 0,
  weeks91: 0,
}

/** What the state machine asks of a team's work in the weeks that end with the one at `last`. */
export function workOf(weeks: TeamWeeks | undefined, last: number): WorkCounts {
  if (weeks === undefined) return NO_WORK
  const uses = weeks.successful.path
  return {
    attempts28: sumWeeks(weeks.attempts, last, FOUR_WEEKS),
    uses28: sumWeeks(uses, last, FOUR_WEEKS),
    uses91: sumWeeks(uses, last, QUARTER_WEEKS),
    activities28: sumKnown(weeks, last, FOUR_WEEKS),
    activities91: sumKnown(weeks, last, QUARTER_WEEKS),
    weeks91: weeksWith(uses, last, QUARTER_WEEKS),
  }
}

const KNOWN = ['path', 'parallel_pipeline', 'manual_change', 'off_path'] as const

function sumKnown({ successful }: TeamWeeks, last: number, length: number): number {
  return KNOWN.reduce((sum, kind) => sum + sumWeeks(successful[kind], last, length), 0)
}

/** Monday 00:00 UTC on which the week at `index` ends. */
export const weekEndOf = ({ first }: Weeks, index: number): Date => weekStart(first + index + 1)
