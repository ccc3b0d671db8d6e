/** How a piece of work was done. `off_path`: not by the path, the kind of detour is not known. */
export type Mechanism = 'path' | 'parallel_pipeline' | 'manual_change' | 'break_glass' | 'off_path'

/** A mechanism, null when nothing is known of it, with the rule that decided. */
export interface Classified {
  readonly mechanism: Mechanism | null
  readonly rule: string
}

/** What the service's repository showed at that time; null is not known. */
export interface Presence {
  readonly onPath: boolean | null
  readonly offPath: boolean | null
}

/** Work that says nothing of itself, by the evidence of its moment. */
export function classifyByEvidence(presence: Presence | undefined): Classified {
  if (presence === undefined || presence.onPath === null) {
    return { mechanism: null, rule: 'nothing_known' }
  }
  if (presence.onPath) return { mechanism: 'path', rule: 'evidence' }
  if (presence.offPath) return { mechanism: 'parallel_pipeline', rule: 'off_path_evidence' }
  return { mechanism: 'off_path', rule: 'evidence_absent' }
}

/** A deployment by what its source says, else by the evidence of its moment. */
export function classifyDeployment(
  pathId: string,
  deployment: { readonly mechanism: Mechanism | null; readonly path_id: string | null },
  presence: () => Presence | undefined,
): Classified {
  const isOther = deployment.path_id !== null && deployment.path_id !== pathId
  if (deployment.mechanism === 'path' && isOther)
    return { mechanism: 'off_path', rule: 'other_path' }
  if (deployment.mechanism !== null) return { mechanism: deployment.mechanism, rule: 'source' }
  if (deployment.path_id === pathId) return { mechanism: 'path', rule: 'path_id' }
  return classifyByEvidence(presence())
}

/** A provisioning request that did not ask this path was served by hand. */
export function classifyRequest(
  pathId: string,
  request: { readonly path_id: string | null },
): Classified {
  return { mechanism: request.path_id === pathId ? 'path' : 'manual_change', rule: 'request' }
}

/** The row of an activity, as its source classified it. */
export function classifyActivity(activity: {
  readonly mechanism: Mechanism | null
  readonly mechanism_rule: string | null
}): Classified {
  if (activity.mechanism === null) return { mechanism: null, rule: 'nothing_known' }
  return { mechanism: activity.mechanism, rule: activity.mechanism_rule ?? 'source' }
}
