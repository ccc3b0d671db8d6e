import { millisecondsInHour } from 'date-fns/constants'
import type { Period } from '#lib/period.ts'
import type { Step } from '#scorecards/delivery/facts.ts'
import { hasPlatformStep, platformGroups } from '#scorecards/delivery/step-log.ts'
import { byTime } from '#scorecards/in-period.ts'
import type { EvidenceKind } from '#scorecards/measure.ts'
import type { Use } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import type { WorkedRequest } from '#scorecards/support/interaction-mode.ts'
import { setOutside } from '#scorecards/support/requests.ts'

/** A use with whose it is and what it is; null when the team is not known. */
export interface TeamUse extends Use {
  readonly sourceId: string
  readonly teamId: string | null
  readonly kind: 'deployment' | 'provisioning' | 'pipeline_run'
}

/** A provisioning request with what is logged of its way; `steps` is empty when nothing is. */
export interface ProvisioningRequest {
  readonly id: string
  readonly sourceId: string
  /** The source's own id, by which support requests name it. */
  readonly nativeId: string
  readonly teamId: string
  readonly requestedAt: Date
  readonly firstHumanStepAt: Date | null
  readonly steps: readonly Step[]
}

export interface PathAttempt {
  readonly id: string
  readonly teamId: string
  readonly startedAt: Date
}

export interface PathWork {
  readonly uses: readonly TeamUse[]
  readonly provisioningRequests: readonly ProvisioningRequest[]
  readonly attempts: readonly PathAttempt[]
}

/** A use of the path, a request for what it offers, or an attempt on it. */
export interface Episode {
  readonly id: string
  /** Null of what is no use. */
  readonly use: TeamUse | null
  /** Null when nobody knows whose it is. */
  readonly teamId: string | null
  readonly at: Date
  /** Of a provisioning request, the source's own id; null of anything else. */
  readonly requestId: string | null
  /** Null where the log does not tell. */
  readonly hasManualApproval: boolean | null
  /** Groups on the platform's side that had a part in it, as far as they are known. */
  readonly helpers: readonly string[]
  /** The set of what is no episode or may be none; null of an episode. */
  readonly outside: EvidenceKind | null
}

/**
 * All work as episodes. A use and an attempt need nobody's approval: where somebody has to approve,
 * that is a request.
 */
export function toEpisodes({ uses, provisioningRequests, attempts }: PathWork): Episode[] {
  const requesting = new Set(provisioningRequests.map(({ sourceId }) => sourceId))
  const alone = { requestId: null, hasManualApproval: false, helpers: [] }
  return [
    ...uses.map((use) => ({
      ...alone,
      id: use.id,
      use,
      teamId: use.teamId,
      at: use.occurredAt,
      outside: setOutsideEpisodes(use, requesting),
    })),
    ...provisioningRequests.map((request) => ({
      id: request.id,
      use: null,
      teamId: request.teamId,
      at: request.requestedAt,
      requestId: request.nativeId,
      hasManualApproval: hasPlatformStep(request.steps, request.firstHumanStepAt),
      helpers: platformGroups(request.steps),
      outside: null,
    })),
    ...attempts.map(({ id, teamId, startedAt }) => ({
      ...alone,
      id,
      use: null,
      teamId,
      at: startedAt,
      outside: null,
    })),
  ]
}

/** A source that tells of requests tells of provisioning by them. */
function setOutsideEpisodes(use: TeamUse, requesting: ReadonlySet<string>): EvidenceKind | null {
  const { mechanism, userInitiated, kind, sourceId, teamId } = use
  if (mechanism !== null && mechanism !== 'path') return 'excluded:not_by_path'
  if (userInitiated === false) return 'excluded:automated'
  if (kind === 'provisioning' && requesting.has(sourceId)) return 'excluded:told_by_request'
  const isKnown = mechanism !== null && userInitiated !== null && teamId !== null
  return isKnown ? null : 'unknown'
}

/** When a support request about an episode of that moment is opened: 24 hours before to 72 after. */
export const helpSpan = (at: Date): Period => ({
  from: new Date(at.getTime() - 24 * millisecondsInHour),
  to: new Date(at.getTime() + 72 * millisecondsInHour),
})

/** An episode of before then was asked about by `asOf` if it ever will be: half-open. */
export const ripeUntil = (asOf: Date): Date =>
  new Date(asOf.getTime() - 72 * millisecondsInHour + 1)

/**
 * Finds the support requests of an episode: those that name it, whenever they were opened, and those
 * of its team about the path around that time. One that names a provisioning request is of no other.
 */
export function requestLinker(
  requests: readonly WorkedRequest[],
): (episode: Episode) => readonly WorkedRequest[] {
  const byName = Map.groupBy(
    requests.filter(({ bot }) => !bot),
    ({ linkedRequestId }) => linkedRequestId,
  )
  const unnamed = (byName.get(null) ?? []).filter((request) => setOutside(request) === null)
  const byTeam = new Map(
    [...Map.groupBy(unnamed, ({ teamId }) => teamId)].map(([teamId, own]) => [
      teamId,
      byTime(own, ({ openedAt }) => openedAt),
    ]),
  )
  return ({ teamId, at, requestId }) => [
    ...(requestId === null ? [] : (byName.get(requestId) ?? [])),
    ...(teamId === null ? [] : (byTeam.get(teamId)?.(helpSpan(at)) ?? [])),
  ]
}
