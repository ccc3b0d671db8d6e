import { compareText } from '#lib/order.ts'
import type { Period } from '#lib/period.ts'
import type { TeamTrail } from '#scorecards/adoption/cohorts.ts'
import { ageInWeeks, type Path } from '#scorecards/adoption/landscape.ts'
import { covers } from '#scorecards/adoption/replay.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import { firstReadAt, type Model } from '#scorecards/adoption/tracks.ts'
import { type CoveredInterval, overlap } from '#scorecards/coverage.ts'
import type { LoggedChange } from '#scorecards/delivery/approvals.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { evidenceRead, type PathPolicies } from '#scorecards/governance/path-policies.ts'
import {
  FULL_COVERAGE,
  type Metric,
  measure,
  measureCells,
  type TableMetric,
} from '#scorecards/measure.ts'
import { automatedEvidenceShare } from '#scorecards/metrics/automated-evidence-share.ts'
import { automatedFulfilmentRate } from '#scorecards/metrics/automated-fulfilment-rate.ts'
import { cohortRetention } from '#scorecards/metrics/cohort-retention.ts'
import { completePolicyEvidenceChanges } from '#scorecards/metrics/complete-policy-evidence-changes.ts'
import { completePolicyEvidenceRequests } from '#scorecards/metrics/complete-policy-evidence-requests.ts'
import { evidenceTimeliness } from '#scorecards/metrics/evidence-timeliness.ts'
import { exceptionDecisionTime } from '#scorecards/metrics/exception-decision-time.ts'
import { failedProvisioningRate } from '#scorecards/metrics/failed-provisioning-rate.ts'
import { funnelConversion } from '#scorecards/metrics/funnel-conversion.ts'
import { type HumanWaits, humanWaitShare } from '#scorecards/metrics/human-wait-share.ts'
import { type Interactions, interactionModeMix } from '#scorecards/metrics/interaction-mode-mix.ts'
import { newWorkChoiceRate } from '#scorecards/metrics/new-work-choice-rate.ts'
import { newcomerSupportRatio } from '#scorecards/metrics/newcomer-support-ratio.ts'
import {
  type Failure,
  platformCausedFailureShare,
} from '#scorecards/metrics/platform-caused-failure-share.ts'
import { supportRequestMix } from '#scorecards/metrics/support-request-mix.ts'
import { supportRequestsPer100Uses } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import { supportRequestsPerWeek } from '#scorecards/metrics/support-requests-per-week.ts'
import { supportResolutionTime } from '#scorecards/metrics/support-resolution-time.ts'
import { timeToAdopt } from '#scorecards/metrics/time-to-adopt.ts'
import { timeToFirstSuccess } from '#scorecards/metrics/time-to-first-success.ts'
import type { Reach } from '#scorecards/metrics/work-counts.ts'
import { type Reading, readingOf } from '#scorecards/moment.ts'
import {
  type PathCases,
  type RemovedCases,
  type Ticket,
  withRemoved,
} from '#scorecards/path-cases.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { ripeUntil } from '#scorecards/support/episodes.ts'
import type { UseJudge } from '#scorecards/support/judged-uses.ts'
import type { Covered } from '#scorecards/support/requests.ts'
import type { UseReader } from '#scorecards/support/use-reader.ts'

/**
 * A path as it stood at a moment, the end of a window if one is asked for, with all of its history until
 * then: what those of its metrics are computed from that look back on single cases.
 */
export interface Standing extends Span {
  readonly model: Model
  readonly path: Path
  /** Up to the moment. */
  readonly trails: readonly TeamTrail[]
  /** Support requests only as far back as any metric looks. */
  readonly cases: PathCases
  /** Older support requests that name a provisioning request. */
  readonly namedTickets: readonly Ticket[]
  /** Whether any source had told when a support request of before was resolved. */
  readonly isResolutionTold: boolean
  /** When each team first used the path with success; those that never did are not there. */
  readonly firstUses: ReadonlyMap<string, Date>
  /** When each team first tried it, until then. */
  readonly firstAttempts: ReadonlyMap<string, Date>
  /** Work in scope of the path, as far back as metrics look at single uses. */
  readonly usesIn: UseReader
  /** Its successful uses by the number of the ISO week, as far back as metrics look. */
  readonly usedPerWeek: ReadonlyMap<number, number>
  readonly judgeUses: (covered: Covered) => UseJudge
  readonly failures: () => readonly Failure[]
  /** Those of which a step ended in the window of the metric that asks for them. */
  readonly loggedChanges: () => readonly LoggedChange[]
  readonly policies: () => PathPolicies
}

interface Scorer {
  readonly id: string
  readonly isMeant: (standing: Standing) => boolean
  readonly score: (standing: Standing, context: ScoreContext) => MetricResult[]
}

interface ScoreContext {
  readonly computedAt: Date
  /** See `MeasureContext`. */
  readonly isBrief: boolean
}

type Measured<Input> = Pick<Metric<Input>, 'definition' | 'windowDays'>

interface Terms<Input> {
  readonly inputOf: (standing: Standing) => Input
  /** What must have been read, all of it. */
  readonly reads: readonly Read[]
  /** Kinds of its rows that a source may take back. */
  readonly removed?: readonly (keyof RemovedCases)[]
  /** Left out: for every path. */
  readonly isMeant?: (standing: Standing) => boolean
}

interface Scope {
  readonly intervals: readonly CoveredInterval[]
  readonly since: string | null
}

/** The scopes of one kind of facts that were ever read, or are to be; none: nothing tells it. */
type Read = (standing: Standing) => readonly Scope[]

const of = <Input>(metric: Metric<Input>, terms: Terms<Input>): Scorer =>
  toScorer(metric, terms, (input, context) => [measure(metric, input, context)])

const ofTable = <Input>(metric: TableMetric<Input>, terms: Terms<Input>): Scorer =>
  toScorer(metric, terms, (input, context) => measureCells(metric, input, context))

function toScorer<Input>(
  metric: Measured<Input>,
  { inputOf, reads, isMeant = () => true, removed = [] }: Terms<Input>,
  compute: (input: Input, context: Parameters<typeof measure>[2]) => MetricResult[],
): Scorer {
  return {
    id: metric.definition.id,
    isMeant,
    score: (standing, context) => {
      const read = reads.map((one) => one(standing))
      const span = spanOf(metric, standing)
      const period = periodOf(span, metric.windowDays || HISTORY_DAYS)
      const reading = leastOf(read.map((scopes) => readScopes(scopes, period)))
      const results = compute(inputOf(standing), {
        scope: { pathId: standing.path.id },
        ...span,
        ...context,
        engineVersion: ENGINE_VERSION,
        parameters: {},
        ...reading,
        ...(read.some(isUnread) && { absence: 'source_missing' as const }),
      })
      const gone = removed.flatMap((kind) => standing.cases.removed[kind])
      return results.map((result) => withRemoved(result, gone, context))
    },
  }
}

/** A state at a moment is told of the end of the window. */
const spanOf = ({ definition }: Pick<Metric<never>, 'definition'>, standing: Standing): Span =>
  definition.toldOf === 'moment' ? { asOf: standing.asOf } : windowOf(standing)

/** Several metrics ask the same of the same scopes. */
const READINGS = new WeakMap<readonly Scope[], Map<number, Reading>>()

/** Found once for each moment, so that where a period begins tells it from others. */
function readScopes(scopes: readonly Scope[], period: Period): Reading {
  const known = READINGS.get(scopes) ?? new Map<number, Reading>()
  READINGS.set(scopes, known)
  const from = period.from.getTime()
  const reading = known.get(from) ?? readingOf(scopes, period, 0)
  known.set(from, reading)
  return reading
}

/** Finds the scopes of a kind once for each moment. */
function once(read: Read): Read {
  const found = new WeakMap<Standing, readonly Scope[]>()
  return (standing) => {
    const known = found.get(standing) ?? read(standing)
    found.set(standing, known)
    return known
  }
}

/** Of states the last month must have been read. */
const HISTORY_DAYS = 28

/** Whether nothing at all was ever read of them. */
const isUnread = (scopes: readonly Scope[]) =>
  scopes.every(({ intervals }) => intervals.length === 0)

/** As much as was read of that which was read least. */
const leastOf = (readings: readonly Reading[]): Reading => ({
  coverage: Math.min(...readings.map(({ coverage }) => coverage)),
  watermarks: Object.fromEntries(
    readings
      .flatMap(({ watermarks }) => Object.entries(watermarks))
      // Of two instants of one source the earlier stays.
      .toSorted(([a, at], [b, bt]) => compareText(a, b) || compareText(bt, at)),
  ),
})

const covered = ({ model }: Standing, scope: string): readonly CoveredInterval[] =>
  model.landscape.coverage.get(scope) ?? []

/** Rows of one kind, wherever they come from; of several kinds those that anything tells. */
const rowsOf =
  (...scopes: readonly string[]): Read =>
  (standing) =>
    scopes
      .map((scope) => ({ intervals: covered(standing, scope), since: null }))
      .filter(({ intervals }) => intervals.length > 0)

export const TICKETS = 'entity:tickets'
const REQUESTS = 'entity:provisioning_requests'
const ATTEMPTS = 'entity:path_attempts'

const tickets = rowsOf(TICKETS)
const requests = rowsOf(REQUESTS)
/** Of every path, or of this one by a source that tells of no other. */
const attempts: Read = once((standing) =>
  rowsOf(ATTEMPTS, `${ATTEMPTS}:${standing.path.id}`)(standing),
)
/** Of what may have failed on the path. */
const failures: Read = once((standing) =>
  rowsOf(ATTEMPTS, `${ATTEMPTS}:${standing.path.id}`, REQUESTS, 'entity:incidents')(standing),
)
const exceptions = rowsOf('entity:exceptions')

/** Where it is told who waited for an approval: a log of steps, or a source that reads no other. */
const APPROVALS = ['entity:steps', 'entity:policy_evidence:github-approval']
const approvals: Read = once(rowsOf(...APPROVALS))

/** When that was read. */
export const approvalsRead = ({ coverage }: Model['landscape']): readonly CoveredInterval[] =>
  APPROVALS.flatMap((scope) => coverage.get(scope) ?? [])

const evidence: Read = once(({ model }) => [
  { intervals: evidenceRead(model.landscape), since: null },
])

/** Everything that any state rests on. */
const states: Read = once(({ model }) =>
  [...model.landscape.coverage]
    .filter(([key]) => key.startsWith('repository:') || WORK.has(key))
    .map(([, intervals]) => ({ intervals, since: null })),
)

const WORK: ReadonlySet<string> = new Set(['entity:deployments', 'entity:activities', REQUESTS])

/** The work that the path counts, of those whom it is meant for. */
const work: Read = once((standing) => {
  const { model, path, trails } = standing
  const scopes = provisions(standing)
    ? trails.filter(isInScope).map(({ team }) => ({
        intervals: model.coverage.ofTeam(path, team).activity,
        since: null,
      }))
    : servicesInScope(standing).map((service) => ({
        intervals: model.coverage.ofService(path, service).activity,
        since: service.createdAt,
      }))
  return scopes.length > 0 ? scopes : states(standing)
})

const isInScope = ({ weeks }: TeamTrail) => !NOT_ELIGIBLE.has(weeks.at(-1)?.state ?? 'unknown')

function servicesInScope({ model, path, asOf }: Standing) {
  const instant = asOf.toISOString()
  return model.landscape.services.filter(
    (service) => valueAt(path.eligibility(service), instant)?.result === 'eligible',
  )
}

/** Deployments of the same; releases that are told by tags are read with their repository. */
const deployments: Read = once((standing) => {
  const own = rowsOf('entity:deployments')(standing)
  if (own.length > 0) return own
  return servicesInScope(standing).map(({ repositoryId, createdAt }) => ({
    intervals: covered(standing, `repository:${repositoryId}`),
    since: createdAt,
  }))
})

/** When both support requests and what the path carried were read. */
const helpRead = (standing: Standing): Covered =>
  overlap(
    covered(standing, TICKETS),
    work(standing).flatMap(({ intervals }) => intervals),
  )

const PATH: Reach = 'path'

const provisions = ({ path }: Standing) => path.rules.work === 'provisioning'
/** What is asked for, without what it is asked of. */
const windowOf = ({ asOf, window }: Span): Span => ({ asOf, ...(window && { window }) })

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
    reads: [states],
  }),
  ofTable(cohortRetention, {
    inputOf: ({ asOf, trails }) => ({ asOf, teams: trails }),
    reads: [states],
  }),
  ofTable(funnelConversion, {
    inputOf: (standing) => ({
      ...startOf(standing),
      asOf: standing.asOf,
      teams: standing.trails.map((trail) => ({ ...trail, eligibleFrom: eligibleFrom(trail) })),
      attempts: standing.cases.attempts,
    }),
    reads: [states],
    removed: ['attempts'],
  }),
  of(timeToFirstSuccess, {
    inputOf: (standing) => ({
      ...windowOf(standing),
      reach: PATH,
      attempts: standing.cases.attempts,
    }),
    reads: [attempts],
    removed: ['attempts'],
  }),
  of(newWorkChoiceRate, { inputOf: newWork, reads: [rowsOf('entity:services')] }),
  of(automatedFulfilmentRate, {
    inputOf: (standing) => ({ ...windowOf(standing), requests: standing.cases.requests }),
    reads: [requests],
    removed: ['requests'],
    isMeant: provisions,
  }),
  of(humanWaitShare, {
    inputOf: humanWaits,
    reads: [(standing) => (provisions(standing) ? requests : approvals)(standing)],
    removed: ['requests'],
    isMeant: (standing) => provisions(standing) || hasApprovals(standing),
  }),
  of(failedProvisioningRate, {
    inputOf: (standing) => ({ ...windowOf(standing), attempts: standing.cases.requests }),
    reads: [requests],
    removed: ['requests'],
    isMeant: provisions,
  }),
  of(exceptionDecisionTime, {
    inputOf: (standing) => ({ ...windowOf(standing), exceptions: standing.cases.exceptions }),
    reads: [exceptions],
  }),
  of(supportRequestsPerWeek, {
    inputOf: (standing) => ({
      ...windowOf(standing),
      requests: standing.cases.tickets,
      covered: covered(standing, TICKETS),
    }),
    reads: [tickets],
    removed: ['tickets'],
  }),
  ofTable(supportRequestMix, {
    inputOf: (standing) => ({ ...windowOf(standing), requests: standing.cases.tickets }),
    reads: [tickets],
    removed: ['tickets'],
  }),
  of(newcomerSupportRatio, {
    inputOf: (standing) => ({
      ...windowOf(standing),
      requests: standing.cases.tickets,
      teams: standing.trails.map(({ team }) => ({
        id: team,
        firstAttemptAt: standing.firstAttempts.get(team) ?? null,
      })),
      covered: covered(standing, TICKETS),
    }),
    reads: [tickets],
    removed: ['tickets'],
  }),
  of(supportResolutionTime, {
    inputOf: (standing) => ({
      ...windowOf(standing),
      requests: standing.cases.tickets,
      slaHours: SLA_HOURS,
      isResolutionTold: standing.isResolutionTold,
    }),
    reads: [tickets],
    removed: ['tickets'],
  }),
  of(supportRequestsPer100Uses, {
    inputOf: (standing) => ({
      ...windowOf(standing),
      requests: standing.cases.tickets,
      ...usesWhenRead(standing, helpRead(standing)),
      usedPerWeek: standing.usedPerWeek,
    }),
    reads: [tickets, work],
    removed: ['tickets'],
  }),
  of(interactionModeMix, { inputOf: interactions, reads: [tickets, work], removed: ['tickets'] }),
  of(platformCausedFailureShare, {
    inputOf: (standing) => ({ ...windowOf(standing), failures: standing.failures() }),
    reads: [failures],
    removed: ['attempts', 'requests'],
  }),
  of(completePolicyEvidenceRequests, {
    inputOf: (standing) => ({ ...windowOf(standing), reach: PATH, ...standing.policies() }),
    reads: [requests, evidence],
    removed: ['requests'],
    isMeant: provisions,
  }),
  of(completePolicyEvidenceChanges, {
    inputOf: (standing) => ({ ...windowOf(standing), reach: PATH, ...standing.policies() }),
    reads: [deployments, evidence],
    isMeant: (standing) => !provisions(standing),
  }),
  of(evidenceTimeliness, {
    inputOf: (standing) => ({ ...windowOf(standing), ...standing.policies() }),
    reads: [evidence],
  }),
  of(automatedEvidenceShare, {
    inputOf: (standing) => ({ ...windowOf(standing), evidence: standing.policies().items }),
    reads: [evidence],
  }),
]

/** Our own default: a day. */
const SLA_HOURS = 24

/** Ids of the metrics of a path as it stands. */
export const STANDING_METRICS = SCORERS.map(({ id }) => id)

const idsOf = (...metrics: readonly Pick<Metric<never>, 'definition'>[]) =>
  metrics.map(({ definition }) => definition.id)

/** Those that rest on nothing but the states of teams and their attempts. */
export const TRAIL_METRICS = idsOf(timeToAdopt, cohortRetention, funnelConversion)

/** Those that rest on support requests. */
export const SUPPORT_METRICS = idsOf(
  supportRequestsPerWeek,
  supportRequestMix,
  newcomerSupportRatio,
  supportResolutionTime,
  supportRequestsPer100Uses,
  interactionModeMix,
)

/** Those of them that show a chart beside their value, and those that look for habits. */
export const CHART_METRICS = idsOf(supportRequestsPerWeek, supportRequestsPer100Uses)
export const HABIT_METRICS = idsOf(interactionModeMix)

/** Those that rest on uses, on failures and on policies. */
export const USE_METRICS = idsOf(supportRequestsPer100Uses, interactionModeMix)
export const FAILURE_METRICS = idsOf(platformCausedFailureShare)
/** Those that rest on what changes waited for. */
export const APPROVAL_METRICS = idsOf(humanWaitShare)
export const POLICY_METRICS = idsOf(
  completePolicyEvidenceRequests,
  completePolicyEvidenceChanges,
  evidenceTimeliness,
  automatedEvidenceShare,
)

/** Those named that the path has. */
export function standingResults(
  standing: Standing,
  metricIds: readonly string[],
  context: ScoreContext,
): MetricResult[] {
  return SCORERS.filter(({ id, isMeant }) => metricIds.includes(id) && isMeant(standing)).flatMap(
    ({ score }) => score(standing, context),
  )
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

/** Null where it was not read of so much of the window as a result needs to be whole. */
function approvedChanges(standing: Standing): readonly LoggedChange[] | null {
  const period = periodOf(standing, humanWaitShare.windowDays)
  const { coverage } = readScopes(approvals(standing), period)
  return coverage < FULL_COVERAGE ? null : standing.loggedChanges()
}

const hasApprovals = (standing: Standing) => (approvedChanges(standing) ?? []).length > 0

function humanWaits(standing: Standing): HumanWaits {
  return {
    ...windowOf(standing),
    requests: provisions(standing) ? standing.cases.requests : null,
    changes: approvedChanges(standing),
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

/** Services that were begun while the path was meant for them. */
function newWork(standing: Standing) {
  const { model, path, cases } = standing
  const services = cases.services.filter(({ id, createdAt }) => {
    const service = model.landscape.serviceById.get(id)
    if (service === undefined || createdAt === null) return false
    return valueAt(path.eligibility(service), createdAt.toISOString())?.result === 'eligible'
  })
  return { ...windowOf(standing), pathId: path.id, services }
}

/** Uses that were read, and those that were not, each among their like. */
function usesWhenRead(standing: Standing, covered: Covered) {
  const period = periodOf(standing, supportRequestsPer100Uses.windowDays)
  const ends = covered.flatMap((span) => [new Date(span.from), new Date(span.to)])
  return { covered, uses: piecesOf(period, ends).flatMap((piece) => standing.usesIn(piece)) }
}

/** A period cut at those of some instants that lie in it. */
function piecesOf({ from, to }: Period, instants: readonly Date[]): Period[] {
  const cuts = instants.filter((at) => from < at && at < to).toSorted((a, b) => +a - +b)
  return [from, ...cuts].map((start, place) => ({ from: start, to: cuts[place] ?? to }))
}

function interactions(standing: Standing): Interactions {
  const { asOf, cases, firstUses, judgeUses, namedTickets, path, trails } = standing
  const covered = helpRead(standing)
  const { judge, tell } = judgeUses(covered)
  // None tells who helped, which is what is looked for further back.
  const used = periodOf(standing, interactionModeMix.windowDays)
  const [ripe, ...young] = piecesOf(used, [ripeUntil(asOf)])
  return {
    ...windowOf(standing),
    requests: [...namedTickets, ...cases.tickets],
    uses: [
      ...(ripe === undefined ? [] : standing.usesIn(ripe, tell)),
      ...young.flatMap((piece) => standing.usesIn(piece)),
    ],
    provisioningRequests: cases.requests
      .filter(({ requestedAt }) => requestedAt < asOf)
      .map(({ team, ...request }) => ({ ...request, teamId: team })),
    attempts: cases.attempts.map(({ team, ...attempt }) => ({ ...attempt, teamId: team })),
    teams: trails.map(({ team }) => ({ id: team, firstUsedAt: firstUses.get(team) ?? null })),
    covered,
    judgeUse: judge,
    pathAgeWeeks: ageInWeeks(path, asOf),
  }
}
