/** One figure. A `goal` says in words what it should reach, such as `>= 0.35`. */
export interface Measurement {
  readonly measure: string
  readonly value: number
  readonly unit: string
  readonly goal?: string
}

/** A group of measurements that are taken together, in one run, so that their ratios hold. */
export interface Bench {
  readonly name: string
  run(): Promise<readonly Measurement[]>
}
