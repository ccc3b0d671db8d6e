import type { SurveyProfile } from '#lib/survey-profile.ts'
import { wallTimeToInstant } from '#lib/timezone.ts'

/** A time, or why it cannot be told. */
export type TimeReading =
  /** An instant; of a text without a clock, when its day begins in UTC. */
  { readonly at: string } | { readonly fault: string }

interface Terms extends Pick<SurveyProfile, 'dates'> {
  /** Of times that say no offset; null when nobody knows. */
  readonly timezone: string | null
}

const CLOCK = String.raw`(?:[T ,]+(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d+)?)?(?:\s*(?<half>[AP])\.?M\.?)?)?`
const OFFSET = String.raw`(?:\s*(?<utc>Z|UTC|GMT)?\s*(?<offset>[+-]\d{1,2}(?::?\d\d)?)?)?`
const YEAR_FIRST = new RegExp(
  String.raw`^(?<year>\d{4})[-/.](?<a>\d{1,2})[-/.](?<b>\d{1,2})${CLOCK}${OFFSET}$`,
  'i',
)
const YEAR_LAST = new RegExp(
  String.raw`^(?<a>\d{1,2})(?<mark>[-/.])(?<b>\d{1,2})[-/.](?<year>\d{4}|\d\d)${CLOCK}${OFFSET}$`,
  'i',
)

const LONGEST = 60

/** A time as products write it. A day that can be read both ways is not guessed. */
export function readTime(text: string, terms: Terms): TimeReading {
  if (text.length > LONGEST) return { fault: 'is too long for a time' }
  const groups = (YEAR_FIRST.exec(text) ?? YEAR_LAST.exec(text))?.groups
  if (groups === undefined) return { fault: 'is no time that we know' }
  const order = toOrder(groups, terms)
  if ('fault' in order) return order
  const { month, day } = order
  const year = Number(groups['year']) + (groups['year']?.length === 2 ? 2000 : 0)
  const [minute, second] = [Number(groups['minute'] ?? 0), Number(groups['second'] ?? 0)]
  const wall = Date.UTC(year, month - 1, day, toHour(groups), minute, second)
  const isReal = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
  if (!isReal || month > 12 || toHour(groups) > 23) return { fault: 'is a time that never was' }
  const instant = toInstant(wall, groups, terms)
  if (instant === null) {
    return { fault: 'has no offset; say timezone of the survey in desirepath.yaml' }
  }
  return { at: instant.toISOString() }
}

type Groups = Readonly<Record<string, string | undefined>>

function toOrder(
  { mark, a, b }: Groups,
  { dates }: Terms,
): { month: number; day: number } | { fault: string } {
  const [first, second] = [Number(a), Number(b)]
  if (mark === undefined) return { month: first, day: second }
  // A date with dots begins with its day wherever dates have dots.
  if (mark === '.' || dates === 'day-first') return { month: second, day: first }
  if (dates === 'month-first') return { month: first, day: second }
  return {
    fault:
      'can be read in two ways; say dates of the survey in desirepath.yaml: month-first or day-first',
  }
}

function toHour({ hour = '0', half }: Groups): number {
  if (half === undefined) return Number(hour)
  return (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0)
}

/** Null when nobody knows the zone; a day without a clock is itself. */
function toInstant(wall: number, { hour, utc, offset }: Groups, { timezone }: Terms): Date | null {
  if (hour === undefined) return new Date(wall)
  if (offset !== undefined) {
    const [, sign, hours, minutes = '0'] = /^([+-])(\d{1,2}):?(\d\d)?$/.exec(offset) ?? []
    const ahead = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
    return new Date(wall - ahead * 60_000)
  }
  if (utc !== undefined) return new Date(wall)
  return timezone === null ? null : wallTimeToInstant(wall, timezone)
}
