/** How much may come at once, and how much on average from then on. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** A bucket for each key, full at first; each request takes one from it, and it fills up evenly. */
export class TokenBuckets {
  readonly rate: Rate
  readonly #buckets = new Map<string, { left: number; at: number }>()

  constructor(rate: Rate) {
    this.rate = rate
  }

  /** Takes one. Returns after how many whole seconds there will be one; 0 when there was. */
  take(key: string, now: Date): number {
    const { burst, perSecond } = this.rate
    const { left, at } = this.#buckets.get(key) ?? { left: burst, at: now.getTime() }
    const seconds = Math.max(0, now.getTime() - at) / 1000
    const there = Math.min(burst, left + seconds * perSecond)
    const isTaken = there >= 1
    this.#buckets.set(key, { left: isTaken ? there - 1 : there, at: now.getTime() })
    return isTaken ? 0 : Math.ceil((1 - there) / perSecond)
  }
}
