import { teamEligibilityAt } from '#scorecards/adoption/eligibility.ts'
import type { Landscape, Path, Service, TeamRow } from '#scorecards/adoption/landscape.ts'
import {
  type Classified,
  classifyActivity,
  classifyByEvidence,
  classifyDeployment,
  classifyRequest,
  type Mechanism,
} from '#scorecards/adoption/mechanism.ts'
import { isWithin, valueAt } from '#scorecards/adoption/spans.ts'
import { presenceAt } from '#scorecards/adoption/usage-state.ts'

/** Stored rows of the work that paths could carry. */
export interface WorkFacts {
  readonly changes: readonly ChangeRow[]
  readonly deployments: readonly DeploymentRow[]
  readonly requests: readonly RequestRow[]
  readonly activities: readonly ActivityRow[]
  readonly attempts: readonly AttemptRow[]
}

type WorkAndExceptions = WorkFacts & { readonly exceptions: readonly ExceptionRow[] }

interface FactRow {
  readonly source_id: string
  readonly native_id: string
}

/** Merged, and not by a bot. */
export interface ChangeRow extends FactRow {
  readonly repository_id: string
  readonly service_id: string | null
  readonly merged_at: string
  readonly author_kind: ActorKind
}

type ActorKind = 'human' | 'bot' | 'platform' | 'unknown'

/** Finished, in production. */
export interface DeploymentRow extends FactRow {
  readonly service_id: string
  readonly finished_at: string
  readonly outcome: 'success' | 'failure' | 'cancelled' | 'open' | 'unknown'
  readonly path_id: string | null
  readonly mechanism: Mechanism | null
  readonly initiator_kind: ActorKind
}

export interface RequestRow extends FactRow {
  readonly team_id: string
  readonly path_id: string | null
  readonly target_key: string | null
  readonly chain_key: string | null
  readonly requested_at: string
  readonly first_human_step_at: string | null
  readonly usable_at: string | null
  readonly ended_at: string | null
  readonly result: 'usable' | 'failed' | 'timeout' | 'rejected' | 'cancelled' | 'open'
}

export interface ActivityRow extends FactRow {
  readonly service_id: string | null
  readonly team_id: string | null
  readonly path_id: string
  readonly kind: Work['kind']
  readonly occurred_at: string
  readonly result: Work['result']
  readonly mechanism: Mechanism | null
  readonly mechanism_rule: string | null
  readonly exception_id: string | null
  readonly user_initiated: number | null
}

export interface AttemptRow extends FactRow {
  readonly team_id: string
  readonly path_id: string
  readonly started_at: string
}

export interface ExceptionRow extends FactRow {
  readonly team_id: string
  readonly path_id: string
  readonly scope: 'full' | 'partial'
  /** JSON list. */
  readonly service_ids: string
  readonly decision: 'approved' | 'rejected' | 'withdrawn' | null
  readonly requested_at: string | null
  readonly decided_at: string | null
  readonly expires_on: string | null
  readonly closed_at: string | null
}

/** One piece of work that a path could have carried. */
export interface Work {
  /** `source:native id`. */
  readonly id: string
  readonly sourceId: string
  readonly serviceId: string | null
  /** Who owned the service then; null when nobody is known. */
  readonly teamId: string | null
  readonly at: string
  readonly kind: 'deployment' | 'provisioning' | 'pipeline_run'
  readonly result: 'success' | 'failure' | 'unknown'
  readonly mechanism: Mechanism | null
  readonly rule: string
  /** Whether a person set it off, and no machine; null when the source does not say. */
  readonly userInitiated: boolean | null
  readonly eligibility: 'eligible' | 'not_eligible' | 'unknown'
  /** Done for a service that an exception of that time takes out. */
  readonly isExempt: boolean
}

/** Where a piece of work stands in the share of work that the path carries (ADO-04). */
export type WorkSet =
  | 'counted'
  | 'not_counted'
  | 'unknown'
  | `excluded:${'unowned' | 'not_eligible' | 'eligibility_unknown' | 'exempt' | 'break_glass' | 'not_successful'}`

export function workSetOf(work: Work): WorkSet {
  if (work.teamId === null) return 'excluded:unowned'
  if (work.eligibility === 'not_eligible') return 'excluded:not_eligible'
  if (work.eligibility === 'unknown') return 'excluded:eligibility_unknown'
  if (work.isExempt) return 'excluded:exempt'
  if (work.mechanism === 'break_glass') return 'excluded:break_glass'
  if (work.result !== 'success') return 'excluded:not_successful'
  if (work.mechanism === null) return 'unknown'
  return work.mechanism === 'path' ? 'counted' : 'not_counted'
}

/** Everything that `path` could have carried, in the order of the stored rows. */
export function* listWork(
  landscape: Landscape,
  path: Path,
  facts: WorkAndExceptions,
): Generator<Work> {
  const exempt = exemption(path, facts.exceptions)
  for (const work of worksOf(landscape, path, facts)) {
    yield work.isExempt || exempt(work) ? { ...work, isExempt: true } : work
  }
}

function worksOf(landscape: Landscape, path: Path, facts: WorkFacts): Iterable<Work> {
  switch (path.rules.work) {
    case 'changes':
      return changeWork(landscape, path, facts.changes)
    case 'deployments':
      return deploymentWork(landscape, path, facts.deployments)
    case 'provisioning':
      return requestWork(landscape, path, facts.requests)
    case 'activities':
      return activityWork(landscape, path, facts.activities)
  }
}

/** Whether the owner of a piece of work had an approved exception then that names its service. */
function exemption(path: Path, rows: readonly ExceptionRow[]): (work: Work) => boolean {
  const partial = rows
    .filter((row) => row.path_id === path.id && row.scope === 'partial')
    .map((row) => ({ row, services: servicesOf(row) }))
  const byTeam = Map.groupBy(partial, ({ row }) => row.team_id)
  return ({ teamId, serviceId, at }) =>
    serviceId !== null &&
    (byTeam.get(teamId ?? '') ?? []).some(
      ({ row, services }) => services.includes(serviceId) && isActive(row, at),
    )
}

/** An approved exception lasts until it is closed, also past its expiry. */
export function isActive(row: ExceptionRow, instant: string): boolean {
  const { decision, decided_at, closed_at } = row
  return decision === 'approved' && decided_at !== null && isWithin(decided_at, closed_at, instant)
}

/** The services that a partial exception takes out; its collector wrote the list. */
export const servicesOf = ({ service_ids }: ExceptionRow) => JSON.parse(service_ids) as string[]

const presenceOf = (path: Path, service: Service, at: string) =>
  presenceAt(path.presence(service), at)

const named = ({ source_id, native_id }: FactRow) => ({
  id: `${source_id}:${native_id}`,
  sourceId: source_id,
})

/** The platform may be a person or a pipeline. */
function isPerson(kind: ActorKind): boolean | null {
  if (kind === 'human') return true
  return kind === 'bot' ? false : null
}

function ofService(path: Path, service: Service, at: string) {
  return {
    serviceId: service.id,
    teamId: valueAt(service.owners, at) ?? null,
    at,
    eligibility: valueAt(path.eligibility(service), at)?.result ?? 'unknown',
    isExempt: false,
  }
}

/** A change to what several services share counts once for each team that owns one of them. */
function* changeWork(
  landscape: Landscape,
  path: Path,
  rows: readonly ChangeRow[],
): Generator<Work> {
  for (const row of rows) {
    const counted = new Set<string | null>()
    for (const service of servicesOfChange(landscape, row)) {
      const subject = ofService(path, service, row.merged_at)
      if (counted.has(subject.teamId)) continue
      if (subject.eligibility === 'eligible') counted.add(subject.teamId)
      const classified = classifyByEvidence(presenceOf(path, service, row.merged_at))
      yield {
        ...named(row),
        ...subject,
        kind: 'pipeline_run',
        result: 'success',
        userInitiated: isPerson(row.author_kind),
        ...classified,
      }
    }
  }
}

function servicesOfChange(landscape: Landscape, row: ChangeRow): readonly Service[] {
  const named = row.service_id === null ? undefined : landscape.serviceById.get(row.service_id)
  return named ? [named] : (landscape.servicesByRepository.get(row.repository_id) ?? [])
}

const OUTCOMES = { success: 'success', failure: 'failure' } as const

function* deploymentWork(
  landscape: Landscape,
  path: Path,
  rows: readonly DeploymentRow[],
): Generator<Work> {
  for (const row of rows) {
    const service = landscape.serviceById.get(row.service_id)
    if (service === undefined || row.outcome === 'cancelled' || row.outcome === 'open') continue
    const at = row.finished_at
    const classified = classifyDeployment(path.id, row, () => presenceOf(path, service, at))
    const result = row.outcome === 'unknown' ? 'unknown' : OUTCOMES[row.outcome]
    yield {
      ...named(row),
      ...ofService(path, service, at),
      kind: 'deployment',
      result,
      userInitiated: isPerson(row.initiator_kind),
      ...classified,
    }
  }
}

/** Withdrawn and rejected requests were no work of a path. */
function* requestWork(
  landscape: Landscape,
  path: Path,
  rows: readonly RequestRow[],
): Generator<Work> {
  const eligibility = teamReader(landscape, path)
  for (const row of rows) {
    const at = row.usable_at ?? row.ended_at
    if (at === null || !ENDED.has(row.result)) continue
    yield {
      ...named(row),
      serviceId: null,
      teamId: row.team_id,
      at,
      kind: 'provisioning',
      result: row.result === 'usable' ? 'success' : 'failure',
      userInitiated: true,
      ...classifyRequest(path.id, row),
      eligibility: eligibility(row.team_id, at),
      isExempt: false,
    }
  }
}

const ENDED: ReadonlySet<string> = new Set(['usable', 'failed', 'timeout'])

function* activityWork(
  landscape: Landscape,
  path: Path,
  rows: readonly ActivityRow[],
): Generator<Work> {
  const eligibility = teamReader(landscape, path)
  for (const row of rows) {
    if (row.path_id !== path.id) continue
    const at = row.occurred_at
    const service = landscape.serviceById.get(row.service_id ?? '')
    const subject = service ? ofService(path, service, at) : null
    const teamId = row.team_id ?? subject?.teamId ?? null
    const classified: Classified = classifyActivity(row)
    yield {
      ...named(row),
      serviceId: row.service_id,
      teamId,
      at,
      kind: row.kind,
      result: row.result,
      userInitiated: row.user_initiated === null ? null : row.user_initiated === 1,
      ...classified,
      eligibility: subject?.eligibility ?? (teamId === null ? 'unknown' : eligibility(teamId, at)),
      isExempt: row.exception_id !== null,
    }
  }
}

/** Finds whether `path` was meant for a team at an instant. */
export function teamReader(landscape: Landscape, path: Path) {
  return (teamId: string, at: string) => {
    const team = landscape.teamById.get(teamId) ?? unlisted(teamId)
    return teamEligibility(landscape, path, team, at).result
  }
}

const unlisted = (id: string): TeamRow => ({ id, name: id, active_from: null, active_to: null })

/** Whether `path` was meant for `team` at `instant`, by the services that it owned then. */
function teamEligibility(landscape: Landscape, path: Path, team: TeamRow, instant: string) {
  const services = ownedAt(landscape, team.id, instant).map(
    (service) => valueAt(path.eligibility(service), instant) ?? NOT_KNOWN,
  )
  return teamEligibilityAt(path, team, services, path.explicit, instant)
}

const NOT_KNOWN = { result: 'unknown', reason: null } as const

/** Services that existed and were owned by the team at `instant`, by id. */
export function ownedAt(landscape: Landscape, teamId: string, instant: string): Service[] {
  return (landscape.servicesByOwner.get(teamId) ?? []).filter(
    (service) =>
      valueAt(service.owners, instant) === teamId &&
      isWithin(service.createdAt ?? '', service.goneAt, instant),
  )
}
