import { isSatisfied } from '#scorecards/metrics/csat-top2.ts'
import { bothOf } from '#scorecards/metrics/umux-lite.ts'
import { LEAST_FOR_SCORE, LEAST_FOR_SPREAD, sideOf } from '#scorecards/survey/answers.ts'
import { stanceOf } from '#scorecards/survey/scores.ts'
import {
  type Concealment,
  conceal,
  mayBeSplit,
  type Sibling,
} from '#scorecards/survey/suppression.ts'
import type { SurveyedPath, SurveyResponse } from '#scorecards/survey/wave.ts'

/** A figure that is shown for the path and for each of its groups. */
export type Item = 'responses' | 'nps' | 'csat' | 'umux'

/** What a response says on an item, as far as its figure tells it; null when nothing. */
type Reading = (response: SurveyResponse) => unknown

const READINGS: Readonly<Record<Item, Reading>> = {
  responses: () => true,
  nps: ({ npsScore }) => (npsScore === null ? null : stanceOf(npsScore)),
  csat: ({ csat }) => (csat === null ? null : isSatisfied(csat)),
  umux: (response) => {
    const both = bothOf(response)
    return both && both.a + both.b
  },
}

export const countAnswers = (responses: readonly SurveyResponse[], item: Item) =>
  responses.filter((response) => READINGS[item](response) !== null).length

const SCORES: readonly Item[] = ['responses', 'nps', 'csat', 'umux']

/** Of these a score leaves open how answers are spread around it. */
const SPREADS: readonly Item[] = ['nps', 'umux']

/** What of a path in a wave is hidden. */
export interface Masks {
  readonly k: number
  readonly kSpread: number
  /** `group` null is the path. */
  readonly isHidden: (item: Item, group: string | null) => boolean
  /** The same for intervals, and for promoters beside detractors. */
  readonly isSpreadHidden: (item: Item, group: string | null) => boolean
  /** Whether answers must not be counted by adopters and others, a second grouping. */
  readonly areSidesHidden: boolean
}

/** `draw` gives a number from 0 to 1 for each group. */
export function toMasks(
  { groups, responses }: SurveyedPath,
  least: number,
  draw: () => number,
): Masks {
  const k = Math.max(least, LEAST_FOR_SCORE)
  const kSpread = Math.max(least, LEAST_FOR_SPREAD)
  const drawn = groups.map((group) => ({ ...group, turn: draw() }))
  const byGroup = Map.groupBy(responses, ({ groupId }) => groupId)
  const siblingsBy = (items: readonly Item[]): Sibling[] =>
    drawn.map(({ id, invited, turn }) => ({
      id,
      invited,
      turn,
      figures: items.map((item) => answersTo(item, byGroup.get(id) ?? [])),
    }))
  const counted = siblingsBy(SCORES)
  const scores = conceal(counted, k)
  const hidden = new Set(scores.groups)
  const sides = new Map(groups.map(({ id, groupState }) => [id, sideOf(groupState)]))
  const bySide = Map.groupBy(counted, ({ id }) => sides.get(id))
  return {
    k,
    kSpread,
    isHidden: toTest(SCORES, scores),
    isSpreadHidden: toTest(SPREADS, conceal(siblingsBy(SPREADS), kSpread, hidden)),
    areSidesHidden: !mayBeSplit(bySide.values(), k, hidden),
  }
}

function answersTo(item: Item, responses: readonly SurveyResponse[]) {
  const kinds = responses.map(READINGS[item]).filter((kind) => kind !== null)
  // That somebody responded is all that a response says.
  return { n: kinds.length, kinds: new Set(item === 'responses' ? [] : kinds) }
}

function toTest(items: readonly Item[], { groups, silent, parents }: Concealment) {
  const hidden = new Set(groups)
  const quiet = new Set(silent)
  const whole = new Set(items.filter((_, index) => parents[index]))
  return (item: Item, group: string | null) =>
    group === null ? whole.has(item) : !quiet.has(group) && (whole.has(item) || hidden.has(group))
}
