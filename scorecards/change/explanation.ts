import { compareText } from '#lib/order.ts'
import { isPartial, type Sight } from '#scorecards/measure.ts'

/**
 * Why a number differs between two periods: parts of later less earlier that add up to the whole. With
 * the periods exchanged every part changes its sign, and newcomers and leavers their places.
 */
export interface ChangeParts {
  /** How those units did that had cases in both. */
  readonly rate: number
  /** How much each of them weighs among them. */
  readonly mix: number
  /** Units with cases in the later period alone. */
  readonly newcomers: number
  /** Units with cases in the earlier period alone. */
  readonly leavers: number
  /** Units of which one period or both were not fully read, or are largely unknown. */
  readonly dataGaps: number
  /** The number came to mean something else; 0 where it did not. */
  readonly definition: number
}

export interface ChangeExplanation {
  /** As published, in the unit of the metric. */
  readonly before: number
  readonly after: number
  /** `after` less `before`. */
  readonly difference: number
  readonly parts: ChangeParts
  /** Ids in text order, each in one group. Units without cases in either period are in none. */
  readonly units: Readonly<Record<UnitGroup, readonly string[]>>
}

export type UnitGroup = 'both' | 'newcomers' | 'leavers' | 'dataGaps'

/** A unit, such as a team; null where it was not there to be counted, which is no gap in the data. */
export interface ChangedUnit<Seen> {
  readonly id: string
  readonly before: Seen | null
  readonly after: Seen | null
}

/** The values as published, where the definition changed: units then follow one of the two throughout. */
export interface Published {
  readonly before: number
  readonly after: number
}

/** A part that units have a share in: every one but the definition. */
export type UnitPart = Exclude<keyof ChangeParts, 'definition'>

export const toParts = (amountOf: (part: UnitPart) => number): Record<UnitPart, number> => ({
  rate: amountOf('rate'),
  mix: amountOf('mix'),
  newcomers: amountOf('newcomers'),
  leavers: amountOf('leavers'),
  dataGaps: amountOf('dataGaps'),
})

/** `values` are by one definition, as their parts are; what was published beyond them is due to another. */
export function toExplanation(
  values: Published,
  parts: Readonly<Record<UnitPart, number>>,
  units: ChangeExplanation['units'],
  published: Published = values,
): ChangeExplanation {
  const { before, after } = published
  const definition = after - values.after - (before - values.before)
  return { before, after, difference: after - before, parts: { ...parts, definition }, units }
}

/** A unit of which nothing was seen, without a gap, where it was not there. */
export interface SeenUnit<Seen> {
  readonly id: string
  readonly before: Seen
  readonly after: Seen
}

/** Units by group, each in text order, so that the order of units does not matter. */
export function groupUnits<Seen extends Sight>(
  units: readonly ChangedUnit<Seen>[],
  nothing: Seen,
  hasCases: (seen: Seen) => boolean,
): Record<UnitGroup, readonly SeenUnit<Seen>[]> {
  const all = units
    .map(({ id, before, after }) => ({ id, before: before ?? nothing, after: after ?? nothing }))
    .toSorted((a, b) => compareText(a.id, b.id))
  const groups = Map.groupBy(all, ({ before, after }): UnitGroup | 'none' => {
    if (isPartial(before) || isPartial(after)) return 'dataGaps'
    if (hasCases(before)) return hasCases(after) ? 'both' : 'leavers'
    return hasCases(after) ? 'newcomers' : 'none'
  })
  const { both = [], newcomers = [], leavers = [], dataGaps = [] } = Object.fromEntries(groups)
  return { both, newcomers, leavers, dataGaps }
}

export function listIds(
  groups: Record<UnitGroup, readonly { readonly id: string }[]>,
): ChangeExplanation['units'] {
  const ids = (group: UnitGroup) => groups[group].map(({ id }) => id)
  return {
    both: ids('both'),
    newcomers: ids('newcomers'),
    leavers: ids('leavers'),
    dataGaps: ids('dataGaps'),
  }
}
