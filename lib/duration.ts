import { z } from 'zod'

const UNIT_MS = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

const EXPECTED = 'expected a duration such as 15min, 1h or 3d'

/** A length of time as a person writes it: `15min`, `1h`, `3d`. */
export const Duration = z.string(EXPECTED).regex(/^[1-9]\d{0,5}(s|min|h|d|w)$/, EXPECTED)

/** Milliseconds of a text that `Duration` took. */
export function toMilliseconds(duration: string): number {
  const count = Number.parseInt(duration, 10)
  const unit = duration.slice(String(count).length) as keyof typeof UNIT_MS // As the pattern says.
  return count * UNIT_MS[unit]
}
