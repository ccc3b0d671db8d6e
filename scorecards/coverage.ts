/** A source had fully read a scope for [from, to), in milliseconds. */
export interface CoveredInterval {
  readonly sourceId: string
  readonly from: number
  readonly to: number
}

type Time = Pick<CoveredInterval, 'from' | 'to'>

/** What any of `intervals` covers, in order and without gaps between those that touch. */
export function joined(intervals: readonly Time[]): Time[] {
  const spans: { from: number; to: number }[] = []
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = spans.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else spans.push({ from, to })
  }
  return spans
}

/** What is covered both by any of `some` and by any of `others`, in order. */
export function overlap(some: readonly Time[], others: readonly Time[]): Time[] {
  const covered = joined(others)
  return joined(some).flatMap((one) =>
    covered
      .map(({ from, to }) => ({ from: Math.max(from, one.from), to: Math.min(to, one.to) }))
      .filter(({ from, to }) => from < to),
  )
}

/** Milliseconds of [from, to) inside at least one of `intervals`. */
export function coveredTime(intervals: readonly Time[], from: number, to: number): number {
  let covered = 0
  let reached = from
  const sorted = intervals.length < 2 ? intervals : intervals.toSorted((a, b) => a.from - b.from)
  for (const interval of sorted) {
    const start = Math.max(interval.from, reached)
    const end = Math.min(interval.to, to)
    if (end <= start) continue
    covered += end - start
    reached = end
  }
  return covered
}

/** Covered share of [from, to), 0 to 1; 1 of an empty period, in which nothing can be missed. */
export function coveredShare(intervals: readonly Time[], from: number, to: number): number {
  return to <= from ? 1 : coveredTime(intervals, from, to) / (to - from)
}
