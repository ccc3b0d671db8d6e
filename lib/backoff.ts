import { setTimeout as sleep } from 'node:timers/promises'

/** How long to go on with something that fails. */
export interface Patience {
  /** Attempts altogether. */
  readonly tries: number
  /** First wait; each further one is twice as long, with a random half of it left out. */
  readonly firstWaitMs: number
  /** Longest wait in a run. What asks for more is left to the next run. */
  readonly longestWaitMs: number
}

export const PATIENCE: Patience = { tries: 5, firstWaitMs: 1000, longestWaitMs: 60_000 }

/** Half to all of the doubled wait before attempt `attempt + 1` (the first attempt is 1). */
export function backoffMs({ firstWaitMs }: Patience, attempt: number, random: number): number {
  return firstWaitMs * 2 ** (attempt - 1) * (0.5 + random / 2)
}

/** Milliseconds that a `Retry-After` asks for, in seconds or as a date; null when it says nothing. */
export function parseRetryAfter(value: string | null, now: Date): number | null {
  if (value === null || value.trim() === '') return null
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const until = Date.parse(value)
  return Number.isNaN(until) ? null : Math.max(0, until - now.getTime())
}

/** Waits, unless `signal` is aborted; then it returns at once. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {})
}
