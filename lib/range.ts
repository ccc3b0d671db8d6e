import { utc } from '@date-fns/utc'
import { subDays } from 'date-fns/subDays'
import { z } from 'zod'
import { type Period, toDay, weekNumber, weekStart } from '#lib/period.ts'
import { type Calendar, fiscalQuarterOf, parseWindow } from '#lib/windows.ts'

/** A span of time as an address names it, such as `13w`, `2026-Q3` or `2026-07-01..now`. */
export interface NamedRange extends Period {
  /** As it was asked for. */
  readonly text: string
}

export const DEFAULT_RANGE = '13w'

/** Weeks that `28d`, `13w`, `4q` and `2y` reach back; a quarter has 13 weeks and a year 52. */
const WEEKS: Readonly<Record<string, number>> = { d: 1 / 7, w: 1, q: 13, y: 52 }
const MOST_WEEKS = 520

/**
 * The range that a text names, seen from `now`; null when it names none. Counted ranges end with the
 * last whole week, named ones never reach beyond `now`. The days of a text are both
 * in the range, and `to` is not.
 */
export function parseRange(text: string, now: Date, organisation: Calendar): NamedRange | null {
  const period =
    counted(text, now) ?? untilNow(text, now) ?? parseWindow(text, organisation)?.period
  if (period === undefined || period.from >= period.to || period.from >= now) return null
  return { text, from: period.from, to: period.to > now ? now : period.to }
}

function counted(text: string, now: Date): Period | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([dwqy])$/.exec(text) ?? []
  if (count === undefined) return undefined
  const weeks = Number(count) * (WEEKS[unit] ?? Number.NaN)
  if (weeks < 1 || weeks > MOST_WEEKS) return undefined
  const to = weekStart(weekNumber(now))
  return { from: subDays(to, Math.round(weeks * 7), { in: utc }), to }
}

/** `2026`, `2026-Q3`, `2026-07`, `2026-W34`: years and quarters are fiscal. */
export function calendar(text: string, organisation: Calendar): Period | null {
  const window = parseWindow(text, organisation)
  return window === null || window.kind === 'range' ? null : window.period
}

function untilNow(text: string, now: Date): Period | undefined {
  const [, first] = /^(.+)\.\.now$/.exec(text) ?? []
  const from = z.iso.date().safeParse(first)
  return from.success ? { from: new Date(from.data), to: now } : undefined
}

/** The fiscal quarter that contains `instant`: `2026-Q3`. */
export const quarterOf = (instant: Date, organisation: Calendar): string =>
  fiscalQuarterOf(instant, organisation).name

/** The quarter before, `back` times. */
export function quarterBefore(quarter: string, back: number): string {
  const [year = '', part = ''] = quarter.split('-Q')
  const index = Number(year) * 4 + Number(part) - 1 - back
  return `${Math.floor(index / 4)}-Q${(index % 4) + 1}`
}

/** The range of the same length before (-1) or after (1), as text. */
export function stepRange({ text, from, to }: NamedRange, step: -1 | 1): string {
  if (/-Q\d$/.test(text)) return quarterBefore(text, -step)
  if (/^\d{4}$/.test(text)) return String(Number(text) + step)
  const days = Math.max(1, Math.round((to.getTime() - from.getTime()) / DAY_MS))
  const first = subDays(from, -step * days, { in: utc })
  const last = subDays(to, -step * days + 1, { in: utc })
  return `${toDay(first)}..${toDay(last)}`
}

const DAY_MS = 24 * 60 * 60 * 1000
