import type { Interval, Unit } from '#scorecards/result.ts'

/** From this many cases on, a percentage has a decimal. */
const CASES_FOR_A_DECIMAL = 100

const whole = new Intl.NumberFormat('en')
const percent = [0, 1].map(
  (digits) =>
    new Intl.NumberFormat('en', {
      style: 'percent',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }),
)
const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})
const minute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

/** `1,234`. */
export function formatCount(count: number): string {
  return whole.format(count)
}

/** `1 team`, `2 teams`. */
export function formatCountOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${whole.format(count)} ${count === 1 ? singular : plural}`
}

/** A fraction as a percentage: no decimals below 100 cases, one from there on. */
export function formatPercent(fraction: number, cases: number | null): string {
  const digits = cases !== null && cases >= CASES_FOR_A_DECIMAL ? 1 : 0
  return percent[digits]?.format(fraction) ?? ''
}

/** A value rounded for reading, in the unit's own words: `78%`, `12.5 days`, `no data`. */
export function formatValue(value: number | null, unit: Unit, cases: number | null): string {
  if (value === null) return 'no data'
  const say = WORDS[unit]
  return say === undefined ? formatPercent(value, cases) : say(value)
}

const MINUTES_IN_AN_HOUR = 60

/** Units that are no share. */
const WORDS: Readonly<Partial<Record<Unit, (value: number) => string>>> = {
  days: (value) => formatDays(value),
  hours: (value) => formatMinutes(value * MINUTES_IN_AN_HOUR),
  minutes: (value) => formatMinutes(value),
  'per week': (value) => `${oneDecimal.format(value)} a week`,
  'requests per week': (value) => `${oneDecimal.format(value)} a week`,
  'per 100 uses': (value) => `${oneDecimal.format(value)} per 100 uses`,
  ratio: (value) => oneDecimal.format(value),
  'points, -100 to 100': (value) => whole.format(Math.round(value)).replace('-', '−'),
  'points, 0 to 100': (value) => whole.format(Math.round(value)),
}

/** `7 of 9 teams`; null for values that are no share. */
export function formatShare(
  numerator: number | null,
  denominator: number | null,
  unit: Unit,
): string | null {
  const [, cases] = /^fraction of (.+)$/.exec(unit) ?? []
  const isCounted = cases !== undefined && cases !== 'time'
  if (!isCounted || numerator === null || denominator === null) return null
  return `${whole.format(numerator)} of ${whole.format(denominator)} ${cases}`
}

/** `45% to 94%`, `at least 12 days`; null when neither end is known. */
export function formatInterval(
  { low, high }: Pick<Interval, 'low' | 'high'>,
  unit: Unit,
  cases: number | null,
): string | null {
  const text = (value: number) => formatValue(value, unit, cases)
  if (low === null && high === null) return null
  if (high === null) return low === null ? null : `at least ${text(low)}`
  if (low === null) return `at most ${text(high)}`
  return `${text(low)} to ${text(high)}`
}

/** `1 day`, `12.5 days`. */
export function formatDays(days: number): string {
  const text = oneDecimal.format(days)
  return `${text} ${text === '1' ? 'day' : 'days'}`
}

const HOUR = 60
const DAY = 24 * HOUR

/** Minutes in the largest unit that keeps them readable: `35 min`, `2.5 h`, `3.2 days`. */
export function formatMinutes(minutes: number): string {
  if (minutes < 2 * HOUR) return `${oneDecimal.format(minutes)} min`
  if (minutes < 2 * DAY) return `${oneDecimal.format(minutes / HOUR)} h`
  return formatDays(minutes / DAY)
}

/** `45 seconds`, `3 minutes`, `1 hour`: how long something took. */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 1) return 'under a second'
  if (seconds < 120) return formatCountOf(seconds, 'second')
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return formatCountOf(minutes, 'minute')
  const hours = Math.round(minutes / 60)
  return hours < 48 ? formatCountOf(hours, 'hour') : formatCountOf(Math.round(hours / 24), 'day')
}

/** How long before `now` an instant lies: `3 minutes ago`, `in 2 days`. */
export function formatAgo(instant: Date, now: Date): string {
  const elapsed = now.getTime() - instant.getTime()
  return elapsed >= 0 ? `${formatElapsed(elapsed)} ago` : `in ${formatElapsed(-elapsed)}`
}

/** The day of an instant in UTC, for reading: `5 Oct 2026`. */
export function formatDay(instant: Date): string {
  return day.format(instant)
}

/** An instant to the minute in UTC: `5 Oct 2026, 14:05 UTC`. */
export function formatInstant(instant: Date): string {
  return `${minute.format(instant)} UTC`
}
