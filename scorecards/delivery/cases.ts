import { type Span, valueAt } from '#scorecards/adoption/spans.ts'
import {
  type Carriage,
  type DeployedChange,
  linkChanges,
} from '#scorecards/delivery/change-links.ts'
import { type Deployment, type Incident, idOf, type LinkKind } from '#scorecards/delivery/facts.ts'
import { type FailureLinks, failuresAt, linkFailures } from '#scorecards/delivery/failure-links.ts'
import { type DeliveryFacts, listFirstDeployed } from '#scorecards/delivery/ledger.ts'
import {
  type DeploymentCase,
  instantOf,
  isIn,
  type Span as Window,
} from '#scorecards/delivery/production.ts'
import type { Replacement } from '#scorecards/delivery/rollbacks.ts'
import { type EvidenceKind, toEvidence } from '#scorecards/measure.ts'
import { changeFailRate, setOfJudged } from '#scorecards/metrics/change-fail-rate.ts'
import { changeLeadTime, setOfChange } from '#scorecards/metrics/change-lead-time.ts'
import { deploymentFrequency, setOfDeployed } from '#scorecards/metrics/deployment-frequency.ts'
import { deploymentReworkRate, setOfRework } from '#scorecards/metrics/deployment-rework-rate.ts'
import {
  failedDeploymentRecoveryTime,
  setOfFailed,
} from '#scorecards/metrics/failed-deployment-recovery-time.ts'
import { rollbackRate, setOfReplacing } from '#scorecards/metrics/rollback-rate.ts'
import type { EvidenceSet } from '#scorecards/result.ts'

/** Whose rows, over which window, seen from which moment. */
export interface EvidenceQuestion extends Required<Window> {
  /** Null: everybody's. */
  readonly teams: ReadonlySet<string> | null
  /** Whether a team's week of a service was read from beginning to end. */
  readonly isRead: (team: string, serviceId: string, at: Date) => boolean
  /** Whether anybody would have told of an incident at an instant. */
  readonly isTold: (at: Date) => boolean
}

/**
 * The rows behind a metric of delivery by what became of them; together all of the window. Undefined
 * for any other metric. The same rules as for the ledgers that the numbers are computed from.
 */
export function deliveryEvidence(
  metricId: string,
  facts: readonly DeliveryFacts[],
  question: EvidenceQuestion,
): readonly EvidenceSet[] | undefined {
  const sort = SORTS[metricId]
  return sort && toEvidence(sort(facts.map(toLinked), question))
}

interface Linked {
  readonly facts: DeliveryFacts
  readonly carriages: readonly Carriage[]
  readonly links: FailureLinks
  readonly ownerAt: (serviceId: string, at: Date) => string | null
}

function toLinked(facts: DeliveryFacts): Linked {
  const carriages = linkChanges(facts)
  const owners = new Map<string, readonly Span<string | null>[]>(
    facts.services.map((service) => [service.id, service.owners]),
  )
  return {
    facts,
    carriages,
    links: linkFailures({ ...facts, carriages }),
    ownerAt: (serviceId, at) => valueAt(owners.get(serviceId) ?? [], at.toISOString()) ?? null,
  }
}

type Sorted = readonly { readonly id: string; readonly kind: EvidenceKind }[]
type Sort = (linked: readonly Linked[], question: EvidenceQuestion) => Sorted

const SORTS: Readonly<Record<string, Sort>> = {
  [changeLeadTime.definition.id]: (linked, question) =>
    deployedChanges(linked, question).map((change) => ({
      id: change.id,
      kind: setOfChange(change),
    })),
  [deploymentFrequency.definition.id]: (linked, question) =>
    casesOf(linked, question).map((one) => ({
      id: one.id,
      kind: setOfDeployed(one, question.isRead(one.team ?? '', one.serviceId, instantOf(one))),
    })),
  [rollbackRate.definition.id]: (linked, question) =>
    casesOf(linked, question).map((one) => ({
      id: one.id,
      kind: setOfReplacing({ ...one, isAborted: null }),
    })),
  [changeFailRate.definition.id]: (linked, question) =>
    casesOf(linked, question).map((one) => ({
      id: one.id,
      kind: setOfJudged({ ...one, failedBy: judge(one, question) }, question.asOf),
    })),
  [failedDeploymentRecoveryTime.definition.id]: (linked, question) =>
    casesOf(linked, question).flatMap((one) =>
      one.strongest === null
        ? []
        : [{ id: one.id, kind: setOfFailed({ ...one, failedBy: one.strongest }, question.asOf) }],
    ),
  [deploymentReworkRate.definition.id]: (linked, question) =>
    casesOf(linked, question).map((one) => ({ id: one.id, kind: setOfRework(one, question.asOf) })),
}

interface DeliveryCase extends DeploymentCase, Pick<Deployment, 'kind' | 'serviceId'> {
  readonly isRemedy: boolean
  readonly rollback: Replacement['rollback']
  /** The strongest link to a failure that was known at the as-of. */
  readonly strongest: LinkKind | null
  /** By a link that counts. */
  readonly incidents: readonly Incident[]
}

/** Deployments of the window that are the teams', or are in question because nobody's are. */
function casesOf(linked: readonly Linked[], question: EvidenceQuestion): DeliveryCase[] {
  return linked.flatMap(({ facts, links, ownerAt }) =>
    facts.deployments.flatMap((deployment) => {
      const at = instantOf({ ...deployment, id: '', team: null })
      const team = ownerAt(deployment.serviceId, at)
      if (!isIn(question.window, at) || !isOf(question, team)) return []
      const id = idOf(deployment)
      const known = failuresAt(links, id, question.asOf)
      return [
        {
          ...deployment,
          id,
          team,
          isRemedy: links.remedies.has(id),
          rollback: links.rollbacks.get(id) ?? 'no',
          strongest: known[0]?.linkKind ?? null,
          incidents: known.flatMap(({ incident, linkKind }) =>
            incident === null || linkKind === 'inferred' ? [] : [incident],
          ),
        },
      ]
    }),
  )
}

const isOf = ({ teams }: EvidenceQuestion, team: string | null) =>
  team !== null && (teams === null || teams.has(team))

/** A link that counts is known whoever tells of incidents; that there is none only where somebody does. */
function judge({ strongest, ...one }: DeliveryCase, { isTold }: EvidenceQuestion) {
  if (strongest !== null && strongest !== 'inferred') return strongest
  return isTold(instantOf(one)) ? (strongest ?? 'none') : null
}

/** What several services share belongs to the deployment that had it first. */
function deployedChanges(linked: readonly Linked[], question: EvidenceQuestion): DeployedChange[] {
  return linked.flatMap(({ carriages, ownerAt }) =>
    listFirstDeployed(carriages).flatMap(({ change, serviceId }) => {
      const isAsked =
        isIn(question.window, change.deployedAt) &&
        isOf(question, ownerAt(serviceId, change.deployedAt))
      return isAsked ? [change] : []
    }),
  )
}
