import { daysBefore, earlierOf, type Period } from '#lib/period.ts'
import type { TeamTrail } from '#scorecards/adoption/cohorts.ts'
import type { Path, Service } from '#scorecards/adoption/landscape.ts'
import type { Model } from '#scorecards/adoption/tracks.ts'
import { type ApprovalRows, approvalReader } from '#scorecards/delivery/approvals.ts'
import type { FailedDeployment } from '#scorecards/delivery/failed-deployments.ts'
import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import { withStepsUntil } from '#scorecards/delivery/step-log.ts'
import { GOVERNED_DAYS } from '#scorecards/governance/governed-share.ts'
import {
  evidenceRead,
  NO_POLICIES,
  type PathPolicies,
  type PolicyRows,
  SUBJECT_DAYS,
  toPathPolicies,
} from '#scorecards/governance/path-policies.ts'
import { byTime } from '#scorecards/in-period.ts'
import { humanWaitShare } from '#scorecards/metrics/human-wait-share.ts'
import { interactionModeMix } from '#scorecards/metrics/interaction-mode-mix.ts'
import { platformCausedFailureShare } from '#scorecards/metrics/platform-caused-failure-share.ts'
import {
  countUsedPerWeek,
  supportRequestsPer100Uses,
} from '#scorecards/metrics/support-requests-per-100-uses.ts'
import { type CaseRows, type PathCases, toPathCases } from '#scorecards/path-cases.ts'
import { isFailureOnPath, listFailures } from '#scorecards/path-failures.ts'
import {
  APPROVAL_METRICS,
  approvalsRead,
  CHART_METRICS,
  FAILURE_METRICS,
  HABIT_METRICS,
  POLICY_METRICS,
  type Standing,
  SUPPORT_METRICS,
  TICKETS,
  USE_METRICS,
} from '#scorecards/path-standing.ts'
import { CHART_WEEKS } from '#scorecards/process-chart.ts'
import type { TeamUse } from '#scorecards/support/episodes.ts'
import { judgeOfUses } from '#scorecards/support/judged-uses.ts'
import { openedAtOf } from '#scorecards/support/requests.ts'
import { countUsesPerWeek, type UseLedger } from '#scorecards/support/use-ledger.ts'
import { ledgerReader, rowReader, type UseReader } from '#scorecards/support/use-reader.ts'

/** What is known of a path before its cases are read. */
export interface PathKnowledge {
  readonly model: Model
  readonly path: Path
  /** States by team, in the order of weeks, at least up to the last moment that is asked for. */
  readonly trails: readonly TeamTrail[]
  /** When each team first used the path with success; those that never did are not there. */
  readonly firstUses: ReadonlyMap<string, Date>
}

/** Work in scope of a path. */
interface ReadUses {
  /** At least of the period that was asked for. */
  readonly usesIn: UseReader
  /** Successful uses by the number of the ISO week, as far back as metrics look. */
  readonly usedPerWeek: ReadonlyMap<number, number>
}

const NO_USES: ReadUses = { usesIn: () => [], usedPerWeek: new Map() }

/** Of rows that go back as far as weeks matter. */
export const toReadUses = (uses: readonly TeamUse[]): ReadUses => ({
  usesIn: rowReader(uses),
  usedPerWeek: countUsedPerWeek(uses),
})

/** The same of samples, without the ids of rows. */
export const usesOfLedgers = (ledgers: readonly UseLedger[], weeks: Period): ReadUses => ({
  usesIn: ledgerReader(ledgers),
  usedPerWeek: countUsesPerWeek(ledgers, +weeks.from, +weeks.to),
})

/** All that a path is measured from at any of some moments. */
export interface PathFacts extends PathKnowledge, ReadUses {
  readonly cases: PathCases
  /** When the first support request was resolved of which anybody told that; null: none. */
  readonly resolvedSince: Date | null
  /** Deployments by the path that failed. */
  readonly failed: readonly FailedDeployment[]
  /** Null where nobody ever told who waited for an approval. */
  readonly approvals: ApprovalRows | null
  /** Null where no evidence was ever read. */
  readonly policies: PolicyRows | null
}

/** Where the rows of a path are read; periods are half-open. */
export interface PathFactReader {
  /** With the support requests that were opened in `opened`, and those that name a provisioning request. */
  readonly cases: (
    pathId: string,
    opened: Period | null,
  ) => Promise<CaseRows & { readonly resolvedSince: string | null }>
  /** Counted by week over the period; single uses there may be more. */
  readonly uses: (weeks: Period) => Promise<ReadUses>
  readonly failed: () => Promise<readonly FailedDeployment[]>
  /** Of changes of which a step ended in the period. */
  readonly approvals: (period: Period) => Promise<ApprovalRows>
  readonly requirements: () => Promise<PolicyRows['requirements']>
  readonly evidenceSources: () => Promise<PolicyRows['sources']>
  readonly requests: (pathId: string) => Promise<PolicyRows['requests']>
  readonly deployments: (
    services: readonly string[],
    period: Period,
  ) => Promise<PolicyRows['deployments']>
  readonly deploymentsNamed: (nativeIds: readonly string[]) => Promise<PolicyRows['deployments']>
  readonly evidence: (period: Period) => Promise<PolicyRows['evidence']>
  readonly evidenceFor: (nativeIds: readonly string[]) => Promise<PolicyRows['evidence']>
}

/** The longest that support is looked back on: the week that holds the as-of may be cut. */
export const SUPPORT_DAYS = (CHART_WEEKS + 1) * 7

/** The same without a chart: a quarter, and for habits of help twelve weeks and some days. */
const QUARTER_DAYS = 91

/** The shortest that any metric looks back. */
const LEAST_DAYS = Math.min(
  interactionModeMix.windowDays,
  supportRequestsPer100Uses.windowDays,
  GOVERNED_DAYS,
  platformCausedFailureShare.windowDays,
)

/** Moments that are looked back from, the first of them as far as any of its metrics does. */
interface Moments {
  readonly first: Date
  readonly last: Date
  /** Where support requests are needed since another moment than those before `first` say. */
  readonly supportedSince?: (days: number, isBeyondWindow: boolean) => Date
}

/** Over a long window as much is looked back on as at the moment whose own windows begin with it. */
function firstMoment({ asOf, window }: Span): Date {
  return window === undefined ? asOf : earlierOf(daysBefore(window.from, -LEAST_DAYS), asOf)
}

export function momentsOf(spans: readonly Span[]): Moments {
  const earliest = (instants: readonly Date[]) => new Date(Math.min(...instants.map(Number)))
  return {
    first: earliest(spans.map(firstMoment)),
    last: new Date(Math.max(...spans.map(({ asOf }) => asOf.getTime()))),
    // Help came some days before and after what it was for.
    supportedSince: (days, isBeyondWindow) =>
      earliest(
        spans.flatMap(({ asOf, window }) => [
          ...(window === undefined || isBeyondWindow ? [daysBefore(asOf, days)] : []),
          daysBefore(window?.from ?? asOf, HELP_DAYS),
        ]),
      ),
  }
}

const HELP_DAYS = 7

/** All that the metrics named need at any moment from `first` to `last`. */
export async function loadPathFacts(
  reader: PathFactReader,
  known: PathKnowledge,
  metricIds: readonly string[],
  { first, last, supportedSince = (days) => daysBefore(first, days) }: Moments,
): Promise<PathFacts> {
  const isAnyOf = (ids: readonly string[]) => metricIds.some((id) => ids.includes(id))
  const supportDays = isAnyOf(CHART_METRICS) ? SUPPORT_DAYS : QUARTER_DAYS
  const isBeyondWindow = isAnyOf([...CHART_METRICS, ...HABIT_METRICS])
  const supported = { from: supportedSince(supportDays, isBeyondWindow), to: last }
  const opened = isAnyOf(SUPPORT_METRICS) ? supported : null
  const rows = await reader.cases(known.path.id, opened)
  // Nothing without support requests that were read.
  const hasUses = known.model.landscape.coverage.has(TICKETS) && isAnyOf(USE_METRICS)
  const failing = { from: daysBefore(first, platformCausedFailureShare.windowDays), to: last }
  return {
    ...known,
    ...(hasUses ? await reader.uses(supported) : NO_USES),
    cases: toPathCases(rows),
    resolvedSince: rows.resolvedSince === null ? null : new Date(rows.resolvedSince),
    failed: isAnyOf(FAILURE_METRICS)
      ? (await reader.failed())
          .filter(({ finishedAt }) => isIn(failing, finishedAt))
          .filter(isFailureOnPath(known.model, known.path))
      : [],
    approvals:
      isAnyOf(APPROVAL_METRICS) && approvalsRead(known.model.landscape).length > 0
        ? await reader.approvals({ from: daysBefore(first, humanWaitShare.windowDays), to: last })
        : null,
    policies: isAnyOf(POLICY_METRICS) ? await loadPolicies(reader, known, { first, last }) : null,
  }
}

/** A path that provisions something is asked for requests, any other for deployments. */
async function loadPolicies(
  reader: PathFactReader,
  known: PathKnowledge,
  { first, last }: Moments,
): Promise<PolicyRows | null> {
  const { model, path } = known
  if (evidenceRead(model.landscape).length === 0) return null
  const isOfRequests = path.rules.work === 'provisioning'
  const services = isOfRequests ? [] : model.landscape.services.filter(isEverInScope(known))
  const requests = isOfRequests ? await reader.requests(path.id) : []
  const recent = await reader.deployments(
    services.map(({ id }) => id),
    { from: daysBefore(first, SUBJECT_DAYS), to: last },
  )
  const produced = await reader.evidence({ from: daysBefore(first, GOVERNED_DAYS), to: last })
  const named = await reader.deploymentsNamed(
    isOfRequests ? [] : produced.map(({ subject_id }) => subject_id),
  )
  const subjects = [...requests, ...recent].map(({ native_id }) => native_id)
  const about = await reader.evidenceFor([...new Set(subjects)])
  return {
    requirements: await reader.requirements(),
    evidence: distinct([...produced, ...about]),
    sources: await reader.evidenceSources(),
    requests,
    deployments: distinct([...recent, ...named]),
  }
}

const isEverInScope =
  ({ path }: PathKnowledge) =>
  (service: Service) =>
    path.eligibility(service).some(({ value }) => value.result === 'eligible')

const distinct = <Row extends { readonly source_id: string; readonly native_id: string }>(
  rows: readonly Row[],
): Row[] => [
  ...new Map(rows.map((row) => [JSON.stringify([row.source_id, row.native_id]), row])).values(),
]

/**
 * Reads a path as it stood at a moment, or at the end of a window, with as much of the past as any metric
 * looks at.
 */
export function standingReader(facts: PathFacts): (span: Span) => Standing {
  const { model, path, trails, cases, firstUses, resolvedSince, approvals } = facts
  const ticketsIn = byTime(cases.tickets, openedAtOf)
  const named = cases.tickets.filter(({ linkedRequestId }) => linkedRequestId !== null)
  const failedIn = byTime(facts.failed, ({ finishedAt }) => finishedAt)
  const policiesIn = policyReader(facts)
  const loggedIn = approvals === null ? () => [] : approvalReader(model, path, approvals)
  const firstAttempts = toFirstAttempts(cases)
  const judgeUses = judgeOfUses(cases.tickets, firstUses)
  return (span) => {
    const { asOf } = span
    const first = firstMoment(span)
    const back = (days: number) => ({ from: daysBefore(first, days), to: asOf })
    const supported = back(SUPPORT_DAYS)
    return {
      ...span,
      model,
      path,
      trails: trails
        .map((trail) => trailUntil(trail, asOf))
        .filter(({ weeks }) => weeks.length > 0),
      cases: {
        ...cases,
        requests: cases.requests.map((request) => withStepsUntil(request, asOf)),
        tickets: ticketsIn(supported),
      },
      namedTickets: named.filter(({ openedAt }) => openedAt < supported.from),
      isResolutionTold: resolvedSince !== null && resolvedSince < asOf,
      firstUses,
      firstAttempts: new Map([...firstAttempts].filter(([, at]) => at < asOf)),
      judgeUses,
      usedPerWeek: facts.usedPerWeek,
      usesIn: facts.usesIn,
      failures: once(() => {
        const period = periodOf(span, platformCausedFailureShare.windowDays)
        return listFailures(cases, failedIn(period), period)
      }),
      loggedChanges: once(() => loggedIn(periodOf(span, humanWaitShare.windowDays))),
      policies: once(() => policiesIn(back)),
    }
  }
}

function trailUntil({ team, weeks }: TeamTrail, asOf: Date): TeamTrail {
  const end = weeks.findLastIndex(({ weekEnd }) => weekEnd <= asOf)
  return { team, weeks: weeks.slice(0, end + 1) }
}

function toFirstAttempts({ attempts }: PathCases): ReadonlyMap<string, Date> {
  const first = new Map<string, Date>()
  for (const { team, startedAt } of attempts) {
    const known = first.get(team)
    if (known === undefined || startedAt < known) first.set(team, startedAt)
  }
  return first
}

type Back = (days: number) => Period

/** What policies asked for at a moment, of what had taken effect lately. */
function policyReader({ model, path, policies }: PathFacts): (back: Back) => PathPolicies {
  if (policies === null) return () => NO_POLICIES
  const deploymentsIn = byTime(
    policies.deployments,
    (row) => new Date(row.finished_at ?? row.created_at),
  )
  const producedIn = byTime(policies.evidence, ({ produced_at }) => new Date(produced_at))
  const bySubject = Map.groupBy(policies.evidence, ({ subject_id }) => subject_id)
  return (back) => {
    const period = back(SUBJECT_DAYS)
    const deployments = deploymentsIn(period)
    const subjects = new Set([...deployments, ...policies.requests].map((row) => row.native_id))
    const about = [...subjects].flatMap((id) => bySubject.get(id) ?? [])
    const evidence = distinct([...producedIn(back(GOVERNED_DAYS)), ...about])
    return toPathPolicies(model, path, { ...policies, deployments, evidence }, period)
  }
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined
  return () => {
    found ??= { value: find() }
    return found.value
  }
}
