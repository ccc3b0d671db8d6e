import { millisecondsInWeek } from 'date-fns/constants'
import type { Period } from '#lib/period.ts'
import { rateRatio } from '#lib/stats/counts.ts'
import { coveredTime } from '#scorecards/coverage.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import { type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { sumOf } from '#scorecards/metrics/work-counts.ts'
import {
  type Covered,
  isSeen,
  openedIn,
  type SupportRequest,
  setOutside,
} from '#scorecards/support/requests.ts'

export interface NewcomerSupport extends Span {
  /** Requests about the path, and those that nobody has attributed to one. */
  readonly requests: readonly SupportRequest[]
  readonly teams: readonly TeamStart[]
  readonly covered: Covered
}

export interface TeamStart {
  readonly id: string
  /** Its first attempt ever on the path; null when there was none. */
  readonly firstAttemptAt: Date | null
}

const WINDOW_DAYS = 91
const NEWCOMER_WEEKS = 8
const MINIMUM_TEAM_WEEKS = 8
const MINIMUM_ESTABLISHED = 5

export const newcomerSupportRatio: Metric<NewcomerSupport> = {
  definition: {
    id: 'SUP-04',
    key: 'newcomer_support_ratio',
    name: 'Newcomer support ratio',
    area: 'support load',
    unit: 'ratio',
    direction: 'lower',
    definition:
      'How many times as often as an established team a newcomer asks for help with the path.',
    formula:
      '(requests of newcomers / their team-weeks) / (requests of established teams / their ' +
      'team-weeks). A team is a newcomer for eight weeks from its first attempt, and established ' +
      'after them',
    eligibleSet:
      'Teams with at least one attempt, and their requests as in SUP-01 from that attempt on.',
    window: '91 days; of a week that a team begins in, and of one not wholly read, the part.',
    minimumSample:
      'Eight team-weeks on each side and five requests of established teams, for value and band.',
    missingData:
      'A side without team-weeks: no value. Without a request of an established team there is none ' +
      'either, and the interval has only its lower limit. A request of an unknown team is in neither ' +
      'count and is reported; more than 20 % of them: no band. Time that was not read is left out ' +
      'with its requests.',
    interval:
      'Conditional on all requests: Wilson score of the part that newcomers made, mapped to the ' +
      'ratio, 95 %.',
    bands: 'Good up to 1.5, bad above 3.',
    misleadsWhen: 'One newcomer is large; established teams have stopped asking.',
    guardrails: ['ADO-08', 'SAT-01'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const starts = new Map(input.teams.map((team) => [team.id, team.firstAttemptAt]))
    const rows = openedIn(input.requests, period).map((request) => ({
      id: request.id,
      kind: setOf(request, starts, input.covered),
    }))
    const count = (kind: EvidenceKind) => rows.filter((row) => row.kind === kind).length
    const exposures = input.teams.map((team) => teamWeeks(team, period, input.covered))
    const newcomers = { events: count('counted'), exposure: sumOf(exposures, newcomerWeeks) }
    const established = {
      events: count('not_counted:established'),
      exposure: sumOf(exposures, establishedWeeks),
    }
    const { value, ci } = rateRatio(newcomers, established)
    const nUnknown = count('unknown')
    const isTooSmall =
      Math.min(newcomers.exposure, established.exposure) < MINIMUM_TEAM_WEEKS ||
      established.events < MINIMUM_ESTABLISHED
    return {
      value,
      numerator: rateOf(newcomers),
      denominator: rateOf(established),
      n: newcomers.events + established.events,
      nUnknown,
      notMatured: 0,
      ci: ci && { ...ci, level: 0.95, method: 'Wilson, conditional on all requests' },
      bounds: null,
      parts: {
        newcomerRequests: newcomers.events,
        newcomerTeamWeeks: newcomers.exposure,
        newcomerTeams: exposures.filter((team) => newcomerWeeks(team) > 0).length,
        establishedRequests: established.events,
        establishedTeamWeeks: established.exposure,
        establishedTeams: exposures.filter((team) => establishedWeeks(team) > 0).length,
      },
      flags: nUnknown > 0 ? ['has_unknown'] : [],
      evidence: toEvidence(rows),
      isTooSmall,
      isTooSmallForBand: isTooSmall,
      cutPoints: { good: 1.5, bad: 3 },
      ...(input.window && { window: input.window }),
    }
  },
}

function setOf(
  request: SupportRequest,
  starts: ReadonlyMap<string, Date | null>,
  covered: Covered,
): EvidenceKind {
  const { teamId, openedAt } = request
  const outside = setOutside(request)
  if (outside !== null) return outside
  if (!isSeen(covered, openedAt)) return 'excluded:not_covered'
  if (teamId === null) return 'unknown'
  const start = starts.get(teamId) ?? null
  if (start === null) return 'excluded:no_attempt'
  if (openedAt < start) return 'excluded:before_first_attempt'
  return openedAt.getTime() < settledAt(start) ? 'counted' : 'not_counted:established'
}

const settledAt = (start: Date) => start.getTime() + NEWCOMER_WEEKS * millisecondsInWeek

/** Weeks of one team in `period` that were read. */
interface TeamWeeks {
  readonly newcomer: number
  readonly established: number
}

function teamWeeks({ firstAttemptAt }: TeamStart, period: Period, covered: Covered): TeamWeeks {
  if (firstAttemptAt === null) return { newcomer: 0, established: 0 }
  const [from, to] = [period.from.getTime(), period.to.getTime()]
  const settled = settledAt(firstAttemptAt)
  const weeks = (start: number, end: number) =>
    coveredTime(covered, Math.max(from, start), Math.min(to, end)) / millisecondsInWeek
  return {
    newcomer: weeks(firstAttemptAt.getTime(), settled),
    established: weeks(settled, to),
  }
}

const newcomerWeeks = ({ newcomer }: TeamWeeks) => newcomer
const establishedWeeks = ({ established }: TeamWeeks) => established

/** Null without a team-week. */
const rateOf = ({ events, exposure }: { readonly events: number; readonly exposure: number }) =>
  exposure === 0 ? null : events / exposure
