import { compareText } from '#lib/order.ts'
import type { PathAttempt } from '#scorecards/adoption/path-attempts.ts'
import type { Step } from '#scorecards/delivery/facts.ts'
import { toEvidence } from '#scorecards/measure.ts'
import type { RequestedException } from '#scorecards/metrics/exception-decision-time.ts'
import type { NewService } from '#scorecards/metrics/new-work-choice-rate.ts'
import type { ResolvedRequest } from '#scorecards/metrics/support-resolution-time.ts'
import type { EnvironmentRequest } from '#scorecards/metrics/time-to-usable-environment.ts'
import type { MetricResult } from '#scorecards/result.ts'
import type { WorkedRequest } from '#scorecards/support/interaction-mode.ts'

/** What was asked of a path and tried on it. */
export interface PathCases {
  readonly requests: readonly LoggedRequest[]
  readonly attempts: readonly ExplainedAttempt[]
  /** About the path, and those that nobody has attributed to one. */
  readonly tickets: readonly Ticket[]
  readonly exceptions: readonly RequestedException[]
  /** All there are. */
  readonly services: readonly NewService[]
  readonly removed: RemovedCases
}

/** What was removed at its source: in none of the other lists, and in no number. */
export interface RemovedCases {
  readonly requests: readonly RemovedCase[]
  readonly attempts: readonly RemovedCase[]
  /** About the path. */
  readonly tickets: readonly RemovedCase[]
}

export const NO_CASES = {
  requests: [],
  removed: { requests: [], attempts: [], tickets: [] },
} as const satisfies Partial<PathCases>

export interface RemovedCase {
  readonly id: string
  /** When it had happened. */
  readonly at: Date
}

/** A provisioning request with what is logged of its way. */
export interface LoggedRequest extends EnvironmentRequest, Explained {
  readonly sourceId: string
  readonly nativeId: string
  readonly firstHumanStepAt: Date | null
  readonly steps: readonly Step[]
}

export type ExplainedAttempt = PathAttempt & Explained

/** What failed, with what is said of why; null says nothing. */
interface Explained {
  readonly causeCode: string | null
}

export type Ticket = ResolvedRequest & WorkedRequest

/** Rows as they are stored; see db/schema.ts. */
export interface CaseRows {
  readonly requests: readonly (Removable & {
    readonly team_id: string
    readonly target_key: string | null
    readonly chain_key: string | null
    readonly requested_at: string
    readonly first_human_step_at: string | null
    readonly usable_at: string | null
    readonly ended_at: string | null
    readonly result: EnvironmentRequest['result']
    readonly cause_code: string | null
  })[]
  readonly steps: readonly {
    readonly source_id: string
    readonly request_id: string | null
    readonly kind: Step['kind']
    readonly started_at: string
    readonly ended_at: string | null
    readonly actor_group: string | null
  }[]
  readonly attempts: readonly (Removable & {
    readonly team_id: string
    readonly started_at: string
    readonly ended_at: string | null
    readonly result: PathAttempt['result']
    readonly cause_code: string | null
  })[]
  readonly tickets: readonly (Removable & {
    readonly team_id: string | null
    readonly path_id: string | null
    readonly type: string | null
    readonly status_category: Ticket['statusCategory']
    readonly opened_at: string
    readonly resolved_at: string | null
    readonly opened_by_group: string | null
    readonly bot: number
    readonly linked_request_id: string | null
    readonly session_count: number | null
    readonly platform_people_count: number | null
    readonly executed_by: Ticket['executedBy']
    readonly both_sides_changed: number | null
    readonly co_design: number | null
  })[]
  readonly exceptions: readonly (Named & {
    readonly requested_at: string | null
    readonly decided_at: string | null
    readonly decision: RequestedException['decision']
  })[]
  readonly services: readonly {
    readonly id: string
    readonly created_at: string | null
    readonly created_via: string | null
    readonly off_path_option_existed: number | null
    readonly forced: number | null
  }[]
}

interface Named {
  readonly source_id: string
  readonly native_id: string
}

interface Removable extends Named {
  readonly gone_at: string | null
}

const idOf = ({ source_id, native_id }: Named) => `${source_id}:${native_id}`
const instant = (text: string | null) => (text === null ? null : new Date(text))
const flag = (stored: number | null) => (stored === null ? null : stored === 1)

export function toPathCases(rows: CaseRows): PathCases {
  const steps = Map.groupBy(rows.steps, (row) => `${row.source_id}:${row.request_id}`)
  return {
    removed: toRemovedCases(rows),
    requests: rows.requests.filter(isThere).map((row) => ({
      id: idOf(row),
      sourceId: row.source_id,
      nativeId: row.native_id,
      team: row.team_id,
      targetKey: row.target_key,
      chainKey: row.chain_key,
      requestedAt: new Date(row.requested_at),
      firstHumanStepAt: instant(row.first_human_step_at),
      usableAt: instant(row.usable_at),
      endedAt: instant(row.ended_at),
      result: row.result,
      causeCode: row.cause_code,
      steps: (steps.get(idOf(row)) ?? []).map((step) => ({
        kind: step.kind,
        startedAt: new Date(step.started_at),
        endedAt: instant(step.ended_at),
        actorGroup: step.actor_group,
      })),
    })),
    attempts: rows.attempts.filter(isThere).map((row) => ({
      id: idOf(row),
      team: row.team_id,
      startedAt: new Date(row.started_at),
      endedAt: instant(row.ended_at),
      result: row.result,
      causeCode: row.cause_code,
    })),
    tickets: rows.tickets.filter(isThere).map((row) => ({
      id: idOf(row),
      teamId: row.team_id,
      pathId: row.path_id,
      type: row.type,
      openedAt: new Date(row.opened_at),
      openedByGroup: row.opened_by_group,
      bot: row.bot === 1,
      statusCategory: row.status_category,
      resolvedAt: instant(row.resolved_at),
      linkedRequestId: row.linked_request_id,
      sessionCount: row.session_count,
      platformPeopleCount: row.platform_people_count,
      executedBy: row.executed_by,
      bothSidesChanged: flag(row.both_sides_changed),
      coDesign: flag(row.co_design),
    })),
    exceptions: rows.exceptions.map((row) => ({
      id: idOf(row),
      requestedAt: instant(row.requested_at),
      decidedAt: instant(row.decided_at),
      decision: row.decision,
    })),
    services: rows.services.map((row) => ({
      id: row.id,
      createdAt: instant(row.created_at),
      createdVia: row.created_via,
      offPathOptionExisted: flag(row.off_path_option_existed),
      forced: flag(row.forced),
    })),
  }
}

const isThere = ({ gone_at: goneAt }: Removable) => goneAt === null

function toRemovedCases({ requests, attempts, tickets }: CaseRows): RemovedCases {
  const removed = <Row extends Removable>(rows: readonly Row[], instantOf: (row: Row) => string) =>
    rows
      .filter((row) => !isThere(row))
      .map((row) => ({ id: idOf(row), at: new Date(instantOf(row)) }))
  return {
    requests: removed(requests, (row) => row.requested_at),
    attempts: removed(attempts, (row) => row.started_at),
    tickets: removed(
      tickets.filter((row) => row.path_id !== null),
      (row) => row.opened_at,
    ),
  }
}

/** The set of what was removed at its source. */
export const REMOVED = 'excluded:removed_at_source'

/** A result with what would be in its window if its source had not taken it back. */
export function withRemoved(
  result: MetricResult,
  removed: readonly RemovedCase[],
  { isBrief }: { readonly isBrief: boolean },
): MetricResult {
  const { start, end } = result.window
  const [from, to] = [new Date(start), new Date(end)]
  const own = removed.filter(({ at }) => at >= from && at < to)
  if (own.length === 0) return result
  const added = isBrief
    ? [{ kind: REMOVED, count: own.length }]
    : toEvidence(own.map(({ id }) => ({ id, kind: REMOVED })))
  const evidence = [...result.evidence, ...added]
  return { ...result, evidence: evidence.toSorted((a, b) => compareText(a.kind, b.kind)) }
}
