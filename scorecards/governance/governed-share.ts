import { periodOf, type Span } from '#scorecards/delivery/production.ts'
import {
  casesIn,
  type GovernedCase,
  type JudgedCase,
  type JudgeTerms,
  judgeCase,
} from '#scorecards/governance/evidence-cases.ts'
import { GRACE_HOURS, type PolicyBook, toJudge } from '#scorecards/governance/policy-evidence.ts'
import type { Computed } from '#scorecards/measure.ts'
import type { Reach } from '#scorecards/metrics/work-counts.ts'
import { pooledProportionOf, type TeamRow } from '#scorecards/pooled-proportion.ts'
import { proportionOf, type Requirements } from '#scorecards/proportion.ts'

/** What every metric about policy evidence looks at. */
export interface Governed extends Span, PolicyBook {
  /** `path`: pooled over teams; `team`: of one team. */
  readonly reach: Reach
}

export const GOVERNED_DAYS = 28

/** Subjects that took effect in the period, judged by what was there at the end of their grace time. */
export function judgeIn(input: Governed, cases: readonly GovernedCase[]): JudgedCase[] {
  const terms: JudgeTerms = { asOf: input.asOf, judge: toJudge(input) }
  return casesIn(cases, periodOf(input, GOVERNED_DAYS)).map((one) => judgeCase(one, terms))
}

/** The share of `rows` counted, by teams where it is pooled. */
export function governedShare(
  input: Governed,
  rows: readonly TeamRow[],
  requirements: Requirements,
): Computed {
  const shareOf = input.reach === 'path' ? pooledProportionOf : proportionOf
  return {
    ...shareOf(rows, requirements),
    ...(input.requirements === null && { absence: 'source_missing' }),
    ...(input.window && { window: input.window }),
    parameters: { graceHours: GRACE_HOURS },
  }
}
