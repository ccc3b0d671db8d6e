import { toMilliseconds } from '#lib/duration.ts'

/**
 * Whether a source is to be read at `now`: when it never was, or when its interval has passed since
 * its last run began. However many intervals passed, it is due once.
 */
export function isDue(
  { every, lastStart }: { every: string | undefined; lastStart: Date | undefined },
  now: Date,
): boolean {
  if (lastStart === undefined) return true
  return every !== undefined && lastStart.getTime() + toMilliseconds(every) <= now.getTime()
}
