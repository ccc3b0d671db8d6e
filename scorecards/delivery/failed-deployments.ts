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

/** Whenever that became known. */
export function listFailedDeployments({ deployments, links }: LinkedDelivery): FailedDeployment[] {
  return deployments.filter(isLive).flatMap((deployment) => {
    const { serviceId, finishedAt, pathId, mechanism } = deployment
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
  // Only `encodeFailedDeployments` writes it.
  const rows = JSON.parse(new TextDecoder().decode(bytes)) as readonly Stored[]
  return rows.map(({ finishedAt, failures, ...rest }) => ({
    ...rest,
    finishedAt: new Date(finishedAt),
    failures: failures.map(({ knownAt, causeClass }) => ({
      knownAt: new Date(knownAt),
      causeClass,
    })),
  }))
}

interface Stored extends Omit<FailedDeployment, 'finishedAt' | 'failures'> {
  readonly finishedAt: string
  readonly failures: readonly { readonly knownAt: string; readonly causeClass: CauseClass | null }[]
}
