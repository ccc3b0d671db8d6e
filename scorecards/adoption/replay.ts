import { daysBefore } from '#lib/period.ts'
import type { Eligibility } from '#scorecards/adoption/eligibility.ts'
import type { Landscape, Path, Service, TeamRow } from '#scorecards/adoption/landscape.ts'
import { continueRun, NO_RUN, type Origin, type Run } from '#scorecards/adoption/origin.ts'
import { isWithin } from '#scorecards/adoption/spans.ts'
import {
  type AdoptionRecord,
  INITIAL_RECORD,
  step,
  type WeeklyInput,
} from '#scorecards/adoption/state-machine.ts'
import type { TeamWeeks, Weeks } from '#scorecards/adoption/weekly-counts.ts'
import {
  coverageOf,
  eligibilityOf,
  type TeamMoment,
  weekEndOf,
  workOf,
} from '#scorecards/adoption/weekly-input.ts'
import { type ExceptionRow, isActive, ownedAt, servicesOf } from '#scorecards/adoption/work.ts'
import type { Coverage } from '#scorecards/adoption/work-coverage.ts'

/** A row of `mandates`, as far as it matters here. */
export interface MandateRow {
  readonly path_id: string
  /** `all`, or a JSON list of team ids. */
  readonly team_scope: string
  readonly kind: 'interface' | 'outcome'
  readonly announced_at: string
  readonly effective_at: string
  readonly ended_at: string | null
}

/** The state of a team on a path at a week end, with all that decided it. */
export interface TeamWeek {
  readonly teamId: string
  readonly pathId: string
  readonly weekEnd: Date
  readonly record: AdoptionRecord
  readonly input: WeeklyInput
  readonly eligibility: Eligibility
  readonly origin: Origin | null
  readonly currentlyMandated: boolean
  readonly everUnderInterfaceMandate: boolean
  readonly firstAdoptedWeek: Date | null
  /** Weeks in a row, this one included, in state adopted or partial or where none could be said. */
  readonly userWeeks: number
}

export interface ReplayContext {
  readonly landscape: Landscape
  readonly coverage: Coverage
  readonly path: Path
  readonly team: TeamRow
  readonly work: TeamWeeks | undefined
  readonly workWeeks: Weeks
  /** Of the team on the path. */
  readonly exceptions: readonly ExceptionRow[]
  /** That cover the team; null when the path keeps no register. */
  readonly mandates: readonly MandateRow[] | null
}

interface Trail {
  readonly record: AdoptionRecord
  readonly run: Run
  readonly firstAdoptedWeek: Date | null
  readonly userWeeks: number
}

const START: Trail = { record: INITIAL_RECORD, run: NO_RUN, firstAdoptedWeek: null, userWeeks: 0 }

/** A team's state on a path at the end of every one of `weeks`, oldest first. */
export function replay(context: ReplayContext, weeks: Weeks): TeamWeek[] {
  const states: TeamWeek[] = []
  let trail = START
  for (let index = 0; index < weeks.count; index += 1) {
    const weekEnd = weekEndOf(weeks, index)
    const at = weeks.first + index - context.workWeeks.first
    const { input, eligibility } = inputOf(context, weekEnd, at)
    trail = follow(context, trail, { input, weekEnd, firstUse: context.work?.firstUse[at] ?? null })
    states.push({
      teamId: context.team.id,
      pathId: context.path.id,
      weekEnd,
      record: trail.record,
      input,
      eligibility,
      origin: trail.run.origin,
      ...underMandate(context.mandates ?? [], weekEnd.toISOString()),
      firstAdoptedWeek: trail.firstAdoptedWeek,
      userWeeks: trail.userWeeks,
    })
  }
  return states
}

const WINDOW_DAYS = 28

function inputOf(
  context: ReplayContext,
  weekEnd: Date,
  at: number,
): { input: WeeklyInput; eligibility: Eligibility } {
  const { landscape, path, team, exceptions } = context
  const instant = weekEnd.toISOString()
  const moment: TeamMoment = {
    path,
    team,
    owned: ownedAt(landscape, team.id, instant),
    isExempt: (service) => isExempt(exceptions, service, instant),
    weekEnd,
  }
  const eligibility = eligibilityOf(moment)
  const from = daysBefore(weekEnd, WINDOW_DAYS)
  const shares = coverageOf(moment, context.coverage, eligibility.result, from)
  const isExcepted = exceptions.some((row) => row.scope === 'full' && isActive(row, instant))
  return {
    eligibility,
    input: {
      eligibility: eligibility.result,
      exception: isExcepted ? 'full' : 'none',
      useCoverage: shares.use,
      activityCoverage: shares.activity,
      ...workOf(context.work, at),
    },
  }
}

function follow(
  { path, mandates }: ReplayContext,
  trail: Trail,
  week: { readonly input: WeeklyInput; readonly weekEnd: Date; readonly firstUse: string | null },
): Trail {
  const record = step(trail.record, week.input, path.rules.adoption)
  const was = trail.record.lastUsage
  const covering = mandates?.map((row) => ({
    kind: row.kind,
    announcedAt: row.announced_at,
    endedAt: row.ended_at,
  }))
  const isUser = record.lastUsage === 'adopted' || record.lastUsage === 'partial'
  return {
    record,
    run: continueRun(trail.run, { was, record, firstUse: week.firstUse }, covering ?? null),
    firstAdoptedWeek: trail.firstAdoptedWeek ?? (record.state === 'adopted' ? week.weekEnd : null),
    userWeeks: isUser ? trail.userWeeks + 1 : 0,
  }
}

function isExempt(rows: readonly ExceptionRow[], service: Service, instant: string): boolean {
  return rows.some(
    (row) =>
      row.scope === 'partial' && isActive(row, instant) && servicesOf(row).includes(service.id),
  )
}

function underMandate(mandates: readonly MandateRow[], instant: string) {
  const named = mandates.filter(({ kind }) => kind === 'interface')
  return {
    currentlyMandated: named.some((row) => isWithin(row.effective_at, row.ended_at, instant)),
    everUnderInterfaceMandate: named.some((row) => row.announced_at <= instant),
  }
}

/** Whether a mandate covers a team. */
export function covers({ team_scope }: MandateRow, teamId: string): boolean {
  // Written by those who parsed it: a word, or a list of ids.
  return team_scope === 'all' || (JSON.parse(team_scope) as string[]).includes(teamId)
}
