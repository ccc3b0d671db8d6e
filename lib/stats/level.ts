/** The 97.5 % point of the standard normal distribution: all intervals here are of 95 %. */
export const Z = 1.959963984540054

/** The share on either side of an interval. */
export const TAIL = 0.025

/** A limit that was not reached is null. */
export interface Limits {
  readonly low: number | null
  readonly high: number | null
}

/** An interval both of whose limits are known. */
export interface Interval {
  readonly low: number
  readonly high: number
}
