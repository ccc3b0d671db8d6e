import type { TeamTrail } from '#scorecards/adoption/cohorts.ts'
import type { Path } from '#scorecards/adoption/landscape.ts'
import { covers } from '#scorecards/adoption/replay.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import { firstReadAt, type Model } from '#scorecards/adoption/tracks.ts'
import type { CoveredInterval } from '#scorecards/coverage.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { type Metric, measure, measureCells, type TableMetric } from '#scorecards/measure.ts'
import { automatedFulfilmentRate } from '#scorecards/metrics/automated-fulfilment-rate.ts'
import { cohortRetention } from '#scorecards/metrics/cohort-retention.ts'
import { exceptionDecisionTime } from '#scorecards/metrics/exception-decision-time.ts'
import { failedProvisioningRate } from '#scorecards/metrics/failed-provisioning-rate.ts'
import { funnelConversion } from '#scorecards/metrics/funnel-conversion.ts'
import { humanWaitShare } from '#scorecards/metrics/human-wait-share.ts'
import { newWorkChoiceRate } from '#scorecards/metrics/new-work-choice-rate.ts'
import { newcomerSupportRatio } from '#scorecards/metrics/newcomer-support-ratio.ts'
import { supportRequestMix } from '#scorecards/metrics/support-request-mix.ts'
import { supportRequestsPerWeek } from '#scorecards/metrics/support-requests-per-week.ts'
import { supportResolutionTime } from '#scorecards/metrics/support-resolution-time.ts'
import { timeToAdopt } from '#scorecards/metrics/time-to-adopt.ts'
import { timeToFirstSuccess } from '#scorecards/metrics/time-to-first-success.ts'
import type { Reach } from '#scorecards/metrics/work-counts.ts'
import { readingOf } from '#scorecards/moment.ts'
import type { PathCases } from '#scorecards/path-cases.ts'
import type { MetricResult } from '#scorecards/result.ts'

/**
 * A path as it stands, with all of its history: what those of its metrics are computed from that look
 * back on everything. They are published for the last week end only.
 */
export interface Standing {
  readonly model: Model
  readonly path: Path
  readonly trails: readonly TeamTrail[]
  readonly cases: PathCases
  readonly asOf: Date
}

interface Scorer {
  readonly id: string
  /** Only of paths that provision something. */
  readonly isOfRequests: boolean
  readonly score: (standing: Standing, computedAt: Date) => MetricResult[]
}

type Measured<Input> = Pick<Metric<Input>, 'definition' | 'windowDays'>

interface Terms<Input> {
  readonly inputOf: (standing: Standing) => Input
  /** What must have been read; without it what tells the path's use. */
  readonly scope?: string
  readonly isOfRequests?: boolean
}

const of = <Input>(metric: Metric<Input>, terms: Terms<Input>): Scorer =>
  toScorer(metric, terms, (input, context) => [measure(metric, input, context)])

const ofTable = <Input>(metric: TableMetric<Input>, terms: Terms<Input>): Scorer =>
  toScorer(metric, terms, (input, context) => measureCells(metric, input, context))

function toScorer<Input>(
  metric: Measured<Input>,
  { inputOf, scope, isOfRequests = false }: Terms<Input>,
  compute: (input: Input, context: Parameters<typeof measure>[2]) => MetricResult[],
): Scorer {
  return {
    id: metric.definition.id,
    isOfRequests,
    score: (standing, computedAt) => {
      const covered = coveredOf(standing, scope)
      const reading = readingOf(covered, standing.asOf, metric.windowDays || HISTORY_DAYS, 0)
      return compute(inputOf(standing), {
        scope: { pathId: standing.path.id },
        asOf: standing.asOf,
        computedAt,
        engineVersion: ENGINE_VERSION,
        parameters: {},
        ...reading,
        ...(covered.length === 0 && { absence: 'source_missing' as const }),
      })
    },
  }
}

/** Of states the last month must have been read. */
const HISTORY_DAYS = 28

const TICKETS = 'entity:tickets'
const REQUESTS = 'entity:provisioning_requests'
const ATTEMPTS = 'entity:path_attempts'
const SERVICES = 'entity:services'
const EXCEPTIONS = 'entity:exceptions'

/** Of a kind of rows when they were read; else of everything that any state rests on. */
function coveredOf({ model }: Standing, scope: string | undefined) {
  const { coverage } = model.landscape
  const all = scope === undefined ? [...coverage] : [...coverage].filter(([key]) => key === scope)
  return all
    .filter(([key]) => scope !== undefined || key.startsWith('repository:') || WORK.has(key))
    .map(([, intervals]) => ({ intervals, since: null }))
}

const WORK: ReadonlySet<string> = new Set([
  'entity:deployments',
  'entity:activities',
  'entity:provisioning_requests',
])

const covered = ({ model }: Standing, scope: string): readonly CoveredInterval[] =>
  model.landscape.coverage.get(scope) ?? []

const PATH: Reach = 'path'

const SCORERS: readonly Scorer[] = [
  of(timeToAdopt, {
    inputOf: (standing) => ({
      ...startOf(standing),
      asOf: standing.asOf,
      hasMandateRegister: standing.path.hasMandateRegister,
      teams: standing.trails.map((trail) => ({
        ...trail,
        eligibleFrom: eligibleFrom(trail),
        mandateAnnouncedAt: mandateAnnouncedAt(standing, trail.team),
      })),
    }),
  }),
  ofTable(cohortRetention, { inputOf: ({ asOf, trails }) => ({ asOf, teams: trails }) }),
  ofTable(funnelConversion, {
    inputOf: (standing) => ({
      ...startOf(standing),
      asOf: standing.asOf,
      teams: standing.trails.map((trail) => ({ ...trail, eligibleFrom: eligibleFrom(trail) })),
      attempts: standing.cases.attempts,
    }),
  }),
  of(timeToFirstSuccess, {
    inputOf: ({ asOf, cases }) => ({ asOf, reach: PATH, attempts: cases.attempts }),
    scope: ATTEMPTS,
  }),
  of(newWorkChoiceRate, { inputOf: newWork, scope: SERVICES }),
  of(automatedFulfilmentRate, {
    inputOf: ({ asOf, cases }) => ({ asOf, requests: cases.requests }),
    scope: REQUESTS,
    isOfRequests: true,
  }),
  of(humanWaitShare, {
    inputOf: ({ asOf, cases }) => ({ asOf, requests: cases.requests, changes: [] }),
    scope: REQUESTS,
    isOfRequests: true,
  }),
  of(failedProvisioningRate, {
    inputOf: ({ asOf, cases }) => ({ asOf, attempts: cases.requests }),
    scope: REQUESTS,
    isOfRequests: true,
  }),
  of(exceptionDecisionTime, {
    inputOf: ({ asOf, cases }) => ({ asOf, exceptions: cases.exceptions }),
    scope: EXCEPTIONS,
  }),
  of(supportRequestsPerWeek, {
    inputOf: (standing) => ({
      asOf: standing.asOf,
      requests: standing.cases.tickets,
      covered: covered(standing, TICKETS),
    }),
    scope: TICKETS,
  }),
  ofTable(supportRequestMix, {
    inputOf: ({ asOf, cases }) => ({ asOf, requests: cases.tickets }),
    scope: TICKETS,
  }),
  of(newcomerSupportRatio, {
    inputOf: (standing) => ({
      asOf: standing.asOf,
      requests: standing.cases.tickets,
      teams: standing.trails.map(({ team }) => ({
        id: team,
        firstAttemptAt: firstAttemptAt(standing, team),
      })),
      covered: covered(standing, TICKETS),
    }),
    scope: TICKETS,
  }),
  of(supportResolutionTime, {
    inputOf: ({ asOf, cases }) => ({ asOf, requests: cases.tickets, slaHours: SLA_HOURS }),
    scope: TICKETS,
  }),
]

/** Our own default: a day. */
const SLA_HOURS = 24

/** Ids of the metrics of a path as it stands. */
export const STANDING_METRICS = SCORERS.map(({ id }) => id)

/** Those that rest on nothing but the states of teams and their attempts. */
export const TRAIL_METRICS = [timeToAdopt, cohortRetention, funnelConversion].map(
  ({ definition }) => definition.id,
)

/** Those named, or all that the path has. */
export function standingResults(
  standing: Standing,
  computedAt: Date,
  metricIds: readonly string[] = STANDING_METRICS,
): MetricResult[] {
  const isOfRequests = standing.path.rules.work === 'provisioning'
  return SCORERS.filter(
    (one) => metricIds.includes(one.id) && (isOfRequests || !one.isOfRequests),
  ).flatMap(({ score }) => score(standing, computedAt))
}

/** States by team, in the order of weeks. */
export function toTrails(
  rows: readonly { readonly team_id: string; readonly week_end: string; readonly state: string }[],
): TeamTrail[] {
  return [...Map.groupBy(rows, ({ team_id }) => team_id)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([team, own]) => ({
      team,
      weeks: own
        .toSorted((a, b) => (a.week_end < b.week_end ? -1 : 1))
        // Only scoring writes them.
        .map((row) => ({ weekEnd: new Date(row.week_end), state: row.state as AdoptionState })),
    }))
}

function startOf({ model, path }: Standing) {
  const first = firstReadAt(model.landscape)
  return {
    availableSince: new Date(path.available_since),
    firstCoveredAt: first === null ? null : new Date(first),
  }
}

const NOT_ELIGIBLE: ReadonlySet<string> = new Set(['not_eligible', 'unknown'])

const WEEK_MS = 7 * 24 * 60 * 60 * 1000

/** The beginning of the first week at whose end the path was meant for the team. */
function eligibleFrom({ weeks }: TeamTrail): Date | null {
  const first = weeks.find(({ state }) => !NOT_ELIGIBLE.has(state))
  return first === undefined ? null : new Date(first.weekEnd.getTime() - WEEK_MS)
}

function mandateAnnouncedAt({ model, path }: Standing, team: string): Date | null {
  const [first] = model.mandates
    .filter((row) => row.path_id === path.id && row.kind === 'interface' && covers(row, team))
    .map(({ announced_at }) => announced_at)
    .toSorted()
  return first === undefined ? null : new Date(first)
}

function firstAttemptAt({ cases }: Standing, team: string): Date | null {
  const times = cases.attempts
    .filter((attempt) => attempt.team === team)
    .map(({ startedAt }) => startedAt.getTime())
  return times.length === 0 ? null : new Date(Math.min(...times))
}

/** Services that were begun while the path was meant for them. */
function newWork({ model, path, cases, asOf }: Standing) {
  const services = cases.services.filter(({ id, createdAt }) => {
    const service = model.landscape.serviceById.get(id)
    if (service === undefined || createdAt === null) return false
    return valueAt(path.eligibility(service), createdAt.toISOString())?.result === 'eligible'
  })
  return { asOf, pathId: path.id, services }
}
