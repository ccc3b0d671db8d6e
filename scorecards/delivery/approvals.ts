import type { Period } from '#lib/period.ts'
import type { Path } from '#scorecards/adoption/landscape.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import type { Model } from '#scorecards/adoption/tracks.ts'
import { idOf, type Step } from '#scorecards/delivery/facts.ts'
import { withStepsUntil } from '#scorecards/delivery/step-log.ts'

/** A change on its way to its users, with what is logged of that. */
export interface LoggedChange {
  /** The commit that merged it. */
  readonly sha: string
  readonly steps: readonly (Step & { readonly id: string })[]
}

/** Rows as they are stored; see db/schema.ts. */
export interface ApprovalRows {
  readonly steps: readonly {
    readonly source_id: string
    readonly native_id: string
    readonly change_sha: string | null
    readonly kind: Step['kind']
    readonly started_at: string
    readonly ended_at: string | null
    readonly actor_group: string | null
  }[]
  /** Merged. */
  readonly changes: readonly {
    readonly merge_sha: string | null
    readonly repository_id: string
    readonly service_id: string | null
    readonly merged_at: string | null
  }[]
}

/**
 * Reads the changes of which a step had ended in a period, as they stood at its end: of services that
 * the path was meant for when they were merged.
 */
export function approvalReader(
  model: Model,
  path: Path,
  { steps, changes }: ApprovalRows,
): (period: Period) => readonly LoggedChange[] {
  const logs = Map.groupBy(steps, (row) => row.change_sha)
  const merged = Map.groupBy(changes.filter(isMeantFor(model, path)), (row) => row.merge_sha)
  const logged = [...merged].flatMap(([sha, own]) => {
    const [first] = own.map(({ merged_at }) => merged_at ?? '').toSorted()
    if (sha === null || first === undefined) return []
    return { sha, mergedAt: new Date(first), steps: (logs.get(sha) ?? []).map(toStep) }
  })
  return ({ from, to: asOf }) => {
    const isRecent = ({ endedAt }: Step) => endedAt !== null && endedAt >= from
    return logged
      .filter(({ mergedAt }) => mergedAt < asOf)
      .map((change) => withStepsUntil(change, asOf))
      .filter((change) => change.steps.some(isRecent))
  }
}

/** A change of a whole repository is one of each of its services. */
const isMeantFor =
  ({ landscape }: Model, path: Path) =>
  (change: ApprovalRows['changes'][number]): boolean => {
    const { repository_id: repository, service_id: id, merged_at: mergedAt } = change
    const named = id === null ? undefined : landscape.serviceById.get(id)
    const services = id === null ? landscape.servicesByRepository.get(repository) : named && [named]
    return (services ?? []).some(
      (service) => valueAt(path.eligibility(service), mergedAt ?? '')?.result === 'eligible',
    )
  }

const toStep = (row: ApprovalRows['steps'][number]): LoggedChange['steps'][number] => ({
  id: idOf({ sourceId: row.source_id, nativeId: row.native_id }),
  kind: row.kind,
  startedAt: new Date(row.started_at),
  endedAt: row.ended_at === null ? null : new Date(row.ended_at),
  actorGroup: row.actor_group,
})
