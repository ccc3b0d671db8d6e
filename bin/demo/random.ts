import { mulberry32, type Random } from '#lib/stats/random.ts'

export type { Random }

/** A sequence of its own for each subject, so that changing one story leaves the others alone. */
export function randomFor(seed: number, subject: string): Random {
  let hash = 0x811c9dc5 // FNV-1a
  for (const byte of Buffer.from(`${seed}/${subject}`)) hash = Math.imul(hash ^ byte, 0x01000193)
  return mulberry32(hash)
}

/** From `low` up to but not including `high`. */
export const between = (random: Random, low: number, high: number) => low + random() * (high - low)

/** A whole number from `low` to `high`, both included. */
export const wholeBetween = (random: Random, low: number, high: number) =>
  Math.floor(between(random, low, high + 1))

export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('cannot pick from nothing')
  return value
}

/** How many events happen in a span that has `mean` of them on average. */
export function countOf(random: Random, mean: number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count++
  return count
}

export function shuffled<T>(random: Random, values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, position: random() }))
    .sort((a, b) => a.position - b.position)
    .map(({ value }) => value)
}
