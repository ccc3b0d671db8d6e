import type { Mechanism } from '#scorecards/adoption/mechanism.ts'

/** How it is known that a deployment failed, the strongest first. */
export type LinkKind = 'explicit' | 'rollback' | 'hotfix' | 'inferred'

/** Who or what a failure is due to. */
export type CauseClass = 'platform' | 'user_input' | 'policy' | 'dependency'

/** What a fact of any source is named by. */
export interface Named {
  readonly sourceId: string
  /** The source's own id. References in facts are such ids. */
  readonly nativeId: string
}

/** How results name a fact: `source:native id`. */
export const idOf = ({ sourceId, nativeId }: Named) => `${sourceId}:${nativeId}`

/**
 * Finds what a fact names among `facts`: by what its own source calls it; else what exactly one other
 * source does.
 */
export function toFinder<Fact extends Named>(
  facts: readonly Fact[],
): (own: Pick<Named, 'sourceId'>, nativeId: string | null) => Fact | null {
  const byId = new Map(facts.map((fact) => [idOf(fact), fact]))
  const byNativeId = Map.groupBy(facts, ({ nativeId }) => nativeId)
  return ({ sourceId }, nativeId) => {
    if (nativeId === null) return null
    const others = byNativeId.get(nativeId) ?? []
    return (
      byId.get(idOf({ sourceId, nativeId })) ?? (others.length === 1 ? others[0] : null) ?? null
    )
  }
}

export interface Service {
  readonly id: string
  /** Null when nobody knows where its code is. */
  readonly repositoryId: string | null
}

/** Something that went, or is to go, into the main line of a repository. */
export interface Change extends Named {
  readonly repositoryId: string
  /** Null: of the whole repository, and so of each of its services. */
  readonly serviceId: string | null
  readonly number: number | null
  readonly firstCommitAt: Date | null
  readonly openedAt: Date | null
  readonly readyAt: Date | null
  readonly firstReviewAt: Date | null
  readonly approvedAt: Date | null
  /** Null while it is open. */
  readonly mergedAt: Date | null
  readonly mergeSha: string | null
  readonly authorKind: 'human' | 'bot' | 'platform' | 'unknown'
  /** The change that it takes back, by its id, `#number` or commit. */
  readonly reverts: string | null
}

export interface Deployment extends Named {
  readonly serviceId: string
  /** Null is unmapped, never production. */
  readonly environmentTier: string | null
  readonly sha: string | null
  readonly version: string | null
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly outcome: 'success' | 'failure' | 'cancelled' | 'open' | 'unknown'
  readonly kind: 'planned' | 'hotfix' | 'rollback' | null
  readonly redeployOf: string | null
  readonly rollbackOf: string | null
  /** What its source says of how it was done; null: nothing. */
  readonly pathId: string | null
  readonly mechanism: Mechanism | null
  readonly initiatorKind: Change['authorKind']
}

export interface Incident extends Named {
  readonly serviceId: string | null
  readonly startedAt: Date | null
  readonly detectedAt: Date | null
  readonly restoredAt: Date | null
  readonly causedByDeploymentId: string | null
  /** How its source knows of that deployment; null: it names it, no more. */
  readonly linkKind: LinkKind | null
  readonly causeClass: CauseClass | null
}

/** A step of a provisioning request or of a change. */
export interface Step {
  readonly kind: 'auto' | 'human_wait' | 'human_work'
  readonly startedAt: Date
  /** Null while it runs, or when nobody noted its end. */
  readonly endedAt: Date | null
  /** Never a person. */
  readonly actorGroup: string | null
}
