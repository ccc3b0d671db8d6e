import {
  listAgreements,
  listLandscapeFacts,
  listWorkFacts,
  type Workers,
} from '#db/adoption-facts.ts'
import type { Reader } from '#db/connection.ts'
import { compareText } from '#lib/order.ts'
import type { Period } from '#lib/period.ts'
import { type Landscape, toLandscape } from '#scorecards/adoption/landscape.ts'
import { listWork, type Work, type WorkSet, workSetOf } from '#scorecards/adoption/work.ts'

/** A piece of work that a golden path could have carried, and why it counts or not. */
export interface Activity {
  readonly id: string
  readonly service: string | null
  /** Who owned the service then; null when nobody is known. */
  readonly team: string | null
  readonly at: Date
  readonly kind: Work['kind']
  readonly result: Work['result']
  /** Null when nothing is known of how it was done. */
  readonly mechanism: Work['mechanism']
  /** What decided the mechanism. */
  readonly rule: string
  /** Where it stands in the share of work that the path carries. */
  readonly set: WorkSet
}

/** The work in [from, to) that scoring counted or left out for a path, oldest first. */
export async function listActivities(
  db: Reader,
  { pathId, teamId, from, to }: Period & { readonly pathId: string; readonly teamId?: string },
): Promise<Activity[]> {
  const landscape = toLandscape(await listLandscapeFacts(db))
  const path = landscape.paths.find(({ id }) => id === pathId)
  if (path === undefined) return []
  const { exceptions } = await listAgreements(db)
  const work = await listWorkFacts(
    db,
    new Set([path.rules.work]),
    teamId === undefined ? undefined : workersOfTeam(landscape, teamId),
  )
  const [first, end] = [from.toISOString(), to.toISOString()]
  const found = [...listWork(landscape, path, { ...work, exceptions })].filter(
    (one) => one.at >= first && one.at < end && (teamId === undefined || one.teamId === teamId),
  )
  return found
    .toSorted((a, b) => compareText(a.at, b.at) || compareText(a.id, b.id))
    .map(toActivity)
}

/** Whatever it owned at any time. */
function workersOfTeam(landscape: Landscape, teamId: string): Workers {
  const services = landscape.servicesByOwner.get(teamId) ?? []
  return {
    services: services.map(({ id }) => id),
    repositories: services.flatMap(({ repositoryId }) => repositoryId ?? []),
    teams: [teamId],
  }
}

function toActivity(work: Work): Activity {
  return {
    id: work.id,
    service: work.serviceId,
    team: work.teamId,
    at: new Date(work.at),
    kind: work.kind,
    result: work.result,
    mechanism: work.mechanism,
    rule: work.rule,
    set: workSetOf(work),
  }
}
