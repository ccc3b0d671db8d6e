import { daysBefore } from '#lib/period.ts'
import type { Landscape, Path, Service } from '#scorecards/adoption/landscape.ts'
import { isWithin, valueAt } from '#scorecards/adoption/spans.ts'
import type { RuleState, UsageState, UsageStateName } from '#scorecards/adoption/usage-state.ts'

/** The use of one path by one service at a moment. */
export interface ServiceUsage {
  readonly serviceId: string
  /** Its owner then; null when nobody is known. */
  readonly teamId: string | null
  readonly pathId: string
  readonly state: UsageStateName | 'not_eligible'
  /** Null when there is none or it is not known. */
  readonly version: string | null
  readonly lagVersions: number | null
  readonly lagDays: number | null
  readonly supersededAt: string | null
  /** What a reader can open, or why it is not eligible or not known. */
  readonly evidence: string
  /** When we stored what proves it. */
  readonly observedAt: string | null
  /** From when what proves it was there. */
  readonly since: string | null
  readonly rules: readonly RuleState[]
}

/** A repository read up to so many days before a moment is known at that moment. */
const STALE_AFTER_DAYS = 8

/** Undefined when the service did not exist at `asOf`, or the path was no longer configured. */
export function serviceUsageAt(
  landscape: Landscape,
  path: Path,
  service: Service,
  asOf: Date,
): ServiceUsage | undefined {
  const instant = asOf.toISOString()
  if (!isWithin(service.createdAt ?? '', service.goneAt, instant)) return undefined
  if (!isWithin('', path.goneAt, instant)) return undefined
  const teamId = valueAt(service.owners, instant) ?? null
  const subject = { serviceId: service.id, teamId, pathId: path.id }
  const eligibility = valueAt(path.eligibility(service), instant)
  if (eligibility?.result === 'not_eligible') {
    return { ...subject, ...without('not_eligible', eligibility.reason ?? '') }
  }
  const usage = readUsage(landscape, path, service, asOf)
  if (eligibility?.result === 'unknown' && !isOnPath(usage.state)) {
    return { ...subject, ...without('unknown', eligibility.reason ?? '') }
  }
  return { ...subject, ...usage }
}

const ON_PATH: ReadonlySet<string> = new Set(['present', 'current', 'outdated', 'ahead', 'drifted'])

export const isOnPath = (state: ServiceUsage['state']) => ON_PATH.has(state)

type Use = Omit<ServiceUsage, 'serviceId' | 'teamId' | 'pathId'>

function without(state: 'not_eligible' | 'unknown', evidence: string): Use {
  return {
    state,
    version: null,
    lagVersions: null,
    lagDays: null,
    supersededAt: null,
    evidence,
    observedAt: null,
    since: null,
    rules: [],
  }
}

function readUsage(landscape: Landscape, path: Path, service: Service, asOf: Date): Use {
  if (path.rules.evidence.length === 0) return without('unknown', 'the path names no evidence')
  if (service.repositoryId === null) return without('unknown', 'no repository is known')
  if (!wasRead(landscape, service, asOf)) {
    return without('unknown', `${service.repositoryId} was not read for that time`)
  }
  return toUse(path.usage(service)(asOf))
}

/** Whether the service's repository had been read for `asOf`, or up to shortly before it. */
export function wasRead({ coverage }: Landscape, { repositoryId }: Service, asOf: Date): boolean {
  const at = asOf.getTime()
  const since = daysBefore(asOf, STALE_AFTER_DAYS).getTime()
  const intervals = coverage.get(`repository:${repositoryId}`) ?? []
  return intervals.some(({ from, to }) => from <= at && to >= since)
}

function toUse({ reason, ...usage }: UsageState): Use {
  if (reason === 'not_published') return without('not_eligible', usage.evidence)
  return usage
}
