import type { Period } from '#lib/period.ts'
import { type CoveredInterval, coveredShare } from '#scorecards/coverage.ts'
import { within } from '#scorecards/in-period.ts'
import type { EvidenceKind } from '#scorecards/measure.ts'

/** Something that somebody asked the platform team: a ticket, or a thread that stands for one. */
export interface SupportRequest {
  readonly id: string
  /** The team that asked; null when the source does not say. */
  readonly teamId: string | null
  /** The path that it is about; null when nobody has said. */
  readonly pathId: string | null
  readonly openedAt: Date
  /** A group, never a person; null when the source does not say. */
  readonly openedByGroup: string | null
  /** Opened by a machine. */
  readonly bot: boolean
}

/** When every source of requests in scope had been read. */
export type Covered = readonly Pick<CoveredInterval, 'from' | 'to'>[]

const PLATFORM_TEAM = 'platform'

/**
 * The set of a request that is not known to come from outside the platform team and to be about the
 * path; null when it is. One that names neither a team nor a group may be the platform team's own.
 */
export function setOutside(request: SupportRequest): EvidenceKind | null {
  const { bot, openedByGroup, pathId, teamId } = request
  if (bot) return 'excluded:bot'
  if (openedByGroup === PLATFORM_TEAM) return 'excluded:platform_team'
  if (pathId === null) return 'excluded:no_path'
  return openedByGroup === null && teamId === null ? 'unknown' : null
}

/** Whoever sorts requests by it, finds those of a period without looking at all. */
export const openedAtOf = ({ openedAt }: SupportRequest) => openedAt

/** Requests opened in `period`. */
export const openedIn = <Request extends SupportRequest>(
  requests: readonly Request[],
  period: Period,
) => within(requests, openedAtOf, period)

/** How many requests from outside about the path were opened in `period`. */
export const countAsked = (requests: readonly SupportRequest[], period: Period) =>
  openedIn(requests, period).filter((request) => setOutside(request) === null).length

/** Whether all of `period` was read. */
export const isRead = (covered: Covered, { from, to }: Period) =>
  coveredShare(covered, from.getTime(), to.getTime()) === 1

/** Whether what happened at `instant` would have been seen. */
export const isSeen = (covered: Covered, instant: Date) =>
  covered.some(({ from, to }) => from <= instant.getTime() && instant.getTime() < to)
