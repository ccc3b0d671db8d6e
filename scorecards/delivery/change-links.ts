import { compareText } from '#lib/order.ts'
import { type Change, type Deployment, idOf, type Service } from '#scorecards/delivery/facts.ts'
import { type LiveDeployment, liveByService } from '#scorecards/delivery/production.ts'

export type MergedChange = Change & { readonly mergedAt: Date }

/** What one deployment to production brought there before any other of its service did. */
export interface Carriage {
  readonly deployment: LiveDeployment
  readonly result:
    | 'carries'
    /** Users had all of it already: a redeployment, a rollback, or none of the service's changes. */
    | 'nothing_new'
    /** `changes` may be years of merges, some of them deployed before anybody kept record. */
    | 'first_deployment'
    | 'unknown_sha'
    | 'not_on_main_line'
  /** The change whose commit was deployed; null where that is not known. */
  readonly upTo: MergedChange | null
  /** In the order of their merging. */
  readonly changes: readonly MergedChange[]
}

/**
 * Which changes every successful production deployment carried first, by service and in the order of
 * time. A deployment carries what was merged after the newest change that the service had in
 * production, up to and including the one whose commit it deploys: a change that was rolled back
 * and comes again stays with the deployment that first had it. A deployment that cannot be placed on
 * the main line links nothing and moves nothing: the next one that can carries its changes too.
 * Sorts once, then walks changes and deployments of a service side by side.
 */
export function linkChanges(facts: {
  readonly services: readonly Service[]
  readonly changes: readonly Change[]
  readonly deployments: readonly Deployment[]
}): Carriage[] {
  const mainLines = toMainLines(facts.changes.filter(isMerged).toSorted(byMerge))
  const live = liveByService(facts.deployments)
  return facts.services
    .toSorted((a, b) => compareText(a.id, b.id))
    .flatMap((service) => linkService(mainLines(service), live.get(service.id) ?? []))
}

const isMerged = (change: Change): change is MergedChange => change.mergedAt !== null

/** Those of one moment by number, since that is in doubt the order in which they were made. */
export const byMerge = (a: MergedChange, b: MergedChange) =>
  a.mergedAt.getTime() - b.mergedAt.getTime() ||
  (a.number ?? -1) - (b.number ?? -1) ||
  compareText(idOf(a), idOf(b))

/** What a service is built from. */
interface MainLine {
  /** Its changes, in the order of their merging. */
  readonly changes: readonly MergedChange[]
  /** The change that made a commit, also if it touched only a neighbour in the same repository. */
  readonly findCommit: (sha: string) => MergedChange | undefined
}

function toMainLines(merged: readonly MergedChange[]): (service: Service) => MainLine {
  const own = Map.groupBy(merged, ({ serviceId }) => serviceId)
  const shared = Map.groupBy(own.get(null) ?? [], ({ repositoryId }) => repositoryId)
  // Forks share commits.
  const bySha = Map.groupBy(merged, ({ mergeSha }) => mergeSha)
  return ({ id, repositoryId }) => ({
    changes: mergeSorted(own.get(id) ?? [], shared.get(repositoryId ?? '') ?? []),
    findCommit: (sha) =>
      bySha
        .get(sha)
        ?.find((change) => change.serviceId === id || change.repositoryId === repositoryId),
  })
}

function mergeSorted(
  own: readonly MergedChange[],
  shared: readonly MergedChange[],
): readonly MergedChange[] {
  if (shared.length === 0) return own
  return own.length === 0 ? shared : [...own, ...shared].toSorted(byMerge)
}

function linkService(line: MainLine, deployments: readonly LiveDeployment[]): Carriage[] {
  let mark: MergedChange | null = null
  let next = 0
  return deployments.map((deployment): Carriage => {
    const upTo = deployment.sha === null ? null : (line.findCommit(deployment.sha) ?? null)
    const unmoved = resultWithoutChanges(deployment, upTo, mark)
    if (upTo === null || unmoved !== null) {
      return { deployment, result: unmoved ?? 'not_on_main_line', upTo, changes: [] }
    }
    const start = next
    next = firstAfter(line.changes, upTo, start)
    const changes = line.changes.slice(start, next)
    const isFirst = mark === null
    mark = upTo
    if (isFirst) return { deployment, result: 'first_deployment', upTo, changes }
    return { deployment, result: changes.length > 0 ? 'carries' : 'nothing_new', upTo, changes }
  })
}

/** Null where the deployment may carry changes. Before the first one nothing can be said to be new. */
function resultWithoutChanges(
  { kind, redeployOf, sha }: LiveDeployment,
  upTo: MergedChange | null,
  mark: MergedChange | null,
): Carriage['result'] | null {
  if (kind === 'rollback' || (redeployOf !== null && mark !== null)) return 'nothing_new'
  if (sha === null) return 'unknown_sha'
  if (upTo === null) return 'not_on_main_line'
  return mark !== null && byMerge(upTo, mark) <= 0 ? 'nothing_new' : null
}

function firstAfter(changes: readonly MergedChange[], upTo: MergedChange, from: number): number {
  let index = from
  for (; index < changes.length; index += 1) {
    const change = changes[index]
    if (change === undefined || byMerge(change, upTo) > 0) break
  }
  return index
}

/** A change, with the moment at which a service first had it in production. */
export interface DeployedChange
  extends Pick<
    MergedChange,
    'firstCommitAt' | 'openedAt' | 'readyAt' | 'firstReviewAt' | 'mergedAt' | 'authorKind'
  > {
  readonly id: string
  readonly deployedAt: Date
  /** Then nobody knows how long it had been in production already. */
  readonly isOfFirstDeployment: boolean
}

/**
 * Of every change its first deployment: it belongs to the one that had it first, whichever service
 * that was of.
 */
export function firstOfEach<One>(
  all: readonly One[],
  changeOf: (one: One) => DeployedChange,
): One[] {
  const first = new Map<string, One>()
  for (const one of all) {
    const change = changeOf(one)
    const known = first.get(change.id)
    if (known === undefined || isBefore(change, changeOf(known))) first.set(change.id, one)
  }
  return [...first.values()]
}

const isBefore = (a: DeployedChange, b: DeployedChange) =>
  a.deployedAt < b.deployedAt ||
  (a.deployedAt.getTime() === b.deployedAt.getTime() && b.isOfFirstDeployment)

export function toDeployedChanges(carriages: readonly Carriage[]): DeployedChange[] {
  return carriages.flatMap(({ deployment, result, changes }) =>
    changes.map((change) => ({
      id: idOf(change),
      firstCommitAt: change.firstCommitAt,
      openedAt: change.openedAt,
      readyAt: change.readyAt,
      firstReviewAt: change.firstReviewAt,
      mergedAt: change.mergedAt,
      authorKind: change.authorKind,
      deployedAt: deployment.finishedAt,
      isOfFirstDeployment: result === 'first_deployment',
    })),
  )
}

/** How many changes a deployment carried first; null where that cannot be known. */
export function batchSizeOf({ result, changes }: Carriage): number | null {
  return result === 'carries' || result === 'nothing_new' ? changes.length : null
}
