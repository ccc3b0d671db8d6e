import { utc } from '@date-fns/utc'
import { addWeeks } from 'date-fns/addWeeks'
import { startOfDay } from 'date-fns/startOfDay'
import { startOfISOWeek } from 'date-fns/startOfISOWeek'
import { subHours } from 'date-fns/subHours'
import { subMonths } from 'date-fns/subMonths'
import { subWeeks } from 'date-fns/subWeeks'

/** A half-open span of time, [from, to), in UTC. */
export interface Period {
  readonly from: Date
  readonly to: Date
}

// date-fns counts in local time unless told otherwise, so only this file counts days and weeks.
const UTC = { in: utc }

/** The ISO week, Monday to Monday, that contains `instant`. */
export function weekOf(instant: Date): Period {
  const from = startOfISOWeek(instant, UTC)
  return { from, to: addWeeks(from, 1, UTC) }
}

/** The `count` whole weeks before `instant`, as one period. The week in progress is left out. */
export function trailingWeeks(instant: Date, count: number): Period {
  const { from: to } = weekOf(instant)
  return { from: subWeeks(to, count, UTC), to }
}

/** Every ISO week that starts in `period` or contains its start, oldest first. */
export function weeksIn(period: Period): Period[] {
  const weeks: Period[] = []
  for (let week = weekOf(period.from); week.from < period.to; week = weekOf(week.to)) {
    weeks.push(week)
  }
  return weeks
}

/** The same time of day in UTC, `count` days earlier. */
export function daysBefore(instant: Date, count: number): Date {
  return new Date(instant.getTime() - count * DAY_MS)
}

export const earlierOf = (a: Date, b: Date) => (a < b ? a : b)

/** 00:00 UTC of the day that contains `instant`. */
export const dayStart = (instant: Date) => startOfDay(instant, UTC)

/** `count` hours earlier. */
export const hoursBefore = (instant: Date, count: number) => subHours(instant, count)

/** The same day of the month and time of day in UTC, `count` months earlier. */
export function monthsBefore(instant: Date, count: number): Date {
  return subMonths(instant, count, UTC)
}

/** Whole days from `from` to `to`, rounded down; a day is 24 hours in UTC. */
export function wholeDaysBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / DAY_MS)
}

/** The days, in UTC, of a half-open span; `last` is one of them. */
export interface WholeDays {
  readonly first: Date
  readonly last: Date
  readonly count: number
}

/** Null for a moment, and for a span that cuts a day. */
export function wholeDaysOf({ from, to }: Period): WholeDays | null {
  const count = wholeDaysBetween(from, to)
  const isWhole = [from, to].every((end) => end.getTime() % DAY_MS === 0)
  return isWhole && count > 0 ? { first: from, last: daysBefore(to, 1), count } : null
}

const DAY_MS = 24 * 60 * 60 * 1000

/** The number of the ISO week that contains `instant`; successive weeks count up by one. */
export function weekNumber(instant: Date): number {
  return Math.floor((instant.getTime() - FIRST_MONDAY) / WEEK_MS)
}

/** Monday 00:00 UTC on which the week of that number begins, and the one before it ends. */
export function weekStart(number: number): Date {
  return new Date(FIRST_MONDAY + number * WEEK_MS)
}

/** 0 for the seven days before `asOf`, 1 for the seven before those …; negative from `asOf` on. */
export function weeksAgo(instant: Date, asOf: Date): number {
  return Math.ceil((asOf.getTime() - instant.getTime()) / WEEK_MS) - 1
}

const WEEK_MS = 7 * DAY_MS
const FIRST_MONDAY = Date.UTC(1970, 0, 5)

/** Every calendar month that has a part in `period`, oldest first. */
export const monthsIn = (period: Period) => spansOfMonths(period, 1, 1)

/** Every quarter of fiscal years that begin in month `yearStart` (1 to 12), likewise. */
export const quartersIn = (period: Period, yearStart: number) => spansOfMonths(period, 3, yearStart)

/** Months since year 0, of which a span has `length`, one of them beginning in month `anchor`. */
function spansOfMonths({ from, to }: Period, length: number, anchor: number): Period[] {
  const month = monthNumber(from)
  const offset = (anchor - 1) % length
  const spans: Period[] = []
  for (let start = month - ((((month - offset) % length) + length) % length); ; start += length) {
    const span = { from: monthStart(start), to: monthStart(start + length) }
    if (span.from >= to) return spans
    spans.push(span)
  }
}

/** The number of the calendar month, in UTC, that contains `instant`; successive months count up by one. */
export function monthNumber(instant: Date): number {
  return instant.getUTCFullYear() * 12 + instant.getUTCMonth()
}

/** The day in UTC, such as 2026-08-30. */
export const toDay = (instant: Date): string => instant.toISOString().slice(0, 10)

/** 00:00 UTC of the first day of the month of that number. */
export function monthStart(number: number): Date {
  return new Date(Date.UTC(Math.floor(number / 12), number % 12))
}

/**
 * The same day of the year before, and time of day in UTC. 29 February becomes 1 March: as the end of
 * a period it means that the 28th has passed.
 */
export function yearBefore(instant: Date): Date {
  const earlier = new Date(instant)
  earlier.setUTCFullYear(instant.getUTCFullYear() - 1)
  return earlier
}

/**
 * An instant as text. Results tell of the same few again and again, and to look one up takes a fraction
 * of the time.
 */
export function toInstantText(instant: Date): string {
  const at = instant.getTime()
  const text = texts.get(at) ?? instant.toISOString()
  if (texts.size >= MOST_TEXTS) texts.clear()
  texts.set(at, text)
  return text
}

const texts = new Map<number, string>()
const MOST_TEXTS = 4096

/** An instant in milliseconds as text; null where it is not finite. */
export const instantText = (at: number): string | null =>
  Number.isFinite(at) ? new Date(at).toISOString() : null
