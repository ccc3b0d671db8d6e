import { sizeOf, verdictOf } from '#app/change.ts'
import { formatAmount } from '#app/explanation-words.ts'
import type { Comparison } from '#scorecards/comparison.ts'
import type { Interval, MetricDefinition, MetricResult, Unit } from '#scorecards/result.ts'
import { INCOMPARABLE_WORDS, NO_INTERVAL_WORDS } from '#scorecards/words.ts'

/** `4 points better (95%: +1.0 to +7.1 points).` */
export function differenceSentence(
  { difference, incomparable, ci, noInterval, ratio }: Comparison,
  result: MetricResult,
  { direction }: MetricDefinition,
): string {
  if (difference === null) {
    return `The two are not compared: ${INCOMPARABLE_WORDS[incomparable ?? 'not_ok']}.`
  }
  if (difference === 0) return 'As much as in the time compared with.'
  const { word } = verdictOf(difference, direction)
  const size = `${sizeOf(Math.abs(difference), result)} ${word} than in the time compared with`
  if (ci !== null) return `${size} (95%: ${limitsText(ci, result.unit)}).`
  if (ratio !== null && ratio.value !== null) {
    const limits = ratio.ci === null ? '' : ` (95%: ${timesText(ratio.ci)})`
    return `${size}, ${ratio.value.toFixed(2)} times as much${limits}.`
  }
  return `${size}; without an interval, since ${NO_INTERVAL_WORDS[noInterval ?? 'no_method']}.`
}

function limitsText({ low, high }: Interval, unit: Unit): string {
  const limit = (value: number | null) =>
    value === null ? 'not reached' : formatAmount(value, unit)
  const points = unit.startsWith('fraction') ? ' points' : ''
  return `${limit(low)} to ${limit(high)}${points}`
}

const timesText = ({ low, high }: Interval) =>
  `${low?.toFixed(2) ?? 'not reached'} to ${high?.toFixed(2) ?? 'not reached'} times`
