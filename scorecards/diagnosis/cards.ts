import { compareText } from '#lib/order.ts'
import { daysBefore } from '#lib/period.ts'
import { textOf } from '#scorecards/diagnosis/condition.ts'
import {
  evaluateRule,
  type JudgedCondition,
  type RuleEvaluation,
} from '#scorecards/diagnosis/evaluate-rule.ts'
import type { DiagnosisRule } from '#scorecards/diagnosis/rule.ts'
import type { Snapshot } from '#scorecards/diagnosis/snapshot.ts'

/** What somebody made of a card. */
export type CardMark = {
  readonly ruleId: string
  readonly at: Date
  /** The conditions that held then, as `conditionsHeld` gives them. */
  readonly held: readonly string[]
} & (
  | { readonly kind: 'refuted'; readonly reason: string }
  | { readonly kind: 'confirmed' | 'accepted_risk'; readonly reason: string | null }
)

/** A pattern that is there, or may be. */
export interface DiagnosisCard {
  readonly rule: DiagnosisRule
  readonly result: 'fired' | 'suspected'
  readonly conditions: readonly JudgedCondition[]
  readonly missing: readonly string[]
  /** How many conditions are known to hold. */
  readonly known: number
  /** The newest mark; null when nobody made one. */
  readonly mark: CardMark | null
  /** Refuted lately, and nothing new came up: not to be shown unasked. */
  readonly isQuiet: boolean
}

/** The cards of a path, those with most conditions known to hold first, then by id. */
export function diagnosisCards(
  rules: readonly DiagnosisRule[],
  snapshot: Snapshot,
  { marks, asOf }: { readonly marks: readonly CardMark[]; readonly asOf: Date },
): DiagnosisCard[] {
  return rules
    .flatMap((rule): DiagnosisCard[] => {
      const evaluation = evaluateRule(rule, snapshot)
      const { result, conditions, missing } = evaluation
      if (result !== 'fired' && result !== 'suspected') return []
      const held = conditionsHeld(evaluation)
      const mark = newestMark(marks, rule.id, asOf)
      const isQuiet = mark !== null && silences(mark, held, asOf)
      return [{ rule, result, conditions, missing, known: held.length, mark, isQuiet }]
    })
    .toSorted((a, b) => b.known - a.known || compareText(a.rule.id, b.rule.id))
}

/** The conditions known to hold, as text: what a mark remembers. */
export const conditionsHeld = ({ conditions }: Pick<RuleEvaluation, 'conditions'>): string[] =>
  conditions.filter(({ judgement }) => judgement === 'true').map(textOf)

function newestMark(marks: readonly CardMark[], ruleId: string, asOf: Date): CardMark | null {
  const own = marks.filter((mark) => mark.ruleId === ruleId && mark.at <= asOf)
  return own.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0] ?? null
}

const QUIET_DAYS = 8 * 7

/** For eight weeks, unless a condition holds that did not when the card was refuted. */
function silences({ kind, at, held: heldThen }: CardMark, held: readonly string[], asOf: Date) {
  const isRecent = at > daysBefore(asOf, QUIET_DAYS)
  return kind === 'refuted' && isRecent && held.every((text) => heldThen.includes(text))
}
