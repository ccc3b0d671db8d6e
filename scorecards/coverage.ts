/** A source had fully read a scope for [from, to), in milliseconds. */
export interface CoveredInterval {
  readonly sourceId: string
  readonly from: number
  readonly to: number
}

/** Milliseconds of [from, to) inside at least one of `intervals`. */
export function coveredTime(
  intervals: readonly Pick<CoveredInterval, 'from' | 'to'>[],
  from: number,
  to: number,
): number {
  let covered = 0
  let reached = from
  for (const interval of intervals.toSorted((a, b) => a.from - b.from)) {
    const start = Math.max(interval.from, reached)
    const end = Math.min(interval.to, to)
    if (end <= start) continue
    covered += end - start
    reached = end
  }
  return covered
}

/** Covered share of [from, to), 0 to 1; 1 of an empty period, in which nothing can be missed. */
export function coveredShare(
  intervals: readonly Pick<CoveredInterval, 'from' | 'to'>[],
  from: number,
  to: number,
): number {
  return to <= from ? 1 : coveredTime(intervals, from, to) / (to - from)
}
