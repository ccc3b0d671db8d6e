import type { Period } from '#lib/period.ts'
import type { CoveredInterval } from '#scorecards/coverage.ts'
import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import {
  type Computed,
  type Metric,
  measure,
  measureCells,
  toEvidence,
} from '#scorecards/measure.ts'
import { type Linkage, linkageRate } from '#scorecards/metrics/linkage-rate.ts'
import { type SourceCoverage, sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { type Reading, readingOf } from '#scorecards/moment.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** Intervals of one source, by scope. */
export type ScopesOfSource = ReadonlyMap<string, readonly CoveredInterval[]>

/** The covered intervals of every source, by scope. */
export function bySource(
  coverage: ReadonlyMap<string, readonly CoveredInterval[]>,
): Map<string, Map<string, CoveredInterval[]>> {
  const sources = new Map<string, Map<string, CoveredInterval[]>>()
  for (const [scope, intervals] of coverage) {
    for (const [sourceId, own] of Map.groupBy(intervals, (interval) => interval.sourceId)) {
      sources.set(sourceId, (sources.get(sourceId) ?? new Map()).set(scope, own))
    }
  }
  return sources
}

/** When a source is looked at, and when that was. */
export interface SourceMoment extends Span {
  readonly computedAt: Date
}

/** DQ-01 of a source in a window, or in 28 days: the mean of its scopes, each since it existed. */
export function sourceResult(
  sourceId: string,
  scopes: ScopesOfSource,
  moment: SourceMoment,
): MetricResult {
  const period = periodOf(moment, sourceCoverage.windowDays)
  const windows = scopeWindows(scopes, period)
  return measure(meanCoverage, windows, {
    ...contextOf(sourceId, moment),
    ...readingOfScopes(scopes, period, 0),
  })
}

/** DQ-02 of a source, one result for each type of link. What only stands needs no reading. */
export function linkageResults(
  sourceId: string,
  scopes: ScopesOfSource,
  records: Linkage['records'],
  moment: SourceMoment,
): MetricResult[] {
  const { asOf, window } = moment
  const period = periodOf(moment, linkageRate.windowDays)
  const hasEvents = records.deployment_team !== null || records.incident_deployment !== null
  return measureCells(
    linkageRate,
    { asOf, records, ...(window && { window }) },
    {
      ...contextOf(sourceId, moment),
      ...readingOfScopes(scopes, period, hasEvents ? 0 : 1),
    },
  )
}

const contextOf = (sourceId: string, moment: SourceMoment) => ({
  ...moment,
  scope: { sourceId },
  engineVersion: ENGINE_VERSION,
  parameters: {},
})

function readingOfScopes(scopes: ScopesOfSource, period: Period, ofNone: number): Reading {
  const read = scopeWindows(scopes, period).map(({ scope }) => ({
    intervals: scopes.get(scope) ?? [],
    since: null,
  }))
  return readingOf(read, period, ofNone)
}

interface ScopeWindow extends SourceCoverage {
  readonly scope: string
}

/** A repository exists since its first commit, which is where its coverage begins. */
function scopeWindows(scopes: ScopesOfSource, { from: start, to }: Period): ScopeWindow[] {
  return [...scopes].flatMap(([scope, covered]) => {
    const first = new Date(Math.min(...covered.map(({ from }) => from)))
    const from = scope.startsWith('repository:') && first > start ? first : start
    if (from >= to) return []
    const intervals = covered.map((one) => ({ from: new Date(one.from), to: new Date(one.to) }))
    return [{ scope, window: { from, to }, intervals }]
  })
}

const FULL = 0.9

const meanCoverage: Metric<readonly ScopeWindow[]> = {
  ...sourceCoverage,
  compute(windows) {
    const [only] = windows
    if (only !== undefined && windows.length === 1) return sourceCoverage.compute(only)
    return combine(windows.map((window) => ({ ...window, own: sourceCoverage.compute(window) })))
  },
}

function combine(scopes: readonly { readonly scope: string; readonly own: Computed }[]): Computed {
  const values = scopes.map(({ own }) => own.value ?? 0)
  const sum = values.reduce((total, value) => total + value, 0)
  return {
    value: scopes.length === 0 ? 0 : sum / scopes.length,
    numerator: sum,
    denominator: scopes.length,
    n: scopes.length,
    nUnknown: 0,
    notMatured: 0,
    ci: null,
    bounds: null,
    parts: { scopes: scopes.length, incomplete: values.filter((value) => value < FULL).length },
    flags: [],
    evidence: toEvidence(
      scopes.map(({ scope, own }) => ({
        id: scope,
        kind: (own.value ?? 0) < FULL ? 'not_counted' : 'counted',
      })),
    ),
    isTooSmall: false,
    isTooSmallForBand: false,
    cutPoints: { good: 0.9, bad: 0.5 },
    isCensus: true,
    isCoverage: true,
  }
}
