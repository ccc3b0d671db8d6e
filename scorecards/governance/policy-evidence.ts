import { millisecondsInHour } from 'date-fns/constants'

/** What a policy asks of everything that it applies to, while it is in force. */
export interface PolicyRequirement {
  readonly id: string
  /** Null: whatever that is. */
  readonly appliesTo: Readonly<Record<PolicyAttribute, string | null>>
  readonly from: Date
  /** From then on no more. Null while it is in force. */
  readonly to: Date | null
}

export type PolicyAttribute = 'pathId' | 'workloadClass' | 'dataClassification'

export interface PolicyEvidence {
  readonly subjectType: PolicySubject['subjectType']
  readonly subjectId: string
  readonly requirementId: string
  /** Whatever is neither a pass nor a waiver meets no requirement. */
  readonly result:
    | 'pass'
    | 'fail'
    | 'waived'
    | 'warn'
    | 'error'
    | 'skip'
    | 'bypass'
    | 'inconclusive'
  readonly producedAt: Date
  /** Of a waiver. Null when nobody knows. */
  readonly isWaiverApproved: boolean | null
}

/** Something that took effect and that policies ask evidence for. */
export interface PolicySubject {
  readonly subjectType: 'request' | 'deployment'
  readonly id: string
  readonly effectAt: Date
  /** The path that it is in scope for, on it or around it. Null when an attribute is not known. */
  readonly attributes: Readonly<Record<PolicyAttribute, string | null>>
  /** Requirements whose evidence was not fully read until the grace time had passed. */
  readonly uncovered: ReadonlySet<string>
}

export interface PolicyBook {
  /** Null when nobody keeps a register of them. */
  readonly requirements: readonly PolicyRequirement[] | null
  readonly evidence: readonly PolicyEvidence[]
}

/** Evidence may follow the effect for so long. */
export const GRACE_HOURS = 24

export const graceEnd = ({ effectAt }: Pick<PolicySubject, 'effectAt'>) =>
  new Date(effectAt.getTime() + GRACE_HOURS * millisecondsInHour)

/**
 * Whether `requirement` holds for `subject`: in force when the subject took effect, and each attribute
 * that it names is the subject's. Null when an attribute that would decide is not known.
 */
function appliesTo(requirement: PolicyRequirement, subject: PolicySubject): boolean | null {
  const { from, to } = requirement
  const isInForce = from <= subject.effectAt && (to === null || subject.effectAt < to)
  const attributes: readonly PolicyAttribute[] = ['pathId', 'workloadClass', 'dataClassification']
  const named = attributes.filter((attribute) => requirement.appliesTo[attribute] !== null)
  const isOther = (attribute: PolicyAttribute) =>
    subject.attributes[attribute] !== null &&
    subject.attributes[attribute] !== requirement.appliesTo[attribute]
  if (!isInForce || named.some(isOther)) return false
  return named.every((attribute) => subject.attributes[attribute] !== null) ? true : null
}

/**
 * What the requirements for a subject have come to. `unknown`: it is not known which apply, or their
 * evidence was not read, or does not tell; `not_required`: nothing was asked of it.
 */
export type Completeness = 'complete' | 'incomplete' | 'unknown' | 'not_required'

/** What had come of the requirements for a subject by evidence produced at or before `deadline`. */
export type Judge = (subject: PolicySubject, deadline: Date) => Completeness

/**
 * A subject is complete when the newest evidence for each requirement that applies to it is a pass or
 * an approved waiver. A subject of which any requirement was not read is unknown, also when another
 * one fails: to count of such only those that fail would make things look worse.
 */
export function toJudge({ requirements, evidence }: PolicyBook): Judge {
  const bySubject = Map.groupBy(evidence, subjectOf)
  return (subject, deadline) => {
    const required = (requirements ?? [])
      .map((requirement) => ({ ...requirement, applies: appliesTo(requirement, subject) }))
      .filter(({ applies }) => applies !== false)
    if (required.length === 0) return 'not_required'
    const isRead = ({ id, applies }: (typeof required)[number]) =>
      applies !== null && !subject.uncovered.has(id)
    if (!required.every(isRead)) return 'unknown'
    const inTime = (bySubject.get(`${subject.subjectType} ${subject.id}`) ?? []).filter(
      ({ producedAt }) => producedAt <= deadline,
    )
    const byRequirement = Map.groupBy(inTime, ({ requirementId }) => requirementId)
    return toCompleteness(required.map(({ id }) => isMet(byRequirement.get(id) ?? [])))
  }
}

const subjectOf = ({ subjectType, subjectId }: PolicyEvidence) => `${subjectType} ${subjectId}`

/** By the newest of `evidence`. Of what came at one moment a failure weighs more than a pass. */
function isMet(evidence: readonly PolicyEvidence[]): boolean | null {
  if (evidence.length === 0) return false
  const newest = Math.max(...evidence.map(({ producedAt }) => producedAt.getTime()))
  return allOf(evidence.filter(({ producedAt }) => producedAt.getTime() === newest).map(isPassing))
}

function isPassing({ result, isWaiverApproved }: PolicyEvidence): boolean | null {
  return result === 'waived' ? isWaiverApproved : result === 'pass'
}

/** Of answers that may not be known. */
function allOf(answers: readonly (boolean | null)[]): boolean | null {
  if (answers.includes(false)) return false
  return answers.includes(null) ? null : true
}

function toCompleteness(met: readonly (boolean | null)[]): Completeness {
  const areAllMet = allOf(met)
  if (areAllMet === null) return 'unknown'
  return areAllMet ? 'complete' : 'incomplete'
}
