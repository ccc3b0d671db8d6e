import { millisecondsInDay } from 'date-fns/constants'
import type { Use } from '#scorecards/metrics/support-requests-per-100-uses.ts'
import type { ProvisioningRequest, TeamUse } from '#scorecards/support/episodes.ts'
import type { WorkedRequest } from '#scorecards/support/interaction-mode.ts'
import type { Covered, SupportRequest } from '#scorecards/support/requests.ts'
import { ASOF, daysAgo } from '#test/support/delivery.ts'

/** A request about the path `deploy` that a developer of `payments` made a week before the as-of. */
export const aSupportRequest = (request: Partial<SupportRequest> = {}): SupportRequest => ({
  id: 'request',
  teamId: 'payments',
  pathId: 'deploy',
  openedAt: daysAgo(7),
  openedByGroup: 'developers',
  bot: false,
  ...request,
})

/** Requests that no metric of support load counts, each by its own reason. */
export const OUTSIDE: Readonly<Record<string, SupportRequest>> = {
  'excluded:bot': aSupportRequest({ id: 'bot', bot: true }),
  'excluded:no_path': aSupportRequest({ id: 'no path', pathId: null }),
  'excluded:platform_team': aSupportRequest({ id: 'platform', openedByGroup: 'platform' }),
  unknown: aSupportRequest({ id: 'nobody', teamId: null, openedByGroup: null }),
}

/** Read without a gap for so many days before the as-of. */
export const coveredFor = (days: number): Covered => [
  { from: ASOF.getTime() - days * millisecondsInDay, to: ASOF.getTime() },
]

/** A successful use of the path that a person set off a week before the as-of. */
export const aUse = (use: Partial<Use> = {}): Use => ({
  id: 'use',
  occurredAt: daysAgo(7),
  result: 'success',
  mechanism: 'path',
  userInitiated: true,
  ...use,
})

/** A use of `payments`. */
export const aTeamUse = (use: Partial<TeamUse> = {}): TeamUse => ({
  ...aUse(),
  sourceId: 'ci',
  teamId: 'payments',
  kind: 'deployment',
  ...use,
})

/** A provisioning request of `payments` a week before the as-of, of which nothing is logged. */
export const aProvisioningRequest = (
  request: Partial<ProvisioningRequest> = {},
): ProvisioningRequest => ({
  id: 'provisioning',
  sourceId: 'portal',
  nativeId: request.id ?? 'provisioning',
  teamId: 'payments',
  requestedAt: daysAgo(7),
  firstHumanStepAt: null,
  steps: [],
  ...request,
})

/** A support request of which nothing is known but that it was made. */
export const aWorkedRequest = (request: Partial<WorkedRequest> = {}): WorkedRequest => ({
  ...aSupportRequest(),
  type: null,
  linkedRequestId: null,
  sessionCount: null,
  platformPeopleCount: null,
  executedBy: null,
  bothSidesChanged: null,
  coDesign: null,
  ...request,
})
