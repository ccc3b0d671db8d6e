import { test } from '@playwright/test'

/**
 * The moments on which the figures of `seed.ts` rest, by plain arithmetic. Every team merges two
 * changes in seven days, 4 and 2 days before the end of each week that the seed counts back, so any
 * 28 days hold eight of them.
 */
const DAY_MS = 24 * 60 * 60 * 1000
const WEEK_MS = 7 * DAY_MS
const FIRST_MONDAY = Date.UTC(1970, 0, 5)
const now = new Date()

export const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS)
export const weeksLater = (instant: Date, weeks: number) =>
  new Date(instant.getTime() + weeks * WEEK_MS)

/** Monday 00:00 UTC at or before an instant: an ISO week ends there. */
export const mondayBefore = (instant: Date) =>
  new Date(FIRST_MONDAY + Math.floor((instant.getTime() - FIRST_MONDAY) / WEEK_MS) * WEEK_MS)
export const mondayAfter = (instant: Date) => weeksLater(mondayBefore(instant), 1)

/** What the newest figures speak for: the end of the last whole week. */
export const MONDAY = mondayBefore(now)

/** The golden paths begin 39 weeks ago, and their first week ends here. */
export const FIRST_WEEK_END = mondayAfter(daysAgo(39 * 7))

/**
 * A team joins in the middle of its rhythm: its changes come 3, 5, 10, 12, 17, 19 and 24 days after
 * it did. The entry share is 80 %, of eight changes seven.
 */
export const adoptedOn = (weeks: number) => mondayAfter(daysAgo(7 * weeks - 24))
/** With the third use, in a second week, it is more than a try: a fifth of its work. */
export const partialOn = (weeks: number) => mondayAfter(daysAgo(7 * weeks - 10))
export const triedOn = (weeks: number) => mondayAfter(daysAgo(7 * weeks - 3))

const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})
/** `5 Oct 2026`, in UTC. */
export const inWords = (instant: Date) => day.format(instant)
/** `2026-10-05`, in UTC. */
export const inDigits = (instant: Date) => instant.toISOString().slice(0, 10)

/** The same day and time, so many months earlier; the last day of a shorter month. */
export function monthsAgo(months: number): Date {
  const start = new Date(now)
  start.setUTCMonth(start.getUTCMonth() - months, 1)
  const days = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate()
  start.setUTCDate(Math.min(now.getUTCDate(), days))
  return start
}

/** The quarter so many before the one that goes on: `2026-Q3`. */
function quarterAgo(count: number): string {
  const index = now.getUTCFullYear() * 4 + Math.floor(now.getUTCMonth() / 3) - count
  return `${Math.floor(index / 4)}-Q${(index % 4) + 1}`
}

/** Sealed before all was read of one of its teams. */
export const SEALED_QUARTER = quarterAgo(2)

/** Every screen, and for each kind of number the page with its rows. */
export const ADDRESSES = [
  '/',
  '/golden-paths',
  '/golden-paths/http-service',
  '/golden-paths/environments',
  '/golden-paths/observability',
  '/teams',
  '/teams/checkout',
  '/teams/journal',
  '/metrics/ADO-02',
  '/metrics/ADO-02?path=http-service',
  '/metrics/ADO-04?path=http-service',
  '/metrics/ADO-11?path=http-service',
  '/metrics/GOV-06?path=http-service',
  '/metrics/SPD-01?path=environments',
  '/metrics/DQ-01?source=clones',
  '/metrics/DQ-01?source=helpdesk',
  '/metrics',
  '/metrics/ADO-04?path=http-service&team=checkout',
  '/support',
  '/governance',
  '/surveys',
  '/surveys/autumn?source=files',
  '/review',
  `/review/${quarterAgo(1)}`,
  '/data',
  '/data/mapping',
  '/search?q=checkout',
  '/?ev=ADO-02@path:http-service',
] as const

/** The server beside, whose database was never made. */
export const emptyURL = () => String(test.info().config.metadata['emptyURL'])
