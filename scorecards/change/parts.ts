import type { ChangeExplanation, UnitGroup, UnitPart } from '#scorecards/change/explanation.ts'
import type { Contribution } from '#scorecards/change/ratio-change.ts'

export const PARTS = [
  'newcomers',
  'leavers',
  'rate',
  'mix',
  'dataGaps',
  'definition',
  'unexplained',
] as const
export type PartKey = (typeof PARTS)[number]

interface PartWords {
  readonly name: string
  /** What is told of its units, or of itself where it has none. */
  readonly tells: string
  /** Where an amount is from. */
  readonly from: string
}

export const PART_WORDS: Readonly<Record<PartKey, PartWords>> = {
  newcomers: { name: 'Newcomers', tells: 'not counted before', from: 'newcomers' },
  leavers: { name: 'Leavers', tells: 'no longer counted', from: 'leavers' },
  rate: {
    name: 'Rate',
    tells: 'counted both times, with other results',
    from: 'other results of those counted both times',
  },
  mix: {
    name: 'Mix',
    tells: 'counted both times, with more or fewer of the cases',
    from: 'who has more or fewer of the cases',
  },
  dataGaps: { name: 'Data gaps', tells: 'not fully read before or now', from: 'gaps in the data' },
  definition: {
    name: 'Definition',
    tells: 'The figure is defined differently now',
    from: 'another definition',
  },
  unexplained: {
    name: 'Not explained',
    tells: 'The rows do not account for it',
    from: 'what the rows do not account for',
  },
}

/** A part of a difference, in the unit of the metric. */
export interface TellingPart {
  readonly part: PartKey
  readonly amount: number
  /** In text order. An amount is null where only all of them together can be told; else they add up. */
  readonly units: readonly { readonly id: string; readonly amount: number | null }[]
}

const GROUPS: Readonly<Record<UnitPart, UnitGroup>> = {
  newcomers: 'newcomers',
  leavers: 'leavers',
  rate: 'both',
  mix: 'both',
  dataGaps: 'dataGaps',
}

/** Every part in the order of `PARTS`; together they are `difference`, whatever was explained of it. */
export function listParts(
  explanation: ChangeExplanation & { readonly contributions?: readonly Contribution[] },
  difference: number,
): TellingPart[] {
  const { parts, contributions } = explanation
  const unitsOf = (part: UnitPart) =>
    contributions === undefined
      ? explanation.units[GROUPS[part]].map((id) => ({ id, amount: null }))
      : contributions.filter((one) => one.part === part).map(({ id, amount }) => ({ id, amount }))
  return PARTS.map((part) => {
    if (part === 'unexplained') {
      return { part, amount: withoutRounding(difference - explanation.difference), units: [] }
    }
    return { part, amount: parts[part], units: part === 'definition' ? [] : unitsOf(part) }
  })
}

/** Sums of fractions differ in their last digits. */
const withoutRounding = (amount: number) => (Math.abs(amount) < 1e-9 ? 0 : amount)
