import { signedText } from '#bin/compare-text.ts'
import { type Fact, overText, scopeText, toLines, toText, valueText } from '#bin/show-text.ts'
import type { ChangeStory, Untold } from '#lib/queries/explain-change.ts'
import { PART_WORDS, type TellingPart } from '#scorecards/change/parts.ts'
import type { MetricDefinition, MetricResult, Unit } from '#scorecards/result.ts'
import { STATUS_WORDS, withKey } from '#scorecards/words.ts'

/** The parts of a difference for a terminal, each with its units, and that they add up. */
export function toStoryText(definition: MetricDefinition, story: ChangeStory): string {
  const { before, after, difference, parts, untold } = story
  const { unit } = definition
  return toText([
    `${definition.id} ${definition.name}`,
    scopeText(story),
    '',
    ...toLines([
      sideFact('before', before),
      sideFact('after', after),
      ['difference', difference === null ? 'none' : signedText(difference, unit)],
      ...(untold === null ? [] : [['parts', `none: ${UNTOLD_WORDS[untold]}`] as const]),
    ]),
    ...(parts.length === 0 ? [] : ['', ...toLines(parts.map((part) => partFact(part, unit)))]),
  ])
}

const sideFact = (name: string, result: MetricResult | null): Fact => [
  name,
  result === null
    ? 'no figure'
    : `${valueText(result)}, ${withKey(STATUS_WORDS, result.status)}, ${overText(result)}`,
]

const UNTOLD_WORDS: Readonly<Record<Untold, string>> = {
  no_value_before: 'the earlier figure has no value',
  no_value_after: 'the later figure has no value',
  no_value: 'neither figure has a value',
  same_figure: 'no other figure was published between the two',
  not_divisible: 'it is no sum over teams, so that no team can be said to have moved it',
  one_team: 'it is of one team, and what moved it is how the team did',
  teams_not_kept: 'what each team did then is no longer kept; a later day can be held against',
  nobody_in_both: 'nobody was counted both times, so that nothing tells one cause from another',
}

function partFact({ part, amount, units }: TellingPart, unit: Unit): Fact {
  const told = units
    .filter((one) => one.amount === null || Math.abs(one.amount) > ROUNDING)
    .map((one) => (one.amount === null ? one.id : `${one.id} ${signedText(one.amount, unit)}`))
  return [
    PART_WORDS[part].name.toLowerCase(),
    `${signedText(amount, unit)}${told.length === 0 ? '' : `: ${told.join(', ')}`}`,
  ]
}

/** Sums of fractions differ in their last digits. */
const ROUNDING = 1e-9
