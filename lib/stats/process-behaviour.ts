/**
 * Process-behaviour (XmR) charts: D. J. Wheeler, Understanding Variation, second edition (2000), and
 * rules R1 to R3 of section 4.8 of the metric reference.
 */

export interface NaturalLimits {
  readonly mean: number
  /** Mean of the moving ranges. */
  readonly meanRange: number
  readonly upper: number
  /** May lie below zero; of counts it is not drawn then. */
  readonly lower: number
  readonly upperRange: number
}

const OF_VALUES = 2.66
const OF_RANGES = 3.268

/**
 * The limits within which a steady process stays. `series` has one entry for each successive span;
 * null is a gap, and no range spans more than one of them. Null below two neighbouring points.
 */
export function naturalLimits(series: readonly (number | null)[]): NaturalLimits | null {
  const values = series.filter((value) => value !== null)
  const ranges = movingRanges(series)
  if (ranges.length === 0) return null
  const mean = meanOf(values)
  const meanRange = meanOf(ranges)
  return {
    mean,
    meanRange,
    upper: mean + OF_VALUES * meanRange,
    lower: mean - OF_VALUES * meanRange,
    upperRange: OF_RANGES * meanRange,
  }
}

const meanOf = (values: readonly number[]) =>
  values.reduce((total, value) => total + value, 0) / values.length

const LONGEST_GAP = 1

function movingRanges(series: readonly (number | null)[]): number[] {
  const ranges: number[] = []
  let last: { value: number; index: number } | undefined
  for (const [index, value] of series.entries()) {
    if (value === null) continue
    if (last !== undefined && index - last.index <= LONGEST_GAP + 1) {
      ranges.push(Math.abs(value - last.value))
    }
    last = { value, index }
  }
  return ranges
}

export interface Signal {
  /** R1: outside a limit. R2: eight on one side of the mean. R3: three of four near one limit. */
  readonly rule: 'R1' | 'R2' | 'R3'
  /** Of the point that completes it, from 0. */
  readonly index: number
  /** Of the first point of the run; R2 only. */
  readonly start?: number
  /** R2 and R3 only. */
  readonly side?: 'above' | 'below'
}

/** What in `series` does not look like the process of `limits`: by rule, then by index. */
export function findSignals(limits: NaturalLimits, series: readonly (number | null)[]): Signal[] {
  const points = series.flatMap((value, index) => (value === null ? [] : [{ value, index }]))
  return [
    ...findOutliers(limits, points),
    ...findRuns(limits, points),
    ...findClusters(limits, points),
  ]
}

interface Point {
  readonly value: number
  readonly index: number
}

type Side = 'above' | 'below'

const findOutliers = ({ upper, lower }: NaturalLimits, points: readonly Point[]): Signal[] =>
  points
    .filter(({ value }) => value > upper || value < lower)
    .map(({ index }) => ({ rule: 'R1', index }))

const RUN = 8

/** A run is told once, at its eighth point; a point on the mean ends it. */
function findRuns({ mean }: NaturalLimits, points: readonly Point[]): Signal[] {
  const signals: Signal[] = []
  let run: { side: Side; start: number; length: number } | undefined
  for (const { value, index } of points) {
    const side = sideOf(value, mean)
    if (side === null) run = undefined
    else if (run?.side === side) run.length += 1
    else run = { side, start: index, length: 1 }
    if (run?.length === RUN) {
      signals.push({ rule: 'R2', index, start: run.start, side: run.side })
    }
  }
  return signals
}

function sideOf(value: number, mean: number): Side | null {
  if (value === mean) return null
  return value > mean ? 'above' : 'below'
}

const CLUSTER = 4
const OF_CLUSTER = 3

function findClusters(limits: NaturalLimits, points: readonly Point[]): Signal[] {
  const { mean, upper, lower } = limits
  const sides: readonly [Side, (value: number) => boolean][] = [
    ['above', (value) => value > (mean + upper) / 2],
    ['below', (value) => value < (mean + lower) / 2],
  ]
  return points.flatMap(({ index }, place) => {
    const last = points.slice(Math.max(0, place - CLUSTER + 1), place + 1)
    if (last.length < CLUSTER) return []
    return sides.flatMap(([side, isFar]): Signal[] =>
      last.filter(({ value }) => isFar(value)).length >= OF_CLUSTER
        ? [{ rule: 'R3', index, side }]
        : [],
    )
  })
}

export interface Baseline {
  /** The points that give the limits: [from, to) of the series. */
  readonly from: number
  readonly to: number
  readonly limits: NaturalLimits
}

const BASELINE = 20
const LEAST_BASELINE = 10
const TO_ACCEPT = 8

/**
 * The baselines of a series, oldest first; empty below ten points. The first holds the first twenty
 * covered points and stays until a run of eight (R2): then a new one begins with that run, proposed
 * at once and accepted after eight further points. A run that a baseline begins with would begin no
 * other, and the next one counts.
 */
export function baselines(series: readonly (number | null)[]): {
  readonly accepted: readonly Baseline[]
  /** From where a new baseline is proposed; null when none is. */
  readonly proposedFrom: number | null
} {
  const accepted: Baseline[] = []
  let from = 0
  for (;;) {
    const baseline = toBaseline(series, from)
    if (baseline === null) return { accepted, proposedFrom: from === 0 ? null : from }
    accepted.push(baseline)
    const shift = findShift(baseline, series)
    if (shift === null) return { accepted, proposedFrom: null }
    const since = series.slice(shift.index + 1).filter((value) => value !== null).length
    if (since < TO_ACCEPT) return { accepted, proposedFrom: shift.start }
    from = shift.start
  }
}

function findShift(
  { limits, from }: Baseline,
  series: readonly (number | null)[],
): { readonly index: number; readonly start: number } | null {
  const shift = findSignals(limits, series.slice(from)).find(({ start = 0 }) => start > 0)
  if (shift?.start === undefined) return null
  return { index: shift.index + from, start: shift.start + from }
}

function toBaseline(series: readonly (number | null)[], from: number): Baseline | null {
  let to = from
  let points = 0
  while (to < series.length && points < BASELINE) {
    if (series[to] !== null) points += 1
    to += 1
  }
  const limits = points < LEAST_BASELINE ? null : naturalLimits(series.slice(from, to))
  return limits && { from, to, limits }
}
