import { millisecondsInDay } from 'date-fns/constants'
import type { EvidenceRule } from '#lib/golden-path.ts'
import { daysBefore, earlierOf, type Period, weekNumber } from '#lib/period.ts'
import { ageInWeeks } from '#scorecards/adoption/landscape.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import { isUsageStage } from '#scorecards/adoption/state-machine.ts'
import type { ScoredWeek } from '#scorecards/adoption/state-row.ts'
import { isActive, ownedAt } from '#scorecards/adoption/work.ts'
import type { CoveredInterval } from '#scorecards/coverage.ts'
import { periodOf } from '#scorecards/delivery/production.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { scannedService, versionInUse } from '#scorecards/managed-services.ts'
import { type Absence, type Metric, measure } from '#scorecards/measure.ts'
import { type Bypass, bypassRate } from '#scorecards/metrics/bypass-rate.ts'
import { driftRate } from '#scorecards/metrics/drift-rate.ts'
import { exceptionPrevalence } from '#scorecards/metrics/exception-prevalence.ts'
import { freeChoiceAdoptionRate } from '#scorecards/metrics/free-choice-adoption-rate.ts'
import { lapseRate, type QuarterOfTeam } from '#scorecards/metrics/lapse-rate.ts'
import { overdueExceptions } from '#scorecards/metrics/overdue-exceptions.ts'
import { type PathShare, pathShareOfActivity } from '#scorecards/metrics/path-share-of-activity.ts'
import type { TeamState } from '#scorecards/metrics/team-states.ts'
import { timeToUsableEnvironment } from '#scorecards/metrics/time-to-usable-environment.ts'
import { totalAdoptionRate } from '#scorecards/metrics/total-adoption-rate.ts'
import { versionLag } from '#scorecards/metrics/version-lag.ts'
import { voluntaryAdoptionRate } from '#scorecards/metrics/voluntary-adoption-rate.ts'
import { type Moment, type PathUser, type Reading, readingOf } from '#scorecards/moment.ts'
import { withRemoved } from '#scorecards/path-cases.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** A metric joined to what it needs of a moment: of a whole path, or of one team on it. */
interface Scorer {
  readonly id: string
  readonly isOfTeams: boolean
  readonly score: (moment: Moment, teamId: string | undefined, computedAt: Date) => MetricResult
}

/** Where a metric needs something read: in `window`, or in as many days as is usual for it. */
type SourceOf = (moment: Moment, teamId: string | undefined, window: Period | undefined) => Source

interface Source {
  readonly reading: Reading
  /** Nothing connected tells what the metric needs. */
  readonly isMissing: boolean
  /** The question does not arise, whatever is connected. */
  readonly isPointless?: boolean
}

function scorer<Input>(
  metric: Metric<Input>,
  inputOf: (moment: Moment, teamId: string | undefined) => Input,
  sourceOf: SourceOf,
  isOfTeams = false,
): Scorer {
  return {
    id: metric.definition.id,
    isOfTeams,
    score: (moment, teamId, computedAt) => {
      // A state at a moment is told of the end of the window.
      const window = metric.definition.toldOf === 'moment' ? undefined : moment.window
      const { reading, isMissing, isPointless = false } = sourceOf(moment, teamId, window)
      const absence: Absence | undefined = isMissing ? 'source_missing' : undefined
      return measure(metric, inputOf(moment, teamId), {
        scope: { pathId: moment.track.path.id, ...(teamId === undefined ? {} : { teamId }) },
        asOf: moment.asOf,
        ...(window && { window }),
        computedAt,
        engineVersion: ENGINE_VERSION,
        parameters: {},
        ...reading,
        ...((absence ?? isPointless) ? { absence: absence ?? 'not_applicable' } : {}),
      })
    },
  }
}

const recentWork = once(workRead(28))

const SCORERS: readonly Scorer[] = [
  scorer(
    voluntaryAdoptionRate,
    (moment) => ({
      teams: teamStates(moment),
      pathAgeWeeks: ageInWeeks(moment.track.path, moment.asOf),
    }),
    recentWork,
  ),
  scorer(totalAdoptionRate, (moment) => ({ teams: teamStates(moment) }), recentWork),
  scorer(freeChoiceAdoptionRate, (moment) => ({ teams: teamStates(moment) }), recentWork),
  scorer(pathShareOfActivity, pathShareInput, recentWork, true),
  scorer(bypassRate, bypassInput, recentWork, true),
  scorer(
    driftRate,
    (moment, teamId) => ({
      services: usersOf(moment, teamId).map((user) => scannedService(moment, user)),
    }),
    filesRead(14, ['file-equals']),
    true,
  ),
  scorer(
    versionLag,
    (moment, teamId) => ({
      services: usersOf(moment, teamId).map((user) => versionInUse(moment, user)),
    }),
    filesRead(28, ['file-equals', 'workflow-pin']),
    true,
  ),
  scorer(
    lapseRate,
    (moment) => ({ teams: moment.model.landscape.teams.map(({ id }) => quarterOf(moment, id)) }),
    workRead(91),
  ),
  scorer(
    exceptionPrevalence,
    (moment) => ({ teams: teamStates(moment) }),
    registerRead('entity:exceptions'),
  ),
  scorer(overdueExceptions, exceptionsInput, registerRead('entity:exceptions')),
]
const ENVIRONMENTS_TOLD = scorer(
  timeToUsableEnvironment,
  requestsInput,
  registerRead('entity:provisioning_requests'),
)
const ENVIRONMENTS: Scorer = {
  ...ENVIRONMENTS_TOLD,
  score: (moment, teamId, computedAt) =>
    withRemoved(
      ENVIRONMENTS_TOLD.score(moment, teamId, computedAt),
      moment.cases.removed.requests,
      {
        isBrief: false,
      },
    ),
}

/** Ids of the metrics of golden paths. */
export const PATH_METRICS = [...SCORERS, ENVIRONMENTS].map(({ id }) => id)

/** Those that rest on the work of teams, and on what was asked of the path. */
export const WORK_METRICS = [pathShareOfActivity, bypassRate].map(({ definition }) => definition.id)
export const CASE_METRICS = [ENVIRONMENTS.id]

function scorersOf({ track }: Moment): readonly Scorer[] {
  return track.path.rules.work === 'provisioning' ? [...SCORERS, ENVIRONMENTS] : SCORERS
}

/** Every metric of a whole path at a moment. */
export function pathResults(moment: Moment, computedAt: Date): MetricResult[] {
  return scorersOf(moment).map(({ score }) => score(moment, undefined, computedAt))
}

/** Every metric of one team on a path; none when the path is not meant for it. */
export function teamResults(moment: Moment, teamId: string, computedAt: Date): MetricResult[] {
  const state = moment.states.find((one) => one.teamId === teamId)
  if (state === undefined || state.record.state === 'not_eligible') return []
  return scorersOf(moment)
    .filter(({ isOfTeams }) => isOfTeams)
    .map(({ score }) => score(moment, teamId, computedAt))
}

/** One metric in one scope; undefined when it does not exist there. */
export function pathResult(
  metricId: string,
  moment: Moment,
  teamId: string | undefined,
  computedAt: Date,
): MetricResult | undefined {
  return scorersOf(moment)
    .find(({ id, isOfTeams }) => id === metricId && (teamId === undefined || isOfTeams))
    ?.score(moment, teamId, computedAt)
}

function teamStates({ states: weeks, track }: Moment): TeamState[] {
  return weeks.map((week) => ({
    team: week.teamId,
    state: week.record.state,
    origin: week.origin,
    everUnderInterfaceMandate: track.path.hasMandateRegister
      ? week.everUnderInterfaceMandate
      : null,
    inactiveWeeks: week.record.inactiveWeeks,
  }))
}

/** Teams in a usage state, or the one asked for. */
function usageTeams({ states: weeks }: Moment, teamId: string | undefined): readonly ScoredWeek[] {
  if (teamId !== undefined) return weeks.filter((week) => week.teamId === teamId)
  return weeks.filter(({ record }) => isUsageStage(record.state))
}

const MONTH_DAYS = 28
const QUARTER_DAYS = 91

function pathShareInput(moment: Moment, teamId: string | undefined): PathShare {
  const recent = periodOf(moment, MONTH_DAYS)
  const quarter = periodOf({ asOf: moment.asOf }, QUARTER_DAYS)
  const span = (team: string, period: Period) => {
    const { successful, all } = moment.workIn(team, period)
    const total = (counts: typeof all) => Object.values(counts).reduce((sum, n) => sum + n, 0)
    return { successful, notSuccessful: total(all) - total(successful) }
  }
  return {
    reach: reachOf(teamId),
    days: daysIn(recent),
    teams: usageTeams(moment, teamId).map(({ teamId: team }) => ({
      team,
      recent: span(team, recent),
      last91: span(team, quarter),
    })),
  }
}

const daysIn = ({ from, to }: Period) => (to.getTime() - from.getTime()) / millisecondsInDay

const reachOf = (teamId: string | undefined) => (teamId === undefined ? 'path' : 'team')

function bypassInput(moment: Moment, teamId: string | undefined): Bypass {
  const recent = periodOf(moment, MONTH_DAYS)
  return {
    reach: reachOf(teamId),
    days: daysIn(recent),
    teams: usageTeams(moment, teamId).map(({ teamId: team, record, userWeeks }) => ({
      team,
      adopterWeeks: record.state === 'adopted' || record.state === 'partial' ? userWeeks : 0,
      recent: moment.workIn(team, recent).all,
    })),
  }
}

const usersOf = ({ users }: Moment, teamId: string | undefined): readonly PathUser[] =>
  teamId === undefined ? users : users.filter((user) => user.teamId === teamId)

/** Weeks before the first one scored: the path was not there, or nobody knew. */
function quarterOf(moment: Moment, teamId: string): QuarterOfTeam {
  const { track, states: weeks } = moment
  const { from } = periodOf(moment, QUARTER_DAYS)
  const now = weeks.find((week) => week.teamId === teamId)
  const all = track.states.get(teamId) ?? []
  const end = now === undefined ? -1 : all.indexOf(now)
  const start = weekNumber(from) - track.weeks.first - 1
  const before = new Date(track.path.available_since) > from
  const quarter = all.slice(Math.max(0, start + 1), end + 1)
  return {
    team: teamId,
    stateAtStart:
      (end < 0 ? undefined : all[start])?.record.state ?? (before ? 'not_eligible' : 'unknown'),
    enteredLapsed: quarter.some((week) => week?.record.state === 'lapsed'),
    stateAtEnd: now?.record.state ?? 'unknown',
  }
}

/** Exceptions decided by the as-of. */
function exceptionsInput({ track, asOf }: Moment) {
  const instant = asOf.toISOString()
  const decided = track.exceptions.filter(
    (row) => row.decided_at !== null && row.decided_at <= instant,
  )
  return {
    asOf,
    exceptions: decided.map((row) => ({
      id: `${row.source_id}:${row.native_id}`,
      isOpen: isActive(row, instant),
      expiresOn: row.expires_on === null ? null : new Date(row.expires_on),
    })),
  }
}

/** A chain that began in the longest window may have begun in the one before it. */
const REQUEST_DAYS = 182

function requestsInput({ cases, asOf, window }: Moment) {
  const longest = daysBefore(asOf, REQUEST_DAYS)
  const earlier = window === undefined ? longest : daysBefore(window.from, QUARTER_DAYS)
  const from = earlierOf(earlier, longest)
  return {
    asOf,
    // Its own window may be too short for it.
    ...(window !== undefined && daysIn(window) !== MONTH_DAYS && { window }),
    requests: cases.requests.filter(({ requestedAt }) => requestedAt >= from),
  }
}

/** Several metrics of a moment rest on the same reading. */
function once(sourceOf: SourceOf): SourceOf {
  const known = new WeakMap<Moment, Map<string, Source>>()
  return (moment, teamId, window) => {
    const ofMoment = known.get(moment) ?? new Map<string, Source>()
    known.set(moment, ofMoment)
    const key = `${teamId ?? ''} ${window?.from.getTime() ?? ''}`
    const source = ofMoment.get(key) ?? sourceOf(moment, teamId, window)
    ofMoment.set(key, source)
    return source
  }
}

/** The work that the path counts, and where its use is seen, for who could use it. */
function workRead(days: number): SourceOf {
  return (moment, teamId, window) => {
    const { states, asOf, track } = moment
    const isMissing = !isConnected(moment)
    const isUnscored = states.length === 0 && asOf >= new Date(track.path.available_since)
    const period = window ?? periodOf({ asOf }, days)
    return {
      reading: readingOf(workScopes(moment, teamId), period, isMissing || isUnscored ? 0 : 1),
      isMissing,
      isPointless: teamId === undefined && !isUnscored && !states.some(isConcerned),
    }
  }
}

const isConcerned = ({ record }: ScoredWeek) => record.state !== 'not_eligible'

interface Scope {
  readonly intervals: readonly CoveredInterval[]
  readonly since: string | null
}

function workScopes(
  { model, track, asOf, states: weeks }: Moment,
  teamId: string | undefined,
): Scope[] {
  const { path } = track
  const instant = asOf.toISOString()
  const { ofService, ofTeam } = model.coverage
  const eligible = weeks.filter(
    (week) => week.eligibility.result === 'eligible' && (teamId ?? week.teamId) === week.teamId,
  )
  return eligible.flatMap((week): Scope[] => {
    const services = ownedAt(model.landscape, week.teamId, instant).filter(
      (service) => valueAt(path.eligibility(service), instant)?.result === 'eligible',
    )
    if (path.rules.work === 'provisioning' || services.length === 0) {
      return [{ intervals: ofTeam(path, week.teamId).activity, since: null }]
    }
    return services.flatMap((service) => {
      const { activity, use } = ofService(path, service)
      const since = service.createdAt
      const seen = { intervals: activity, since }
      return activity === use ? [seen] : [seen, { intervals: use, since }]
    })
  })
}

const ENTITY_OF_WORK = {
  changes: null,
  deployments: 'entity:deployments',
  provisioning: 'entity:provisioning_requests',
  activities: 'entity:activities',
} as const

/** Whether any source that tells of the path's work was ever read. */
function isConnected({ model, track }: Moment): boolean {
  const scopes = [...model.landscape.coverage.keys()]
  const entity = ENTITY_OF_WORK[track.path.rules.work]
  const hasRepositories = scopes.some((scope) => scope.startsWith('repository:'))
  if (entity === null) return hasRepositories
  // Releases told by tags are deployments, read with their repository.
  const isByTag = entity === 'entity:deployments' && hasRepositories
  return scopes.includes(entity) || (isByTag && model.hasDeployments)
}

/** The repositories of the services on the path; pointless where no rule of `kinds` tells of them. */
function filesRead(days: number, kinds: readonly EvidenceRule['kind'][]): SourceOf {
  return (moment, teamId) => {
    const { model, track, asOf } = moment
    const scopes = usersOf(moment, teamId).map(({ service }) => ({
      intervals: model.landscape.coverage.get(`repository:${service.repositoryId}`) ?? [],
      since: service.createdAt,
    }))
    const hasRepositories = [...model.landscape.coverage.keys()].some((scope) =>
      scope.startsWith('repository:'),
    )
    return {
      reading: readingOf(scopes, periodOf({ asOf }, days), hasRepositories ? 1 : 0),
      isMissing: !hasRepositories,
      isPointless: !track.path.rules.evidence.some(({ kind }) => kinds.includes(kind)),
    }
  }
}

const REGISTER_DAYS = 28

function registerRead(scope: string): SourceOf {
  return ({ model, asOf }, _teamId, window) => {
    const intervals = model.landscape.coverage.get(scope) ?? []
    const period = window ?? periodOf({ asOf }, REGISTER_DAYS)
    const reading = readingOf([{ intervals, since: null }], period, 0)
    return { reading, isMissing: intervals.length === 0 }
  }
}
