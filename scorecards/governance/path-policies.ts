import type { Period } from '#lib/period.ts'
import type { Path, Service } from '#scorecards/adoption/landscape.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import type { Model } from '#scorecards/adoption/tracks.ts'
import { type ExceptionRow, teamReader } from '#scorecards/adoption/work.ts'
import type { CoveredInterval } from '#scorecards/coverage.ts'
import { idOf, type Named, toFinder } from '#scorecards/delivery/facts.ts'
import { type DeploymentCase, instantOf, isIn } from '#scorecards/delivery/production.ts'
import type { GovernedDeployment, GovernedRequest } from '#scorecards/governance/evidence-cases.ts'
import {
  graceEnd,
  type PolicyAttribute,
  type PolicyBook,
  type PolicyEvidence,
  type PolicyRequirement,
} from '#scorecards/governance/policy-evidence.ts'
import type { EvidenceItem } from '#scorecards/metrics/automated-evidence-share.ts'
import { isRead } from '#scorecards/support/requests.ts'

/** Stored rows that metrics of governance rest on; see db/schema.ts. */
export interface PolicyRows {
  readonly requirements: readonly RequirementRow[]
  readonly evidence: readonly EvidenceRow[]
  /** Which source told of evidence for which requirement, and since when. */
  readonly sources: readonly {
    readonly requirement_id: string
    readonly source_id: string
    readonly told_since: string
  }[]
  readonly requests: readonly RequestRow[]
  readonly deployments: readonly DeploymentRow[]
}

interface FactRow {
  readonly source_id: string
  readonly native_id: string
}

interface RequirementRow extends FactRow {
  readonly path_id: string | null
  readonly workload_class: string | null
  readonly data_classification: string | null
  readonly required_from: string
  readonly required_to: string | null
}

interface EvidenceRow extends FactRow {
  /** Of a request or a deployment; anything else is of no path. */
  readonly subject_type: string
  /** What any source calls it. */
  readonly subject_id: string
  readonly requirement_id: string
  readonly result: PolicyEvidence['result']
  readonly produced_at: string
  readonly collector_kind: EvidenceItem['collectorKind']
  /** What any source calls an exception. */
  readonly waiver_id: string | null
}

interface RequestRow extends FactRow {
  readonly team_id: string
  readonly workload_class: string | null
  readonly requested_at: string
  readonly usable_at: string | null
  readonly ended_at: string | null
  readonly result: string
}

interface DeploymentRow extends FactRow {
  readonly service_id: string
  readonly environment_tier: string | null
  readonly created_at: string
  readonly finished_at: string | null
  readonly outcome: DeploymentCase['outcome']
}

/** What policies ask of what is in scope of a path, and what came of it. */
export interface PathPolicies extends PolicyBook {
  readonly requests: readonly GovernedRequest[]
  readonly deployments: readonly GovernedDeployment[]
  /** Evidence for any of them. */
  readonly items: readonly EvidenceItem[]
}

/** Without anything read. */
export const NO_POLICIES: PathPolicies = {
  requirements: null,
  evidence: [],
  requests: [],
  deployments: [],
  items: [],
}

const EVIDENCE_SCOPE = 'entity:policy_evidence'

/** Evidence for one requirement, by a source that tells of no other. */
const OF_REQUIREMENT = `${EVIDENCE_SCOPE}:`

/** When evidence was read, for whatever requirement. */
export const evidenceRead = ({ coverage }: Model['landscape']): CoveredInterval[] =>
  [...coverage].flatMap(([scope, intervals]) =>
    scope === EVIDENCE_SCOPE || scope.startsWith(OF_REQUIREMENT) ? intervals : [],
  )

export const REGISTER_SCOPE = 'entity:policy_requirements'

/** Work is looked back on for so long to say what evidence is about. */
export const SUBJECT_DAYS = 182

/** Of work in `period`, as it stood at its end. */
export function toPathPolicies(
  model: Model,
  path: Path,
  rows: PolicyRows,
  period: Period,
): PathPolicies {
  const { to: asOf } = period
  const known = asOf.toISOString()
  const hasRegister =
    rows.requirements.some(({ required_from }) => required_from < known) ||
    model.landscape.coverage.has(REGISTER_SCOPE)
  const sources = rows.sources.filter(({ told_since }) => told_since < known)
  const uncovered = uncoveredReader(model, { ...rows, sources })
  const requests = listRequests(model, path, rows.requests, { uncovered, period })
  const deployments = listDeployments(model, path, rows.deployments, { uncovered, period })
  const find = { request: toFinder(requests), deployment: toFinder(deployments) }
  const isWaived = waiverReader(model.exceptions.filter(isKnownBefore(asOf)))
  const told = rows.evidence.flatMap((row) => {
    const subjectType = SUBJECT_TYPES.find((one) => one === row.subject_type)
    const subject = subjectType && find[subjectType](namesOf(row), row.subject_id)
    return subject ? [{ row, subjectType, subjectId: subject.id }] : []
  })
  return {
    requirements: hasRegister ? rows.requirements.map(toRequirement) : null,
    evidence: told.map(({ row, ...subject }) => ({
      ...subject,
      requirementId: row.requirement_id,
      result: row.result,
      producedAt: new Date(row.produced_at),
      isWaiverApproved: row.result === 'waived' ? isWaived(row) : null,
    })),
    items: told.map(({ row }) => ({
      id: idOf(namesOf(row)),
      producedAt: new Date(row.produced_at),
      collectorKind: row.collector_kind,
    })),
    requests,
    deployments,
  }
}

const SUBJECT_TYPES = ['request', 'deployment'] as const

const namesOf = ({ source_id, native_id }: FactRow): Named => ({
  sourceId: source_id,
  nativeId: native_id,
})

const toRequirement = (row: RequirementRow): PolicyRequirement => ({
  id: row.native_id,
  appliesTo: {
    pathId: row.path_id,
    workloadClass: row.workload_class,
    dataClassification: row.data_classification,
  },
  from: new Date(row.required_from),
  to: row.required_to === null ? null : new Date(row.required_to),
})

interface SubjectTerms {
  readonly uncovered: (from: Date, to: Date) => ReadonlySet<string>
  readonly period: Period
}

/** Requests of teams that the path was meant for. */
function listRequests(
  { landscape }: Model,
  path: Path,
  rows: readonly RequestRow[],
  { uncovered, period }: SubjectTerms,
): (GovernedRequest & Named)[] {
  const eligibility = teamReader(landscape, path)
  return rows.flatMap((row) => {
    const end = row.usable_at ?? row.ended_at
    const effectAt = row.result === 'usable' && end !== null ? new Date(end) : null
    const at = effectAt ?? new Date(end ?? row.requested_at)
    if (!isIn(period, at)) return []
    if (eligibility(row.team_id, row.requested_at) !== 'eligible') return []
    return {
      id: idOf(namesOf(row)),
      ...namesOf(row),
      team: row.team_id,
      effectAt,
      attributes: attributesOf(path, row.workload_class, null),
      uncovered: uncovered(new Date(row.requested_at), graceEnd({ effectAt: at })),
    }
  })
}

/** Deployments of services that the path was meant for. */
function listDeployments(
  { landscape }: Model,
  path: Path,
  rows: readonly DeploymentRow[],
  { uncovered, period }: SubjectTerms,
): (GovernedDeployment & Named)[] {
  return rows.flatMap((row) => {
    const service = landscape.serviceById.get(row.service_id)
    if (service === undefined) return []
    const one = toCase(row, service)
    const at = instantOf(one)
    if (!isIn(period, at)) return []
    if (valueAt(path.eligibility(service), at.toISOString())?.result !== 'eligible') return []
    const { workloadClass, dataClassification } = service
    return {
      ...one,
      ...namesOf(row),
      attributes: attributesOf(path, workloadClass, dataClassification),
      uncovered: uncovered(one.createdAt, graceEnd({ effectAt: at })),
    }
  })
}

function toCase(row: DeploymentRow, { owners }: Service): DeploymentCase {
  const at = row.finished_at ?? row.created_at
  return {
    id: idOf(namesOf(row)),
    team: valueAt(owners, at) ?? null,
    environmentTier: row.environment_tier,
    createdAt: new Date(row.created_at),
    finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
    outcome: row.outcome,
  }
}

const attributesOf = (
  { id }: Path,
  workloadClass: string | null,
  dataClassification: string | null,
): Readonly<Record<PolicyAttribute, string | null>> => ({
  pathId: id,
  workloadClass,
  dataClassification,
})

/**
 * Finds the requirements whose evidence was not read in all of a span, by every source that ever told
 * of it; of one that none told of, by any.
 */
function uncoveredReader({ landscape }: Model, { requirements, sources }: PolicyRows) {
  const ofAll = landscape.coverage.get(EVIDENCE_SCOPE) ?? []
  const tellers = Map.groupBy(sources, ({ requirement_id }) => requirement_id)
  const readings = requirements.map(({ native_id: id }) => {
    const intervals = [...ofAll, ...(landscape.coverage.get(`${OF_REQUIREMENT}${id}`) ?? [])]
    const bySource = Map.groupBy(intervals, ({ sourceId }) => sourceId)
    const all = tellers.get(id)?.map(({ source_id }) => bySource.get(source_id) ?? [])
    return { id, all: all ?? [intervals] }
  })
  return (from: Date, to: Date): ReadonlySet<string> =>
    new Set(
      readings
        .filter(({ all }) => !all.every((own) => isRead(own, { from, to })))
        .map(({ id }) => id),
    )
}

/** What was decided, or is asked for, since later was not known then. */
function isKnownBefore(asOf: Date) {
  const instant = asOf.toISOString()
  return ({ decided_at, requested_at }: ExceptionRow) => {
    const since = decided_at ?? requested_at
    return since === null || since < instant
  }
}

/** Whether the exception that a waiver names was approved; null when nobody knows it. */
function waiverReader(exceptions: readonly ExceptionRow[]) {
  const find = toFinder(exceptions.map((row) => ({ ...namesOf(row), decision: row.decision })))
  return (row: EvidenceRow): boolean | null => {
    const exception = find(namesOf(row), row.waiver_id)
    return exception === null ? null : exception.decision === 'approved'
  }
}
