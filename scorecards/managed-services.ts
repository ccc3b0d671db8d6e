import { toRuleId } from '#lib/golden-path.ts'
import { wholeDaysBetween } from '#lib/period.ts'
import type { Service } from '#scorecards/adoption/landscape.ts'
import { wasRead } from '#scorecards/adoption/service-usage.ts'
import type { ScannedService } from '#scorecards/metrics/drift-rate.ts'
import { type Lag, lagOf } from '#scorecards/metrics/version-lag.ts'
import type { Moment, PathUser } from '#scorecards/moment.ts'

/** What the newest reading of a service on the path saw of the files that the path manages. */
export function scannedService(moment: Moment, { service, use }: PathUser): ScannedService {
  const { path } = moment.track
  const protectedRules = new Set(
    path.rules.evidence.flatMap((rule) =>
      rule.kind === 'file-equals' && rule.protected === true ? [toRuleId(rule)] : [],
    ),
  )
  const files = new Set(
    path.rules.evidence.filter(({ kind }) => kind === 'file-equals').map(toRuleId),
  )
  const seen = use.rules.filter(({ ruleId, state }) => files.has(ruleId) && COMPARED.has(state))
  const drifted = seen.filter(({ state }) => state === 'drifted')
  return {
    service: service.id,
    managed: seen.length,
    changed: drifted.length,
    protectedChanged: drifted.filter(({ ruleId }) => protectedRules.has(ruleId)).length,
    scannedDaysAgo: daysSinceRead(moment, service),
  }
}

/** Of a file that is there and was compared with the publications. */
const COMPARED: ReadonlySet<string> = new Set(['current', 'outdated', 'ahead', 'drifted'])

function daysSinceRead({ model, asOf }: Moment, service: Service): number | null {
  const intervals = model.landscape.coverage.get(`repository:${service.repositoryId}`) ?? []
  const reached = intervals
    .filter(({ from }) => from <= asOf.getTime())
    .map(({ to }) => Math.min(to, asOf.getTime()))
  return reached.length === 0 ? null : wholeDaysBetween(new Date(Math.max(...reached)), asOf)
}

/** How far the version that a service on the path uses is behind; null when it is not known. */
export function versionInUse(moment: Moment, user: PathUser): { service: string; lag: Lag | null } {
  const isRead = wasRead(moment.model.landscape, user.service, moment.asOf)
  return { service: user.service.id, lag: isRead ? lagInUse(moment, user) : null }
}

function lagInUse({ track, asOf }: Moment, { use }: PathUser): Lag | null {
  const { version, lagVersions, lagDays, rules } = use
  if (version === null || lagVersions === null || lagDays === null) return null
  const rule = rules.find((one) => one.version === version && one.lagDays === lagDays)
  const releases = track.path.releases(rule?.ruleId ?? '')
  const { ageGapDays = null, isUnsupported = null } = lagOf(releases, version, asOf) ?? {}
  return { behind: lagVersions, daysSuperseded: lagDays, ageGapDays, isUnsupported }
}
