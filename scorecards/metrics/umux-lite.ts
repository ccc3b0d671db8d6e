import { type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { isTooFew, type WaveSpan } from '#scorecards/survey/answers.ts'
import { umuxLite as usabilityScore } from '#scorecards/survey/scores.ts'

/** 1 to 7 each. Null when it was left empty, or not asked of somebody who had not used the path. */
export interface UsabilityItems {
  /** "Its capabilities meet my requirements." */
  readonly umux1: number | null
  /** "It is easy to use." */
  readonly umux2: number | null
}

export interface UmuxLite extends WaveSpan {
  readonly responses: readonly (UsabilityItems & { readonly id: string })[]
}

export const umuxLite: Metric<UmuxLite> = {
  definition: {
    id: 'SAT-03',
    key: 'umux_lite',
    name: 'Perceived usability (UMUX-Lite)',
    area: 'satisfaction',
    unit: 'points, 0 to 100',
    direction: 'higher',
    toldOf: 'wave',
    definition:
      'How far people agree that the path can do what they need and that it is easy to use.',
    formula:
      'mean over people of (a + b - 2) x 100 / 12, where a and b are the answers from 1 to 7; ' +
      'beside it susEquivalent = 0.65 x that mean + 22.9',
    eligibleSet: 'People who used the path in the 28 days before they answered.',
    window: 'One closed survey wave.',
    minimumSample: 'Five answers to show it, twelve for a band.',
    missingData:
      'A response with only one of the two answers is left out and reported; more than 20 % of ' +
      'them: no band. One with neither is left out. With fewer than five answers neither score nor ' +
      'count is shown, nor of a group that ' +
      'could be worked out from the others, or whose answers are all equal.',
    interval:
      'Student t, 95 %, within 0 and 100. From eight answers on, since it tells how they are spread.',
    bands:
      'Good from 70, bad below 55. The usual comparison, a SUS score of 68, is 69.4 on this scale.',
    misleadsWhen: 'It is about the interface, and not about whether the wait is gone.',
    guardrails: ['SPD-01', 'SAT-04'],
    version: '1.0.0',
  },
  windowDays: 91,

  compute({ wave, k, responses }) {
    const items = responses.flatMap((response) => bothOf(response) ?? [])
    const { value, ci, ...parts } = usabilityScore(items.map(({ a, b }) => [a, b]))
    const rows = responses.map((response) => ({ id: response.id, kind: setOf(response) }))
    const n = items.length
    const nUnknown = rows.filter(({ kind }) => kind === 'unknown').length
    return {
      value,
      numerator: null,
      denominator: n,
      n,
      nUnknown,
      notMatured: 0,
      ci: ci && { ...ci, level: 0.95, method: 'Student t' },
      bounds: null,
      parts,
      flags: nUnknown > 0 ? ['has_unknown'] : [],
      evidence: toEvidence(rows),
      isTooSmall: false,
      isTooSmallForBand: n < ENOUGH_FOR_BAND,
      cutPoints: { good: 70, bad: 55 },
      isSuppressed: isTooFew(n, k),
      window: wave,
      parameters: { k },
    }
  },
}

const ENOUGH_FOR_BAND = 12

/** Null unless both were answered. */
export const bothOf = ({ umux1: a, umux2: b }: UsabilityItems) =>
  a === null || b === null ? null : { a, b }

function setOf(items: UsabilityItems): EvidenceKind {
  if (bothOf(items) !== null) return 'counted'
  return items.umux1 === null && items.umux2 === null ? 'excluded:not_answered' : 'unknown'
}
