import type { RuleConditions } from '#scorecards/diagnosis/evaluate-rule.ts'

/** A pattern that platforms fall into, how to see it, and what to do about it. */
export interface DiagnosisRule extends RuleConditions {
  readonly id: `D${number}`
  readonly name: string
  /** What to cite on the card. */
  readonly evidence: readonly string[]
  readonly meaning: string
  readonly nextStep: string
  /** What would show that it is something else. */
  readonly refutedBy: string
  /** A usual false alarm; null when none is known. */
  readonly checkFirst: string | null
}
