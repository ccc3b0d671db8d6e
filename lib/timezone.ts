import { z } from 'zod'

/** Name of a time zone, as the IANA database has it. */
export const Timezone = z.string().refine(isTimezone, 'expected a time zone such as Europe/Berlin')

function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const

/**
 * What a clock on the wall of `zone` showed, given in milliseconds as if it had been UTC. Of an hour
 * that came twice the first; one that was left out is told by the clock after the change.
 */
export function wallTimeToInstant(wall: number, zone: string): Date {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    ...(Object.fromEntries(PARTS.map((part) => [part, 'numeric'])) as object),
  })
  const aheadAt = (instant: number) => toWallTime(format, instant) - instant
  const day = 86_400_000
  const [before, after] = [wall - aheadAt(wall - day), wall - aheadAt(wall + day)]
  return new Date(toWallTime(format, before) === wall ? before : after)
}

function toWallTime(format: Intl.DateTimeFormat, instant: number): number {
  const parts = format.formatToParts(instant)
  const valueIn = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  const [year = 0, month = 1, ...rest] = PARTS.map(valueIn)
  return Date.UTC(year, month - 1, ...rest)
}
