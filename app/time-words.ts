import { formatCountOf, formatDay, formatInstant } from '#app/format.ts'
import { wholeDaysOf } from '#lib/period.ts'
import type { MetricResult } from '#scorecards/result.ts'

/**
 * Which days a figure is over: `over 28 days, 2 Nov 2026 to 29 Nov 2026`; of a state `as it stood on
 * 30 Nov 2026`.
 */
export function timeWords(result: Pick<MetricResult, 'window' | 'asOf' | 'parameters'>): string {
  const { window, asOf, parameters } = result
  if (parameters['wave'] !== undefined) {
    return `in the survey that closed on ${formatDay(new Date(asOf))}`
  }
  const [from, to] = [new Date(window.start), new Date(window.end)]
  if (window.start === window.end) return `as it stood on ${formatDay(to)}`
  const days = wholeDaysOf({ from, to })
  return days === null
    ? `over ${formatInstant(from)} to ${formatInstant(to)}`
    : `over ${formatCountOf(days.count, 'day')}, ${formatDay(days.first)} to ${formatDay(days.last)}`
}

/** The same of several figures; that each has its own where they differ. */
export function timesWords(results: readonly MetricResult[]): string {
  const [words, ...others] = new Set(results.map(timeWords))
  return words === undefined || others.length > 0 ? 'each over days of its own' : words
}
