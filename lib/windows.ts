import { z } from 'zod'
import { Moment } from '#lib/golden-path.ts'
import {
  dayStart,
  daysBefore,
  monthNumber,
  monthStart,
  type Period,
  toDay,
  weekNumber,
  weekStart,
  yearBefore,
} from '#lib/period.ts'

/**
 * A period that people speak of. Weeks are ISO weeks and months those of the calendar; quarters and
 * years are those of the fiscal year, which bears the number of the calendar year that it ends in:
 * where it begins in April, 2026-Q1 is April to June 2025.
 */
export interface Window {
  readonly kind: 'week' | 'month' | 'quarter' | 'year' | 'range'
  /** `2026-W34`, `2026-08`, `2026-Q3`, `2026`; of a range its ends as `parseWindow` reads them. */
  readonly name: string
  readonly period: Period
}

/** `fiscalYearStart` is the month, 1 to 12, in which the organisation's fiscal year begins. */
export interface Calendar {
  readonly fiscalYearStart: number
}

type ToWindow = (year: number, number: number, calendar: Calendar) => Window | null

const FORMS: readonly (readonly [pattern: RegExp, toWindow: ToWindow])[] = [
  [/^([12]\d{3})-W(\d\d)$/, isoWeek],
  [/^([12]\d{3})-(\d\d)$/, calendarMonth],
  [/^([12]\d{3})-Q([1-4])$/, fiscalQuarter],
  [/^([12]\d{3})$/, (year, _, calendar) => toYear(firstMonth(year, calendar), calendar)],
]

/**
 * The window of that name. The ends of a range are days in UTC, both of them in it, as in
 * `2026-01-01..2026-02-14`, or instants, of which the second is no part of it. Null when the text
 * names none, such as week 53 of a year that has 52.
 */
export function parseWindow(text: string, calendar: Calendar): Window | null {
  for (const [pattern, toWindow] of FORMS) {
    const found = pattern.exec(text)
    if (found !== null) return toWindow(Number(found[1]), Number(found[2]), calendar)
  }
  const [first = '', last = '', ...more] = text.split('..')
  const [from, to] = [first, last].map((end) => Moment.safeParse(end).data)
  if (from === undefined || to === undefined || more.length > 0) return null
  return toRange(new Date(from), isDay(last) ? daysBefore(new Date(to), -1) : new Date(to))
}

/** The one of the same kind that ends where `window` begins; of a range, the same time before it. */
export function previousWindow(window: Window, calendar: Calendar): Window {
  const { from, to } = window.period
  switch (window.kind) {
    case 'week':
      return toWeek(weekNumber(from) - 1)
    case 'month':
      return toMonth(monthNumber(from) - 1)
    case 'quarter':
      return toQuarter(monthNumber(from) - QUARTER_MONTHS, calendar)
    case 'year':
      return toYear(monthNumber(from) - YEAR_MONTHS, calendar)
    case 'range':
      return namedRange(new Date(2 * from.getTime() - to.getTime()), from)
  }
}

/**
 * The same window a year earlier: 52 weeks before a week, the month or fiscal quarter of that name,
 * the days of the same dates. Null for what the year before did not have: 29 February alone.
 */
export function yearEarlier(window: Window, calendar: Calendar): Window | null {
  const { from, to } = window.period
  switch (window.kind) {
    case 'week':
      return toWeek(weekNumber(from) - YEAR_WEEKS)
    case 'month':
      return toMonth(monthNumber(from) - YEAR_MONTHS)
    case 'quarter':
      return toQuarter(monthNumber(from) - YEAR_MONTHS, calendar)
    case 'year':
      return previousWindow(window, calendar)
    case 'range':
      return toRange(yearBefore(from), yearBefore(to))
  }
}

/** The fiscal quarter that contains `instant`. */
export function fiscalQuarterOf(instant: Date, calendar: Calendar): Window {
  const month = monthNumber(instant)
  const into = (month - firstMonth(fiscalYearOf(month, calendar), calendar)) % QUARTER_MONTHS
  return toQuarter(month - into, calendar)
}

const YEAR_WEEKS = 52
const YEAR_MONTHS = 12
const QUARTER_MONTHS = 3

/** 4 January lies in the first ISO week of its year. */
const firstWeek = (year: number) => weekNumber(new Date(Date.UTC(year, 0, 4)))

function isoWeek(year: number, number: number): Window | null {
  const week = firstWeek(year) + number - 1
  return number >= 1 && week < firstWeek(year + 1) ? toWeek(week) : null
}

function calendarMonth(year: number, number: number): Window | null {
  return number >= 1 && number <= YEAR_MONTHS ? toMonth(year * YEAR_MONTHS + number - 1) : null
}

function fiscalQuarter(year: number, number: number, calendar: Calendar): Window {
  return toQuarter(firstMonth(year, calendar) + (number - 1) * QUARTER_MONTHS, calendar)
}

/** The month with which a fiscal year begins: of the year before, unless it is that of the calendar. */
function firstMonth(year: number, { fiscalYearStart }: Calendar): number {
  return (fiscalYearStart === 1 ? year : year - 1) * YEAR_MONTHS + fiscalYearStart - 1
}

function toWeek(week: number): Window {
  const period = { from: weekStart(week), to: weekStart(week + 1) }
  // The week belongs to the year of its Thursday.
  const year = new Date(period.from.getTime() + THREE_DAYS_MS).getUTCFullYear()
  return { kind: 'week', name: `${year}-W${twoDigits(week - firstWeek(year) + 1)}`, period }
}

const THREE_DAYS_MS = 3 * 24 * 60 * 60 * 1000

function toMonth(month: number): Window {
  const name = `${Math.floor(month / YEAR_MONTHS)}-${twoDigits((month % YEAR_MONTHS) + 1)}`
  return { kind: 'month', name, period: monthsFrom(month, 1) }
}

function toQuarter(month: number, calendar: Calendar): Window {
  const year = fiscalYearOf(month, calendar)
  const quarter = (month - firstMonth(year, calendar)) / QUARTER_MONTHS + 1
  return { kind: 'quarter', name: `${year}-Q${quarter}`, period: monthsFrom(month, QUARTER_MONTHS) }
}

function toYear(month: number, calendar: Calendar): Window {
  const name = String(fiscalYearOf(month, calendar))
  return { kind: 'year', name, period: monthsFrom(month, YEAR_MONTHS) }
}

function fiscalYearOf(month: number, calendar: Calendar): number {
  return Math.floor((month - firstMonth(0, calendar)) / YEAR_MONTHS)
}

const monthsFrom = (month: number, count: number): Period => ({
  from: monthStart(month),
  to: monthStart(month + count),
})

const twoDigits = (number: number) => String(number).padStart(2, '0')

/** Null where there is nothing between the two. */
export const toRange = (from: Date, to: Date): Window | null =>
  from < to ? namedRange(from, to) : null

function namedRange(from: Date, to: Date): Window {
  const last = isDayStart(to) ? toDay(daysBefore(to, 1)) : to.toISOString()
  const first = isDayStart(from) ? toDay(from) : from.toISOString()
  return { kind: 'range', name: `${first}..${last}`, period: { from, to } }
}

const isDay = (text: string) => z.iso.date().safeParse(text).success
const isDayStart = (instant: Date) => instant.getTime() === dayStart(instant).getTime()
