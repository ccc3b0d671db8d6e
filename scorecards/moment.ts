import type { Period } from '#lib/period.ts'
import type { Service } from '#scorecards/adoption/landscape.ts'
import { isOnPath } from '#scorecards/adoption/service-usage.ts'
import { valueAt } from '#scorecards/adoption/spans.ts'
import type { ScoredWeek } from '#scorecards/adoption/state-row.ts'
import { type Model, statesAt, type Track } from '#scorecards/adoption/tracks.ts'
import type { UsageState } from '#scorecards/adoption/usage-state.ts'
import type { Work } from '#scorecards/adoption/work.ts'
import { type WorkReader, workReader } from '#scorecards/adoption/work-sums.ts'
import { type CoveredInterval, coveredShare } from '#scorecards/coverage.ts'
import type { Span } from '#scorecards/delivery/production.ts'
import type { PathCases } from '#scorecards/path-cases.ts'

/** A path at an as-of, or over a window that ends there: what its metrics are computed from. */
export interface Moment extends Span {
  readonly model: Model
  readonly track: Track
  /** At the newest week end at or before the as-of. */
  readonly states: readonly ScoredWeek[]
  /** A team's in-scope work. */
  readonly workIn: WorkReader
  /** By service id. */
  readonly users: readonly PathUser[]
  readonly cases: Pick<PathCases, 'requests' | 'removed'>
}

/** At a week end by which the track was counted no single piece of work is asked for. */
export function momentAt(
  of: Pick<Moment, 'model' | 'track' | 'cases' | 'asOf' | 'window'>,
  pieces: Iterable<Work> = [],
): Moment {
  let users: PathUser[] | undefined
  return {
    ...of,
    states: statesAt(of.track, of.asOf),
    workIn: workReader({ ...of.track, pieces }),
    get users() {
      users ??= listUsers(of.model, of.track, of.asOf)
      return users
    },
  }
}

/** A service on the path by its newest evidence, whether or not that is still fresh. */
export interface PathUser {
  readonly service: Service
  /** Its owner then; null when nobody is known. */
  readonly teamId: string | null
  readonly use: UsageState
}

function listUsers(model: Model, { path }: Track, asOf: Date): PathUser[] {
  const instant = asOf.toISOString()
  return model.landscape.services.flatMap((service) => {
    if (valueAt(path.eligibility(service), instant)?.result === 'not_eligible') return []
    const use = path.usage(service)(asOf)
    return isOnPath(use.state)
      ? [{ service, teamId: valueAt(service.owners, instant) ?? null, use }]
      : []
  })
}

/** How much of what a result rests on had been read, and until when. */
export interface Reading {
  /** 0 to 1. */
  readonly coverage: number
  /** Source id → instant, never after the as-of: what was read later says nothing of it. */
  readonly watermarks: Readonly<Record<string, string>>
}

/** The mean covered share of `scopes` in `period`; of none, `ofNone`. */
export function readingOf(
  scopes: readonly {
    readonly intervals: readonly CoveredInterval[]
    readonly since: string | null
  }[],
  period: Period,
  ofNone: number,
): Reading {
  const [from, to] = [period.from.getTime(), period.to.getTime()]
  const shares = scopes.map(({ intervals, since }) => {
    const start = since === null ? from : Math.max(from, Date.parse(since))
    return coveredShare(intervals, start, to)
  })
  const sum = shares.reduce((total, share) => total + share, 0)
  return {
    coverage: shares.length === 0 ? ofNone : sum / shares.length,
    watermarks: watermarksOf(
      scopes.map(({ intervals }) => intervals),
      to,
    ),
  }
}

/** A source is as far as the scope that it has read least far. */
function watermarksOf(
  scopes: readonly (readonly CoveredInterval[])[],
  asOf: number,
): Record<string, string> {
  const bySource = new Map<string, number>()
  // Many services share what a source read of all of them.
  for (const intervals of new Set(scopes)) {
    for (const [sourceId, own] of bySourceOf(intervals)) {
      const reached = Math.max(...own.filter(({ from }) => from < asOf).map(({ to }) => to))
      if (!Number.isFinite(reached)) continue
      const least = Math.min(reached, asOf, bySource.get(sourceId) ?? asOf)
      bySource.set(sourceId, least)
    }
  }
  const sorted = [...bySource].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([id, at]) => [id, new Date(at).toISOString()]))
}

type BySource = ReadonlyMap<string, readonly CoveredInterval[]>

const KNOWN = new WeakMap<readonly CoveredInterval[], BySource>()

/** Every moment asks it again of the same intervals. */
function bySourceOf(intervals: readonly CoveredInterval[]): BySource {
  const known = KNOWN.get(intervals) ?? Map.groupBy(intervals, ({ sourceId }) => sourceId)
  KNOWN.set(intervals, known)
  return known
}
