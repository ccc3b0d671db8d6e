import type { RequestType } from '#lib/request-types.ts'
import { requestTypeOf } from '#scorecards/support/request-types.ts'
import type { SupportRequest } from '#scorecards/support/requests.ts'

/** How the platform team and a team worked together, in the words of Team Topologies. */
export const INTERACTION_MODES = [
  'self_service',
  'facilitation',
  'collaboration',
  'handoff',
] as const
export type InteractionMode = (typeof INTERACTION_MODES)[number]

/** A request with how it was worked on; null in a field is not known. */
export interface WorkedRequest extends SupportRequest {
  readonly type: string | null
  /** The provisioning request that it belongs to, as its source calls it. */
  readonly linkedRequestId: string | null
  /** Meetings held on it. */
  readonly sessionCount: number | null
  /** How many of the platform team it took. */
  readonly platformPeopleCount: number | null
  readonly executedBy: 'requester' | 'platform' | null
  readonly bothSidesChanged: boolean | null
  /** Something new was designed together. */
  readonly coDesign: boolean | null
}

/** What is known of one use, request or adoption step, all its linked requests taken together. */
export interface Help {
  /** Whether a request would have been seen. */
  readonly isRead: boolean
  readonly linkedRequests: number
  /** Whether somebody on the platform's side had to act or was waited for; null: not known. */
  readonly hasManualApproval: boolean | null
  readonly hasCoDesign: boolean
  readonly sessions: number
  readonly platformPeople: number
  readonly haveBothSidesChanged: boolean
  /** `platform` where any of it was done there; null: not known. */
  readonly executedBy: 'requester' | 'platform' | null
  readonly types: readonly RequestType[]
}

/** What people ask for who want to do it themselves. */
const LEARNING: ReadonlySet<RequestType> = new Set(['how_to', 'onboarding', 'coaching'])

const JOINT_SESSIONS = 2

/**
 * The first rule of section 10 of the metric reference that holds. Null: nobody can tell. Silence is
 * self-service only where a request would have been seen and an approval is known not to be.
 */
export function inferMode(help: Help): InteractionMode | null {
  if (!help.isRead) return null
  const { linkedRequests, hasManualApproval, executedBy } = help
  if (linkedRequests === 0 && hasManualApproval === false) return 'self_service'
  if (isJoint(help)) return 'collaboration'
  if (executedBy === 'requester' && isTaught(help)) return 'facilitation'
  if (executedBy === 'platform' || hasManualApproval) return 'handoff'
  return executedBy === 'requester' && hasManualApproval === false ? 'facilitation' : null
}

const isJoint = ({ hasCoDesign, sessions, platformPeople, haveBothSidesChanged }: Help) =>
  hasCoDesign || (sessions >= JOINT_SESSIONS && platformPeople >= 1 && haveBothSidesChanged)

const isTaught = ({ sessions, types }: Help) =>
  sessions > 0 || types.some((type) => LEARNING.has(type))

/** The requests of one episode taken together; a number that is not known adds nothing. */
export function helpOf(
  requests: readonly WorkedRequest[],
  known: Pick<Help, 'isRead' | 'hasManualApproval'>,
): Help {
  const sum = (key: 'sessionCount' | 'platformPeopleCount') =>
    requests.reduce((total, request) => total + (request[key] ?? 0), 0)
  return {
    ...known,
    linkedRequests: requests.length,
    hasCoDesign: requests.some(({ coDesign }) => coDesign),
    sessions: sum('sessionCount'),
    platformPeople: sum('platformPeopleCount'),
    haveBothSidesChanged: requests.some(({ bothSidesChanged }) => bothSidesChanged),
    executedBy: executorOf(requests),
    types: requests.flatMap(({ type }) => requestTypeOf(type) ?? []),
  }
}

function executorOf(requests: readonly WorkedRequest[]): Help['executedBy'] {
  const executors = requests.map(({ executedBy }) => executedBy)
  if (executors.includes('platform')) return 'platform'
  return executors.length === 0 || executors.includes(null) ? null : 'requester'
}
