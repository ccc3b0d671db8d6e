import compare from 'semver/functions/compare.js'
import parse from 'semver/functions/parse.js'
import { wholeDaysBetween } from '#lib/period.ts'
import { median, medianInterval, quantile } from '#lib/stats/quantiles.ts'
import { type Computed, type Metric, toEvidence } from '#scorecards/measure.ts'
import type { Interval } from '#scorecards/result.ts'

export interface Release {
  readonly version: string
  readonly releasedOn: Date
  /** 00:00 UTC of the last day of support. Null when none is announced. */
  readonly endOfSupportOn: Date | null
}

/** How far a version is behind. */
export interface Lag {
  /** Releases newer than it. */
  readonly behind: number
  /** Whole days since the oldest newer release came; 0 when there is none. */
  readonly daysSuperseded: number
  /** Whole days from its own release to that of the newest. Null when its own is not known. */
  readonly ageGapDays: number | null
  /** Null when no end of support is known of. */
  readonly isUnsupported: boolean | null
}

export interface VersionLag {
  /** Services on the path; `lag` is null when the version is not known. */
  readonly services: readonly { readonly service: string; readonly lag: Lag | null }[]
}

export const versionLag: Metric<VersionLag> = {
  definition: {
    id: 'ADO-11',
    key: 'version_lag',
    name: 'Version lag',
    area: 'adoption',
    unit: 'days',
    direction: 'lower',
    toldOf: 'moment',
    definition:
      'For how long the services on the path could have moved to a newer version of it and did not.',
    formula:
      'median over services of the days since the oldest release newer than the version in use, 0 ' +
      'on the newest; beside it p90, medianBehind (releases), medianAgeGapDays (from the release in ' +
      'use to the newest) and unsupportedShare. Newer is higher by semantic version, or released ' +
      'later where versions are not semantic; pre-releases do not count',
    eligibleSet: 'Services on the path.',
    window: 'The version in use at the as-of.',
    minimumSample: 'Five services for value and band.',
    missingData:
      'A service whose version is not known is left out and reported; more than 20 % of them: no ' +
      'band. Without a known end of support of any release unsupportedShare has no value.',
    interval: 'Order statistics of the median, at least 95 %; there is none below six services.',
    bands: 'Good up to 30 days, bad above 90.',
    misleadsWhen: 'Whoever releases often makes everybody late.',
    guardrails: ['ADO-10', 'REL-03'],
    version: '1.0.0',
  },
  windowDays: 0,

  compute({ services }) {
    const lags = services.flatMap(({ lag }) => lag ?? [])
    const days = lags.map(({ daysSuperseded }) => daysSuperseded)
    const ci = intervalOf(days)
    return {
      ...ofDays(days, services.length - days.length, ci),
      parts: {
        p90: quantile(days, 0.9),
        medianBehind: median(lags.map(({ behind }) => behind)),
        medianAgeGapDays: median(lags.flatMap(({ ageGapDays }) => ageGapDays ?? [])),
        unsupportedShare: unsupportedShare(lags),
      },
      evidence: toEvidence(
        services.map(({ service, lag }) => ({ id: service, kind: lag ? 'counted' : 'unknown' })),
      ),
    }
  },
}

const MINIMUM = 5

function intervalOf(days: readonly number[]): Interval | null {
  const limits = medianInterval(days)
  return limits && { ...limits, level: 0.95, method: 'order statistics' }
}

function ofDays(
  days: readonly number[],
  nUnknown: number,
  ci: Interval | null,
): Omit<Computed, 'parts' | 'evidence'> {
  const n = days.length
  return {
    value: median(days),
    numerator: null,
    denominator: n,
    n,
    nUnknown,
    notMatured: 0,
    ci,
    bounds: null,
    flags: [
      ...(nUnknown > 0 ? ['has_unknown'] : []),
      ...(n > 0 && ci === null ? ['ci_unattainable'] : []),
    ],
    isTooSmall: n < MINIMUM,
    isTooSmallForBand: n < MINIMUM,
    cutPoints: { good: 30, bad: 90 },
  }
}

function unsupportedShare(lags: readonly Lag[]): number | null {
  const known = lags.filter(({ isUnsupported }) => isUnsupported !== null)
  if (known.length === 0) return null
  return known.filter(({ isUnsupported }) => isUnsupported).length / known.length
}

/**
 * How far `version` is behind what was released up to `asOf`. Null when it cannot be placed among
 * the releases: nothing is known of them, or it is none of them and not semantic.
 */
export function lagOf(releases: readonly Release[], version: string, asOf: Date): Lag | null {
  const published = releases.filter((release) => release.releasedOn <= asOf)
  const own = published.find((release) => release.version === version)
  const counted = published.filter((release) => !isPreRelease(release))
  const newer = counted.length === 0 ? null : newerThan(counted, version, own)
  if (newer === null) return null
  const oldest = earliest(newer)
  return {
    behind: newer.length,
    daysSuperseded: oldest === undefined ? 0 : wholeDaysBetween(oldest.releasedOn, asOf),
    ageGapDays: own === undefined ? null : ageGapDays(own, newer),
    isUnsupported: isUnsupported(own, releases, asOf),
  }
}

const isPreRelease = ({ version }: Release) => (parse(version)?.prerelease.length ?? 0) > 0

/** Where any release is semantic, those that are not, such as a tag that moves, do not count. */
function newerThan(
  counted: readonly Release[],
  version: string,
  own: Release | undefined,
): Release[] | null {
  const semantic = counted.flatMap((release) => {
    const parsed = parse(release.version)
    return parsed ? [{ release, parsed }] : []
  })
  if (semantic.length === 0) {
    return own ? counted.filter(({ releasedOn }) => releasedOn > own.releasedOn) : null
  }
  const current = parse(version)
  if (current === null) return null
  return semantic
    .filter(({ parsed }) => compare(parsed, current) > 0)
    .toSorted((a, b) => compare(a.parsed, b.parsed))
    .map(({ release }) => release)
}

function earliest(releases: readonly Release[]): Release | undefined {
  return releases.toSorted((a, b) => a.releasedOn.getTime() - b.releasedOn.getTime())[0]
}

/** `newer`: lowest version first, or oldest first where versions are not semantic. */
function ageGapDays(own: Release, newer: readonly Release[]): number {
  const newest = newer.at(-1)
  return newest === undefined ? 0 : wholeDaysBetween(own.releasedOn, newest.releasedOn)
}

function isUnsupported(
  own: Release | undefined,
  releases: readonly Release[],
  asOf: Date,
): boolean | null {
  const isAnnounced = releases.some(({ endOfSupportOn }) => endOfSupportOn !== null)
  if (own === undefined || !isAnnounced) return null
  return own.endOfSupportOn !== null && wholeDaysBetween(own.endOfSupportOn, asOf) > 0
}
