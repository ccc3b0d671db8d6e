/** Text in code unit order, which for instants in UTC is time order. For `toSorted`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The place of the first of `ascending` that is at least `value`; their count where all are less. */
export function lowerBound(ascending: Float64Array | Int32Array, value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The first of texts in code unit order; null of none. */
export const firstOf = (texts: readonly (string | null | undefined)[]): string | null =>
  texts.filter((one) => typeof one === 'string').toSorted()[0] ?? null
