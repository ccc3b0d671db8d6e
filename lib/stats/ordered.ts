/** Samples in ascending order, wherever they lie; all of them are numbers, none is NaN. */
export interface Ordered {
  readonly count: number
  /** The sample at a place from 0 to before `count`. */
  readonly at: (place: number) => number
}

/**
 * Of values that nobody else needs: they are moved. Each place is found when somebody asks, which for a few of
 * them is less work than to sort.
 */
export function ordered(values: number[]): Ordered {
  return { count: values.length, at: (place) => placed(values, place, values.length) }
}

type Values = Float64Array | number[]

/**
 * The value at `place` in ascending order of the first `count`; moves values so that none before it is larger and none
 * after it smaller. C. A. R. Hoare, Communications of the ACM 4 (1961), algorithm 65.
 */
export function placed(values: Values, place: number, count: number): number {
  let left = 0
  let right = count - 1
  for (let tries = 2 * Math.ceil(Math.log2(count + 1)); left < right; tries -= 1) {
    if (tries === 0) {
      sortPart(values, left, right)
      break
    }
    const { low, high } = partition(values, left, right)
    if (place <= high) right = high
    else if (place >= low) left = low
    else break
  }
  return at(values, place)
}

/** Of values whose order makes bad middles, such as runs that rise and fall. */
function sortPart(values: Values, left: number, right: number): void {
  const part = Float64Array.from(values.slice(left, right + 1)).sort()
  for (const [index, value] of part.entries()) values[left + index] = value
}

const at = (values: Values, place: number) => values[place] ?? Number.NaN

/** Moves what is no larger than the middle one up to `high`, what is no smaller from `low` on. */
function partition(values: Values, left: number, right: number) {
  const pivot = at(values, (left + right) >>> 1)
  let low = left
  let high = right
  while (low <= high) {
    while (at(values, low) < pivot) low += 1
    while (at(values, high) > pivot) high -= 1
    if (low > high) break
    const swapped = at(values, low)
    values[low] = at(values, high)
    values[high] = swapped
    low += 1
    high -= 1
  }
  return { low, high }
}

/** What several ascending runs hold together, without merging them. */
export function orderedRuns(runs: readonly Float64Array[]): Ordered {
  const filled = runs.filter(({ length }) => length > 0)
  const [only] = filled
  if (only !== undefined && filled.length === 1) {
    return { count: only.length, at: (place) => only[place] ?? Number.NaN }
  }
  return {
    count: filled.reduce((sum, { length }) => sum + length, 0),
    at: (place) => placedInRuns(filled, place),
  }
}

/** Where of each run the sample that is looked for may still lie. */
interface Places {
  readonly run: Float64Array
  low: number
  high: number
}

/**
 * Leaves out what is smaller or larger than the middle of the widest part, as `placed` does
 * of one list.
 */
function placedInRuns(runs: readonly Float64Array[], place: number): number {
  const all = runs.map((run): Places => ({ run, low: 0, high: run.length }))
  for (;;) {
    const { run, low, high } = all.reduce((a, b) => (b.high - b.low > a.high - a.low ? b : a))
    const pivot = run[(low + high) >>> 1] ?? Number.NaN
    if (low >= high || Number.isNaN(pivot)) return Number.NaN
    const smaller = all.map((one) => bound(one, (value) => value < pivot))
    if (place < sumOf(smaller)) {
      all.forEach((one, index) => {
        one.high = smaller[index] ?? one.high
      })
      continue
    }
    const upTo = all.map((one) => bound(one, (value) => value <= pivot))
    if (place < sumOf(upTo)) return pivot
    all.forEach((one, index) => {
      one.low = upTo[index] ?? one.low
    })
  }
}

const sumOf = (places: readonly number[]) => places.reduce((sum, place) => sum + place, 0)

/** The first place, of those that are left, at which a sample is not below; all before are. */
function bound({ run, low, high }: Places, isBelow: (value: number) => boolean): number {
  let [from, to] = [low, high]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (isBelow(run[middle] ?? Number.NaN)) from = middle + 1
    else to = middle
  }
  return from
}
