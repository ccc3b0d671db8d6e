import { compareText } from '#lib/order.ts'
import {
  type ChangedUnit,
  type ChangeExplanation,
  groupUnits,
  listIds,
  type Published,
  type SeenUnit,
  toExplanation,
  toParts,
  type UnitPart,
} from '#scorecards/change/explanation.ts'
import type { Sight } from '#scorecards/measure.ts'

/** What one unit adds to a proportion or rate in one period. */
export interface RatioSeen extends Sight {
  readonly numerator: number
  /** Cases or exposure. */
  readonly denominator: number
}

export interface RatioExplanation extends ChangeExplanation {
  /** By unit in text order; those of a part add up to it. */
  readonly contributions: readonly Contribution[]
}

export interface Contribution {
  readonly id: string
  readonly part: UnitPart
  readonly amount: number
}

/**
 * Splits the change of Σ numerators / Σ denominators over units. Of the units with cases in both
 * periods rates differ at average weights, weights at average rates: E. M. Kitagawa, Journal of the
 * American Statistical Association 50 (1955). Newcomers are held against those in the later period,
 * leavers in the earlier: M. J. Melitz and S. Polanec, RAND Journal of Economics 46 (2015); data gaps
 * likewise in either. No part depends on which is taken out first. Null when no unit has cases in
 * both: then nothing tells one part from another.
 *
 * Not for answers to surveys: what one team adds tells how its people answered.
 */
export function explainRatioChange(
  units: readonly ChangedUnit<RatioSeen>[],
  published?: Published,
): RatioExplanation | null {
  const groups = groupUnits(units, NOTHING, ({ denominator }) => denominator > 0)
  const { both, newcomers, leavers, dataGaps } = groups
  if (both.length === 0) return null
  const before = toPeriod('before', [...both, ...leavers, ...dataGaps], both)
  const after = toPeriod('after', [...both, ...newcomers, ...dataGaps], both)
  const contributions = [
    ...both.flatMap((unit) => kitagawa(unit, before, after)),
    ...newcomers.map((unit) => contribution(unit, 'newcomers', pull(unit, after))),
    ...leavers.map((unit) => contribution(unit, 'leavers', -pull(unit, before))),
    ...dataGaps.map((unit) =>
      contribution(unit, 'dataGaps', pull(unit, after) - pull(unit, before)),
    ),
  ].toSorted((a, b) => compareText(a.id, b.id))
  const values = { before: before.value, after: after.value }
  const explanation = toExplanation(values, addUp(contributions), listIds(groups), published)
  return { ...explanation, contributions }
}

/** What a unit adds without any case. */
export const NOTHING: RatioSeen = {
  numerator: 0,
  denominator: 0,
  coverage: 1,
  knownCases: 0,
  nUnknown: 0,
}

type Unit = SeenUnit<RatioSeen>

/** One of the two periods: of all units, and of those with cases in both. */
interface RatioPeriod {
  readonly when: 'before' | 'after'
  readonly value: number
  readonly denominator: number
  readonly stayersValue: number
  readonly stayersDenominator: number
}

function toPeriod(
  when: RatioPeriod['when'],
  all: readonly Unit[],
  stayers: readonly Unit[],
): RatioPeriod {
  const total = (units: readonly Unit[], key: 'numerator' | 'denominator') =>
    sum(units.map((unit) => unit[when][key]))
  const [denominator, stayersDenominator] = [
    total(all, 'denominator'),
    total(stayers, 'denominator'),
  ]
  return {
    when,
    value: total(all, 'numerator') / denominator,
    denominator,
    stayersValue: total(stayers, 'numerator') / stayersDenominator,
    stayersDenominator,
  }
}

function kitagawa(unit: Unit, before: RatioPeriod, after: RatioPeriod): Contribution[] {
  const [rateBefore, rateAfter] = [rateIn(unit.before), rateIn(unit.after)]
  const weightBefore = unit.before.denominator / before.stayersDenominator
  const weightAfter = unit.after.denominator / after.stayersDenominator
  // Weights add up to 1, so the average that rates are held against changes no sum.
  const average = (before.stayersValue + after.stayersValue) / 2
  const rate = ((weightBefore + weightAfter) / 2) * (rateAfter - rateBefore)
  const mix = ((rateBefore + rateAfter) / 2 - average) * (weightAfter - weightBefore)
  return [contribution(unit, 'rate', rate), contribution(unit, 'mix', mix)]
}

const rateIn = ({ numerator, denominator }: RatioSeen) => numerator / denominator

/** How far a unit pulls the value of a period away from that of the units with cases in both. */
function pull(unit: Unit, { when, denominator, stayersValue }: RatioPeriod): number {
  const seen = unit[when]
  return (seen.numerator - stayersValue * seen.denominator) / denominator
}

const contribution = ({ id }: Unit, part: UnitPart, amount: number): Contribution => ({
  id,
  part,
  amount,
})

const addUp = (contributions: readonly Contribution[]) =>
  toParts((part) => sum(contributions.filter((one) => one.part === part).map(amountOf)))

const amountOf = ({ amount }: Contribution) => amount

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
