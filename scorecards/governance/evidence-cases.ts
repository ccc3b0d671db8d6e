import type { Period } from '#lib/period.ts'
import { type DeploymentCase, isIn, setOutside } from '#scorecards/delivery/production.ts'
import {
  type Completeness,
  graceEnd,
  type Judge,
  type PolicySubject,
} from '#scorecards/governance/policy-evidence.ts'
import type { EvidenceKind } from '#scorecards/measure.ts'

/** What is known of a subject beside when it took effect. */
export type PolicyTerms = Pick<PolicySubject, 'attributes' | 'uncovered'>

/** A request in scope of the path, whether the path or something else served it. */
export interface GovernedRequest extends PolicyTerms {
  readonly id: string
  readonly team: string
  /** Null when it did not take effect. */
  readonly effectAt: Date | null
}

export type GovernedDeployment = DeploymentCase & PolicyTerms

/** A request or a deployment among the cases of one result. */
export interface GovernedCase {
  readonly id: string
  readonly team: string | null
  /** Null where it took no effect that evidence is asked for; then `outside` says why. */
  readonly subject: PolicySubject | null
  readonly outside: EvidenceKind | null
}

export function requestCase(request: GovernedRequest): GovernedCase {
  const { id, team, effectAt, attributes, uncovered } = request
  if (effectAt === null) return { id, team, subject: null, outside: 'excluded:no_effect' }
  const subject = { subjectType: 'request', id, effectAt, attributes, uncovered } as const
  return { id, team, subject, outside: null }
}

/** It took effect when it had reached production. */
export function deploymentCase(deployment: GovernedDeployment): GovernedCase {
  const { id, team, finishedAt, createdAt, attributes, uncovered } = deployment
  const effectAt = finishedAt ?? createdAt
  const subject = { subjectType: 'deployment', id, effectAt, attributes, uncovered } as const
  return { id, team, subject, outside: setOutside(deployment) }
}

/** Cases that took effect in `period`, and those that never did. */
export const casesIn = (cases: readonly GovernedCase[], period: Period) =>
  cases.filter(({ subject }) => subject === null || isIn(period, subject.effectAt))

/** A case with what had come of its requirements by the end of its grace time. */
export interface JudgedCase extends GovernedCase {
  /** Null where it was not asked, or it is too early to ask. */
  readonly completeness: Completeness | null
  /** The set that it is in when completeness is what is counted. */
  readonly kind: EvidenceKind
}

export interface JudgeTerms {
  readonly asOf: Date
  readonly judge: Judge
}

export function judgeCase(one: GovernedCase, { asOf, judge }: JudgeTerms): JudgedCase {
  const { subject, outside } = one
  if (outside !== null || subject === null) {
    return { ...one, completeness: null, kind: outside ?? 'unknown' }
  }
  const deadline = graceEnd(subject)
  if (deadline > asOf) return { ...one, completeness: null, kind: 'not_matured' }
  const completeness = judge(subject, deadline)
  return { ...one, completeness, kind: SETS[completeness] }
}

const SETS: Readonly<Record<Completeness, EvidenceKind>> = {
  complete: 'counted',
  incomplete: 'not_counted',
  unknown: 'unknown',
  not_required: 'excluded:no_requirement',
}
