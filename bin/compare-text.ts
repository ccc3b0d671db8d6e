import type { PeriodComparison, TargetComparison } from '#bin/compare.ts'
import {
  amountText,
  type Fact,
  overText,
  percent,
  round,
  scopeText,
  toLines,
  toText,
  valueText,
} from '#bin/show-text.ts'
import type { Window } from '#lib/windows.ts'
import type { Interval, MetricDefinition, MetricResult, Unit } from '#scorecards/result.ts'
import { INCOMPARABLE_WORDS, NO_INTERVAL_WORDS, STATUS_WORDS, withKey } from '#scorecards/words.ts'

/** Two periods for a terminal: what each of them says and rests on, and how they differ. */
export function toComparisonText(definition: MetricDefinition, one: PeriodComparison): string {
  const { period, current, referencePeriod, reference, ratio } = one
  return toText([
    ...heading(definition, current),
    ...toLines([
      ...periodFacts(period, current),
      ...periodFacts(referencePeriod, reference),
      ['difference', differenceText(one)],
      ...(one.difference === null ? [] : [['interval', intervalText(one)] as const]),
      ...(ratio === null ? [] : [['ratio', ratioText(ratio)] as const]),
    ]),
  ])
}

/** A target for a terminal: how far it is, and how much of the time is over. */
export function toTargetText(definition: MetricDefinition, one: TargetComparison): string {
  const { period, current, target, outcome, gap, wayShare, timeShare } = one
  const { unit } = current
  const end = target.by === null ? '' : `, by the end of ${lastDay(target.by)}`
  return toText([
    ...heading(definition, current),
    ...toLines([
      ...periodFacts(period, current),
      ['target', `${amountText(target.target, unit)}${end}`],
      ...(target.baseline === null
        ? []
        : [['baseline', amountText(target.baseline, unit)] as const]),
      ['progress', outcome.replaceAll('_', ' ')],
      ['gap', gap === null ? 'no value' : signedText(gap, unit)],
      ['way', wayShare === null ? 'unknown' : percent(wayShare)],
      ['time', timeShare === null ? 'no end' : percent(timeShare)],
    ]),
  ])
}

const heading = ({ id, name }: MetricDefinition, result: MetricResult) => [
  `${id} ${name}`,
  scopeText(result),
  '',
]

function periodFacts({ name }: Window, result: MetricResult): Fact[] {
  const status = withKey(STATUS_WORDS, result.status)
  return [[name, `${valueText(result)}, ${status}, ${overText(result)}`]]
}

function differenceText({ difference, incomparable, current }: PeriodComparison): string {
  if (difference === null) return `none: ${withKey(INCOMPARABLE_WORDS, incomparable ?? 'not_ok')}`
  return signedText(difference, current.unit)
}

function intervalText({ ci, noInterval, current }: PeriodComparison): string {
  if (ci === null) return `none: ${withKey(NO_INTERVAL_WORDS, noInterval ?? 'no_method')}`
  return `${limitsText(ci, (limit) => signedText(limit, current.unit))} (95 %, ${ci.method})`
}

function ratioText({ value, ci }: NonNullable<PeriodComparison['ratio']>): string {
  const limits = ci === null ? '' : ` (95 %: ${limitsText(ci, (limit) => String(round(limit)))})`
  return `${value === null ? 'no value' : round(value)}${limits}`
}

function limitsText({ low, high }: Interval, toLimit: (limit: number) => string): string {
  const end = (limit: number | null) => (limit === null ? 'not reached' : toLimit(limit))
  return `${end(low)} to ${end(high)}`
}

/** Fractions differ by points, of which a hundred are the whole. */
export function signedText(amount: number, unit: Unit): string {
  const sign = amount > 0 ? '+' : ''
  if (unit.startsWith('fraction')) return `${sign}${(100 * amount).toFixed(1)} points`
  return `${sign}${round(amount)} ${unit}`
}

const lastDay = (by: Date) => new Date(by.getTime() - 1).toISOString().slice(0, 10)
