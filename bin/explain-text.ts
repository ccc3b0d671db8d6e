import { signedText } from '#bin/compare-text.ts'
import { type Fact, scopeText, toLines, toText, valueText } from '#bin/show-text.ts'
import type { ChangeStory } from '#lib/queries/explain-change.ts'
import { PART_WORDS, type TellingPart } from '#scorecards/change/parts.ts'
import type { MetricDefinition, MetricResult, Unit } from '#scorecards/result.ts'
import { STATUS_WORDS, withKey } from '#scorecards/words.ts'

/** The parts of a difference for a terminal, each with its units, and that they add up. */
export function toStoryText(definition: MetricDefinition, story: ChangeStory): string {
  const { before, after, difference, parts, untold } = story
  const { unit } = definition
  return toText([
    `${definition.id} ${definition.name}`,
    scopeText(story) || 'everybody',
    '',
    ...toLines([
      ...(before === null ? [] : [sideFact('before', before)]),
      ...(after === null ? [] : [sideFact('after', after)]),
      ['difference', difference === null ? 'none' : signedText(difference, unit)],
      ...(untold === null ? [] : [['parts', `none: ${untold.replaceAll('_', ' ')}`] as const]),
    ]),
    ...(parts.length === 0 ? [] : ['', ...toLines(parts.map((part) => partFact(part, unit)))]),
  ])
}

const sideFact = (name: string, result: MetricResult): Fact => [
  name,
  `${valueText(result)}, ${withKey(STATUS_WORDS, result.status)}, at ${result.asOf}`,
]

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
