import { formatCountOf, formatDay, formatValue } from '#app/format.ts'
import { timeWords } from '#app/time-words.ts'
import type { ChangeStory } from '#lib/queries/explain-change.ts'
import { PART_WORDS, type TellingPart } from '#scorecards/change/parts.ts'
import type { MetricResult, Unit } from '#scorecards/result.ts'

/** `+16.7`, `−2.4` in points of a share; `+3.2 h`; `0` where nothing is left after rounding. */
export function formatAmount(amount: number, unit: Unit): string {
  const size = sizeOf(Math.abs(amount), unit)
  if (!/[1-9]/.test(size)) return '0'
  return `${amount < 0 ? '−' : '+'}${size}`
}

const sideTime = (side: MetricResult) =>
  side.window.start === side.window.end ? `on ${formatDay(new Date(side.asOf))}` : timeWords(side)

const isShare = (unit: Unit) => unit.startsWith('fraction')

const sizeOf = (amount: number, unit: Unit) =>
  isShare(unit) ? (100 * amount).toFixed(1) : formatValue(amount, unit, null)

/** What amounts are in, as a heading: shares differ by points. */
export const amountsAre = (unit: Unit) => (isShare(unit) ? 'Points' : 'Difference')

/** `From 86% on 2 Feb 2026 to 83% on 11 May 2026: 2.4 points less.`; of a window its days. */
export function changeSentence({ before, after, difference }: ChangeStory): string | null {
  if (before === null || after === null || difference === null) return null
  const { unit } = after
  const [from, to] = [before, after].map(
    (side) => `${formatValue(side.value, unit, side.n)} ${sideTime(side)}`,
  )
  const size = formatAmount(difference, unit)
  if (size === '0') return `From ${from} to ${to}: as much as before.`
  const words = isShare(unit) ? `${size.slice(1)} points` : size.slice(1)
  const moved = `${words} ${difference > 0 ? 'more' : 'less'}`
  const [was, is] = [before, after].map((side) => formatValue(side.value, unit, side.n))
  return was === is
    ? `From ${from} to ${to}, which is ${moved} before rounding.`
    : `From ${from} to ${to}: ${moved}.`
}

/** `It is −16.7 from newcomers and +20.0 from other results of those counted both times.`, the largest first. */
export function causesSentence({ parts, after }: ChangeStory): string | null {
  if (after === null) return null
  const telling = parts
    .filter(({ amount }) => formatAmount(amount, after.unit) !== '0')
    .toSorted((a, b) => Math.abs(b.amount) - Math.abs(a.amount))
  const [only] = telling
  if (only === undefined) {
    const moved = parts.some((part) => hasMoved(part, after.unit))
    return moved ? 'What raised it and what lowered it cancel out.' : null
  }
  if (telling.length === 1) return `All of it is from ${PART_WORDS[only.part].from}.`
  const causes = telling.map(
    ({ part, amount }) => `${formatAmount(amount, after.unit)} from ${PART_WORDS[part].from}`,
  )
  return `It is ${listed.format(causes)}.`
}

const hasMoved = (part: TellingPart, unit: Unit) =>
  tellingUnits(part, unit).some(({ amount }) => amount !== null)

const listed = new Intl.ListFormat('en-GB')

/** Which units a part is told of: those whose share in it is not nothing. */
export const tellingUnits = ({ units }: TellingPart, unit: Unit) =>
  units.filter(({ amount }) => amount === null || formatAmount(amount, unit) !== '0')

/** `2 teams, not counted before`. */
export const unitsText = (count: number, kind: ChangeStory['unitKind'], tells: string) =>
  `${formatCountOf(count, kind)}, ${tells}`

/** Why nothing can be told apart, for a reader. */
export function untoldSentence({ untold, before, after }: ChangeStory, day: Date): string {
  const on = formatDay(day)
  switch (untold) {
    case 'no_value_before':
      return `There is no figure of ${before === null ? on : formatDay(new Date(before.asOf))} that could be held against this one.`
    case 'no_value_after':
    case 'no_value':
      return after === null
        ? 'There is no figure that could be explained.'
        : 'The figure has no value that could be explained.'
    case 'same_figure':
      return `No other figure was published since ${on}.`
    case 'not_divisible':
      return 'This figure is no sum over teams, so that no team can be said to have moved it.'
    case 'one_team':
      return 'This is the figure of one team: what moved it is how the team did. Its rows tell more.'
    case 'teams_not_kept':
      return `What each team did until ${on} is no longer kept. A later day can be compared with.`
    case 'nobody_in_both':
      return `Nobody was counted both on ${on} and now, so that nothing tells one cause from another.`
    default:
      return ''
  }
}
