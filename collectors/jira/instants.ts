import { z } from 'zod'

const WRITTEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/

const EXPECTED = 'expected an instant with its offset'

/** An instant as Jira writes it, `2026-06-01T14:00:00.000+0200` or milliseconds, in our form. */
export const JiraInstant = z
  .union([z.string().regex(WRITTEN, EXPECTED), z.int()], { error: EXPECTED })
  .transform((value) => {
    const written = String(value).replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
    return new Date(typeof value === 'number' ? value : written)
  })
  .refine((date) => !Number.isNaN(date.getTime()), 'expected an instant that there is')
  .transform((date) => date.toISOString())

/** Null for what is no instant. */
export const readInstant = (value: unknown): string | null =>
  JiraInstant.safeParse(value).data ?? null

const HOUR_MS = 60 * 60_000

/** How far behind UTC any clock is. */
const FARTHEST_MS = 12 * HOUR_MS

/**
 * An instant as a search takes it: to the minute, by the clock of who signed in. Never later than
 * `instant`, however the other side reads it: a clock that is set back shows an hour twice.
 *
 * @param zone null when Jira does not tell it
 */
export function toSearchTime(instant: Date, zone: string | null): string {
  if (zone === null) return show(new Date(instant.getTime() - FARTHEST_MS), 'UTC')
  const shown = show(instant, zone)
  const isTwice = [HOUR_MS / 2, HOUR_MS].some(
    (later) => show(new Date(instant.getTime() + later), zone) === shown,
  )
  return isTwice ? show(new Date(instant.getTime() - HOUR_MS), zone) : shown
}

/** `2026-06-01 14:00` */
function show(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(instant)
}
