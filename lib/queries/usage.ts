import { listLandscapeFacts } from '#db/adoption-facts.ts'
import type { Reader } from '#db/connection.ts'
import { type Landscape, type Service, toLandscape } from '#scorecards/adoption/landscape.ts'
import { type ServiceUsage, serviceUsageAt } from '#scorecards/adoption/service-usage.ts'

/** The use of a golden path by a service at a moment. */
export interface UsageRow {
  readonly service: string
  /** Null when nobody knows where its code is. */
  readonly repository: string | null
  /** Its owner then; null when nobody is known. */
  readonly team: string | null
  readonly path: string
  readonly state: ServiceUsage['state']
  /** Null when there is none or it is not known. */
  readonly version: string | null
  readonly lagVersions: number | null
  readonly lagDays: number | null
  /** What a reader can open, or the reason why not eligible or not known. */
  readonly evidence: string
  /** When we stored what proves it. */
  readonly observedAt: Date | null
  /** From when what proves it was there. */
  readonly since: Date | null
}

export interface UsageFilter {
  readonly pathId?: string | undefined
  readonly serviceId?: string | undefined
}

/** Everything needed to tell the use of every path at any moment. */
export async function loadUsage(db: Reader): Promise<Landscape> {
  return toLandscape(await listLandscapeFacts(db))
}

/**
 * The use of every path by every service that existed at `asOf`, by service and path. It follows
 * from facts alone, so any date in the past can be asked for right after collecting.
 */
export function usageAt(
  loaded: Landscape,
  asOf: Date,
  { pathId, serviceId }: UsageFilter = {},
): UsageRow[] {
  const paths = loaded.paths.filter(({ id }) => pathId === undefined || id === pathId)
  const services = loaded.services.filter(({ id }) => serviceId === undefined || id === serviceId)
  return services.flatMap((service) =>
    paths.flatMap((path) => {
      const usage = serviceUsageAt(loaded, path, service, asOf)
      return usage === undefined ? [] : [toRow(usage, service)]
    }),
  )
}

function toRow(usage: ServiceUsage, { repositoryId }: Service): UsageRow {
  return {
    service: usage.serviceId,
    repository: repositoryId,
    team: usage.teamId,
    path: usage.pathId,
    state: usage.state,
    version: usage.version,
    lagVersions: usage.lagVersions,
    lagDays: usage.lagDays,
    evidence: usage.evidence,
    observedAt: usage.observedAt === null ? null : new Date(usage.observedAt),
    since: usage.since === null ? null : new Date(usage.since),
  }
}

export async function listUsage(
  db: Reader,
  { asOf, ...filter }: UsageFilter & { readonly asOf: Date },
): Promise<UsageRow[]> {
  return usageAt(await loadUsage(db), asOf, filter)
}
