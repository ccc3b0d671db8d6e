import type { CauseClass } from '#scorecards/delivery/facts.ts'
import { idOf } from '#scorecards/delivery/facts.ts'
import type { LinkedDelivery } from '#scorecards/delivery/ledger.ts'
import { isLive, type LiveDeployment } from '#scorecards/delivery/production.ts'

/** A deployment that reached production and failed by a link that counts (see REL-03). */
export interface FailedDeployment
  extends Pick<LiveDeployment, 'serviceId' | 'finishedAt' | 'pathId' | 'mechanism'> {
  readonly id: string
  /** Why it is said to have failed, at least once. */
  readonly failures: readonly FailureCause[]
}

interface FailureCause {
  /** From when on this could be known. */
  readonly knownAt: Date
  /** Null: nobody recorded it. */
  readonly causeClass: CauseClass | null
}

/** Those that finished at `since` or later, whenever that became known. */
export function listFailedDeployments(
  { deployments, links }: LinkedDelivery,
  since: Date,
): FailedDeployment[] {
  return deployments.filter(isLive).flatMap((deployment) => {
    const { serviceId, finishedAt, pathId, mechanism } = deployment
    if (finishedAt < since) return []
    const id = idOf(deployment)
    const failures = (links.failures.get(id) ?? [])
      .filter(({ linkKind }) => linkKind !== 'inferred')
      .map(({ knownAt, incident }) => ({ knownAt, causeClass: incident?.causeClass ?? null }))
    return failures.length === 0 ? [] : [{ id, serviceId, finishedAt, pathId, mechanism, failures }]
  })
}

export const encodeFailedDeployments = (failed: readonly FailedDeployment[]): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(failed))

/** What `encodeFailedDeployments` wrote. */
export function decodeFailedDeployments(bytes: Uint8Array): FailedDeployment[] {
  return JSON.parse(new TextDecoder().decode(bytes), (key, value: unknown) =>
    key === 'finishedAt' || key === 'knownAt' ? new Date(String(value)) : value,
  )
}
