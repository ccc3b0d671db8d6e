/** Text in code unit order, which for instants in UTC is time order. For `toSorted`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The place of the first of ascending `numbers` that is not below `bound`; their count if all are. */
export function placeOf(numbers: Float64Array, bound: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] ?? 0) < bound) low = middle + 1
    else high = middle
  }
  return low
}

/** The first of texts in code unit order; null of none. */
export const firstOf = (texts: readonly (string | null | undefined)[]): string | null =>
  texts.filter((one) => typeof one === 'string').toSorted()[0] ?? null
