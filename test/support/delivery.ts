import { millisecondsInDay, millisecondsInHour } from 'date-fns/constants'
import type { DeployedChange } from '#scorecards/delivery/change-links.ts'
import type { Change, Deployment, Incident, Step } from '#scorecards/delivery/facts.ts'
import type { DeploymentCase } from '#scorecards/delivery/production.ts'
import type { EnvironmentRequest } from '#scorecards/metrics/time-to-usable-environment.ts'
import type { EvidenceSet } from '#scorecards/result.ts'

/** A Monday: results of published weeks speak for such a moment. */
export const ASOF = new Date('2026-03-02T00:00:00Z')

/** So many hours before the as-of. */
export const hoursAgo = (hours: number) => new Date(ASOF.getTime() - hours * millisecondsInHour)

export const daysAgo = (days: number) => hoursAgo(days * 24)

export const plusHours = (instant: Date, hours: number) =>
  new Date(instant.getTime() + hours * millisecondsInHour)

/** The ids of each set. */
export const setsOf = ({ evidence }: { readonly evidence: readonly EvidenceSet[] }) =>
  Object.fromEntries(evidence.map(({ kind, ids }) => [kind, ids]))

/** A change of the service `shop`, merged and never reviewed. */
export function aChange(change: Partial<Change> & Pick<Change, 'nativeId'>): Change {
  return {
    sourceId: 'git',
    repositoryId: 'shop',
    serviceId: 'shop',
    number: null,
    firstCommitAt: null,
    openedAt: null,
    readyAt: null,
    firstReviewAt: null,
    approvedAt: null,
    mergedAt: null,
    mergeSha: `sha-${change.nativeId}`,
    authorKind: 'human',
    reverts: null,
    ...change,
  }
}

/** A planned deployment of `shop` that reached production. */
export function aDeployment(
  deployment: Partial<Deployment> & Pick<Deployment, 'nativeId' | 'finishedAt'>,
): Deployment {
  return {
    sourceId: 'ci',
    serviceId: 'shop',
    environmentTier: 'production',
    sha: null,
    version: null,
    createdAt: deployment.finishedAt ?? ASOF,
    startedAt: null,
    outcome: 'success',
    kind: 'planned',
    redeployOf: null,
    rollbackOf: null,
    pathId: null,
    mechanism: null,
    initiatorKind: 'unknown',
    ...deployment,
  }
}

/** An incident of `shop` that names no deployment. */
export function anIncident(incident: Partial<Incident> & Pick<Incident, 'nativeId'>): Incident {
  return {
    sourceId: 'pager',
    serviceId: 'shop',
    startedAt: null,
    detectedAt: null,
    restoredAt: null,
    causedByDeploymentId: null,
    linkKind: null,
    causeClass: null,
    ...incident,
  }
}

/** A deployment of `payments` that reached production a week before the as-of. */
export function aCase(deployment: Partial<DeploymentCase> = {}): DeploymentCase {
  const finishedAt = deployment.finishedAt === undefined ? daysAgo(7) : deployment.finishedAt
  return {
    id: 'deployment',
    team: 'payments',
    environmentTier: 'production',
    createdAt: finishedAt ?? daysAgo(7),
    outcome: 'success',
    ...deployment,
    finishedAt,
  }
}

/** A change committed `hours` before its deployment, which was a week before the as-of. */
export function aDeployedChange(
  hours: number | null,
  change: Partial<DeployedChange> = {},
): DeployedChange {
  const deployedAt = change.deployedAt ?? daysAgo(7)
  return {
    id: 'change',
    deployedAt,
    firstCommitAt: hours === null ? null : plusHours(deployedAt, -hours),
    openedAt: null,
    readyAt: null,
    firstReviewAt: null,
    mergedAt: deployedAt,
    authorKind: 'human',
    isOfFirstDeployment: false,
    ...change,
  }
}

/** A request of `payments` that was usable an hour after it was made, a week before the as-of. */
export function aRequest(request: Partial<EnvironmentRequest> = {}): EnvironmentRequest {
  const requestedAt = request.requestedAt ?? daysAgo(7)
  return {
    id: 'request',
    team: 'payments',
    targetKey: request.id ?? 'request',
    chainKey: null,
    requestedAt,
    usableAt: plusHours(requestedAt, 1),
    endedAt: null,
    result: 'usable',
    ...request,
  }
}

export const aStep = (step: Partial<Step> = {}): Step => ({
  kind: 'auto',
  startedAt: daysAgo(7),
  endedAt: daysAgo(7),
  actorGroup: null,
  ...step,
})

/** A service that was read in full for the `days` before the as-of. */
export function aCoveredService(id = 'shop', days = 91) {
  const to = ASOF.getTime()
  return { id, covered: [{ from: to - days * millisecondsInDay, to }] }
}
