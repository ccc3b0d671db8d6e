/** Samples in ascending order, wherever they lie; all of them are numbers, none is NaN. */
export interface Ordered {
  readonly count: number
  /** The sample at a place from 0 to before `count`. */
  readonly at: (place: number) => number
}

/** They are put in order when somebody first asks. */
export function ordered(values: ArrayLike<number>): Ordered {
  let sorted: Float64Array | undefined
  return {
    count: values.length,
    at: (place) => {
      // Native order of numbers is several times as fast as that of an array.
      sorted ??= new Float64Array(values).sort()
      return sorted[place] ?? Number.NaN
    },
  }
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
    at: (place) => select(filled, place),
  }
}

/** Where of each run the sample that is looked for may still lie. */
interface Places {
  readonly run: Float64Array
  low: number
  high: number
}

/**
 * Leaves out what is smaller or larger than the middle of the widest part, as C. A. R. Hoare,
 * Communications of the ACM 4 (1961), algorithm 65, does of one list.
 */
function select(runs: readonly Float64Array[], place: number): number {
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
