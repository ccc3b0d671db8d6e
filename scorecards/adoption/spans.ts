/** Something that held `value` in [from, to), instants as ISO text. */
export interface Span<T> {
  readonly from: string
  /** Null while it lasts. */
  readonly to: string | null
  readonly value: T
}

/** Sorts before every instant: the beginning of time, where none is known. */
export const BEGINNING = '0001-01-01T00:00:00.000Z'

/**
 * The values of `valueAt`, which may change only at one of `instants`, from the beginning of time
 * on: oldest first, without a gap, neighbours differ by `keyOf`.
 */
export function toSpans<T>(
  instants: Iterable<string | null | undefined>,
  valueAt: (instant: string) => T,
  keyOf: (value: T) => unknown = (value) => value,
): Span<T>[] {
  const starts = new Set([BEGINNING])
  for (const instant of instants) if (instant && instant > BEGINNING) starts.add(instant)
  const changes: { from: string; value: T }[] = []
  for (const from of [...starts].toSorted()) {
    const value = valueAt(from)
    const last = changes.at(-1)
    if (last === undefined || keyOf(last.value) !== keyOf(value)) changes.push({ from, value })
  }
  return changes.map((change, index) => ({ ...change, to: changes[index + 1]?.from ?? null }))
}

/** The value at `instant`; undefined before the first span. */
export function valueAt<T>(spans: readonly Span<T>[], instant: string): T | undefined {
  return spanAt(spans, instant)?.value
}

/** The span of `spans`, oldest first, that `instant` lies in. */
function spanAt<T>(spans: readonly Span<T>[], instant: string): Span<T> | undefined {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const span = spans[middle]
    if (span !== undefined && span.from <= instant) low = middle + 1
    else high = middle
  }
  const span = spans[low - 1]
  return span !== undefined && (span.to === null || instant < span.to) ? span : undefined
}

/** Whether `instant` lies in [from, to), null meaning without end. */
export function isWithin(from: string, to: string | null, instant: string): boolean {
  return from <= instant && (to === null || instant < to)
}
