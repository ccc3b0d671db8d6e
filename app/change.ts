import { formatDay, formatValue } from '#app/format.ts'
import type { Tone } from '#app/status.ts'
import type { MetricDefinition, MetricResult } from '#scorecards/result.ts'

export interface Change {
  /** `6 points better than on 24 Aug 2026 (58% → 64%)`. */
  readonly words: string
  /** The same without the day: `6 points better`. */
  readonly short: string
  readonly tone: Tone
  /** Up: better. Down: worse. Null: neither. */
  readonly arrow: 'up' | 'down' | null
}

/** How a figure differs from an earlier one of the same scope; null where one of them has none. */
export function changeOf(
  result: MetricResult,
  before: MetricResult | undefined,
  direction: MetricDefinition['direction'],
): Change | null {
  const [now, then] = [usable(result), usable(before)]
  if (before === undefined || now === null || then === null) return null
  if (before.asOf === result.asOf) return null
  const text = (value: number) => formatValue(value, result.unit, result.n)
  const day = formatDay(new Date(before.asOf))
  if (text(now) === text(then)) {
    return { words: `as on ${day}`, short: 'unchanged', tone: 'quiet', arrow: null }
  }
  const { word, tone, arrow } = verdictOf(now - then, direction)
  const short = `${sizeOf(Math.abs(now - then), result)} ${word}`
  return { tone, arrow, short, words: `${short} than on ${day} (${text(then)} → ${text(now)})` }
}

/** The value of a result that stands; null where there is none. */
export function usable(result: MetricResult | undefined): number | null {
  const stands = result?.status === 'ok' || result?.status === 'source_partial'
  return stands ? (result?.value ?? null) : null
}

export function verdictOf(difference: number, direction: MetricDefinition['direction']) {
  const isMore = difference > 0
  if (direction === 'none') {
    return { word: isMore ? 'more' : 'less', tone: 'quiet', arrow: null } as const
  }
  const isBetter = isMore === (direction === 'higher')
  return isBetter
    ? ({ word: 'better', tone: 'good', arrow: 'up' } as const)
    : ({ word: 'worse', tone: 'bad', arrow: 'down' } as const)
}

/** A difference of shares is told in points, others in the unit of the value. */
export function sizeOf(difference: number, { unit, n }: MetricResult): string {
  const isShare = unit.startsWith('fraction')
  if (!isShare && !unit.startsWith('points')) return formatValue(difference, unit, n)
  const points = isShare ? 100 * difference : difference
  const text = points < 1 ? points.toFixed(1) : String(Math.round(points))
  return `${text} ${text === '1' ? 'point' : 'points'}`
}
