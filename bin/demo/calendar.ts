import { between, type Random, wholeBetween } from '#bin/demo/random.ts'

const WEEK_MINUTES = 7 * 24 * 60

/** Weeks of work before `until`: 24 months, and the weeks that their first states look back to. */
export const HISTORY_WEEKS = 110

/** The demonstration's time, told in weeks before its end, as its stories are. */
export interface Calendar {
  /** Monday 00:00 UTC. */
  readonly until: Date
  readonly from: Date
}

export const toCalendar = (until: Date): Calendar => ({
  until,
  from: weeksAgo({ until }, HISTORY_WEEKS),
})

export const minutesAfter = (instant: Date, minutes: number) =>
  new Date(Math.round(instant.getTime() / 1000 + minutes * 60) * 1000)

/** To the second; `weeks` may have a fraction. */
export const weeksAgo = ({ until }: Pick<Calendar, 'until'>, weeks: number) =>
  minutesAfter(until, -weeks * WEEK_MINUTES)

/** `YYYY-MM-DD`. */
export const dayAgo = (calendar: Calendar, weeks: number) =>
  weeksAgo(calendar, weeks).toISOString().slice(0, 10)

/** In working hours of the week that begins `weeks` (whole) weeks before the end. */
export function workMoment(calendar: Calendar, random: Random, weeks: number): Date {
  const day = wholeBetween(random, 0, 4)
  return minutesAfter(weeksAgo(calendar, weeks), (day * 24 + between(random, 7, 17)) * 60)
}

/** In working hours, in the week that holds the moment `weeks` (with a fraction) before the end. */
export const workMomentNear = (calendar: Calendar, random: Random, weeks: number) =>
  workMoment(calendar, random, Math.max(1, Math.ceil(weeks)))
