import { compareText } from '#lib/order.ts'
import { type Condition, type Judgement, judge } from '#scorecards/diagnosis/condition.ts'
import type { Snapshot } from '#scorecards/diagnosis/snapshot.ts'

/** When a pattern is there: all of `all` and at least `anyMin` of `any`. */
export interface RuleConditions {
  readonly all: readonly Condition[]
  readonly any: readonly Condition[]
  readonly anyMin: number
}

export type RuleResult = 'fired' | 'suspected' | 'unknown' | 'not_fired'

export interface JudgedCondition extends Condition {
  readonly judgement: Judgement
}

export interface RuleEvaluation {
  readonly result: RuleResult
  /** Keys of the unknown conditions, each once, in order; whatever the result. */
  readonly missing: readonly string[]
  /** Those of `all`, then those of `any`. */
  readonly conditions: readonly JudgedCondition[]
}

/**
 * Whether a pattern is there (section 14 of the metric reference). Nothing fires on missing data: what
 * is unknown can only make it suspected, when at least half of what it takes is known to hold.
 */
export function evaluateRule(rule: RuleConditions, snapshot: Snapshot): RuleEvaluation {
  const toJudged = (condition: Condition): JudgedCondition => ({
    ...condition,
    judgement: judge(condition, snapshot),
  })
  const [all, any] = [rule.all.map(toJudged), rule.any.map(toJudged)]
  const conditions = [...all, ...any]
  const unknown = conditions.filter(({ judgement }) => judgement === 'unknown')
  const missing = [...new Set(unknown.map(({ metric }) => metric))].toSorted(compareText)
  return { result: resultOf(all, any, rule.anyMin), missing, conditions }
}

function resultOf(
  all: readonly JudgedCondition[],
  any: readonly JudgedCondition[],
  anyMin: number,
): RuleResult {
  const count = (conditions: readonly JudgedCondition[], judgement: Judgement) =>
    conditions.filter((condition) => condition.judgement === judgement).length
  const [trueOfAll, trueOfAny] = [count(all, 'true'), count(any, 'true')]
  const isOutOfReach = trueOfAny + count(any, 'unknown') < anyMin
  if (count(all, 'false') > 0 || isOutOfReach) return 'not_fired'
  if (trueOfAll === all.length && trueOfAny >= anyMin) return 'fired'
  const enough = Math.ceil((all.length + anyMin) / 2)
  return trueOfAll + Math.min(trueOfAny, anyMin) >= enough ? 'suspected' : 'unknown'
}
