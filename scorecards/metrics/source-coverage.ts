import { millisecondsInDay } from 'date-fns/constants'
import type { Period } from '#lib/period.ts'
import type { Metric } from '#scorecards/measure.ts'
import type { EvidenceSet } from '#scorecards/result.ts'

export interface SourceCoverage {
  readonly window: Period
  /** When the source had fully read the scope; they may overlap, in any order. */
  readonly intervals: readonly Period[]
}

export const sourceCoverage: Metric<SourceCoverage> = {
  definition: {
    id: 'DQ-01',
    key: 'source_coverage',
    name: 'Source coverage',
    area: 'data quality',
    unit: 'fraction of time',
    direction: 'higher',
    definition: 'The share of a window for which a source is known to have been read in full.',
    formula: 'time inside at least one interval of coverage / length of the window',
    eligibleSet: 'Each source and each scope that it reads, such as a repository.',
    window: 'That of the metric which uses the source.',
    minimumSample: 'None.',
    missingData:
      'Time without a record of coverage is not covered. There is always a value; below 90 % its ' +
      'status is source_partial, below 50 % no_data.',
    interval: 'None: it is a full count.',
    bands: 'Good from 90 %, bad below 50 %, at any status.',
    misleadsWhen: 'A source that answers with an empty page looks as if it had been read.',
    guardrails: ['DQ-02'],
    version: '1.0.0',
  },
  windowDays: 28,

  compute({ window, intervals }) {
    const covered = coveredParts(window, intervals)
    const coveredDays = days(covered)
    const windowDays = days([window])
    const value = windowDays === 0 ? null : coveredDays / windowDays
    const gaps = gapsBetween(window, covered)
    return {
      value,
      numerator: coveredDays,
      denominator: windowDays,
      n: value === null ? 0 : 1,
      nUnknown: 0,
      notMatured: 0,
      ci: null,
      bounds: null,
      parts: { coveredDays, gaps: gaps.length },
      flags: [],
      evidence: [toSet('counted', covered), toSet('not_counted', gaps)],
      isTooSmall: false,
      isTooSmallForBand: false,
      cutPoints: { good: 0.9, bad: 0.5 },
      isCensus: true,
      isCoverage: true,
      window,
    }
  },
}

const days = (periods: readonly Period[]) =>
  periods.reduce((sum, { from, to }) => sum + to.getTime() - from.getTime(), 0) / millisecondsInDay

/** What of `window` is inside `intervals`: oldest first, neighbours neither meet nor overlap. */
function coveredParts(window: Period, intervals: readonly Period[]): Period[] {
  const parts: Period[] = []
  const inside = intervals
    .map(({ from, to }) => ({ from: later(from, window.from), to: earlier(to, window.to) }))
    .filter(({ from, to }) => from < to)
    .toSorted((a, b) => a.from.getTime() - b.from.getTime())
  for (const part of inside) {
    const last = parts.at(-1)
    if (last === undefined || last.to < part.from) parts.push(part)
    else parts[parts.length - 1] = { from: last.from, to: later(last.to, part.to) }
  }
  return parts
}

function gapsBetween(window: Period, covered: readonly Period[]): Period[] {
  const starts = [window.from, ...covered.map(({ to }) => to)]
  const ends = [...covered.map(({ from }) => from), window.to]
  return starts
    .map((from, index) => ({ from, to: ends[index] ?? window.to }))
    .filter(({ from, to }) => from < to)
}

const later = (a: Date, b: Date) => (a > b ? a : b)
const earlier = (a: Date, b: Date) => (a < b ? a : b)

/** Time is the row here: `2026-01-05T00:00:00.000Z/2026-01-12T00:00:00.000Z`. */
const toSet = (kind: string, periods: readonly Period[]): EvidenceSet => ({
  kind,
  ids: periods.map(({ from, to }) => `${from.toISOString()}/${to.toISOString()}`),
})
