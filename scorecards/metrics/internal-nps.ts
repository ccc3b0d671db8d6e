import { type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { isTooFew, type WaveSpan } from '#scorecards/survey/answers.ts'
import { nps } from '#scorecards/survey/scores.ts'

export interface InternalNps extends WaveSpan {
  readonly responses: readonly {
    readonly id: string
    /** 0 to 10. Null when it was left empty. */
    readonly npsScore: number | null
  }[]
}

export const internalNps: Metric<InternalNps> = {
  definition: {
    id: 'SAT-01',
    key: 'internal_nps',
    name: 'Internal NPS-style score',
    area: 'satisfaction',
    isHeadline: true,
    unit: 'points, -100 to 100',
    direction: 'higher',
    toldOf: 'wave',
    definition:
      'How much more people would recommend the path to a colleague team than would not, by ' +
      'answers from 0 to 10.',
    formula:
      '100 x (answers of 9 or 10 - answers of 0 to 6) / answers; beside it promoters, passives (7 ' +
      'or 8) and detractors',
    eligibleSet: 'People in eligible teams, invited whatever the state of their team.',
    window: 'One closed survey wave, never a rolling one.',
    minimumSample:
      'Five answers to show it, eight for promoters, passives and detractors, 20 for a band.',
    missingData:
      'A response without this answer is left out and reported; more than 20 % of them: no band. ' +
      'With fewer than five answers neither score nor count is shown, nor of a group that ' +
      'could be worked out from the others, or whose answers are all equal.',
    interval:
      'Adjusted Wald, 95 %: three answers added, three quarters of one to either end (Rocks 2016). ' +
      'From eight answers on, since it tells how they are spread.',
    bands:
      "Good from 20, bad below -10. To be compared with the path's own past: scores of other " +
      'organisations do not carry over.',
    misleadsWhen:
      'A 6 counts like a 0; of few people one answer moves it by many points; whoever has to use ' +
      'the path answers as well.',
    guardrails: ['SAT-02', 'SAT-05', 'SAT-06'],
    version: '1.0.0',
  },
  windowDays: 91,

  compute({ wave, k, responses }) {
    const scores = responses.flatMap(({ npsScore }) => npsScore ?? [])
    const { value, ci, ...parts } = nps(scores)
    const n = scores.length
    const nUnknown = responses.length - n
    return {
      value,
      numerator: parts.promoters - parts.detractors,
      denominator: n,
      n,
      nUnknown,
      notMatured: 0,
      ci: ci && { ...ci, level: 0.95, method: 'adjusted Wald' },
      bounds: null,
      parts,
      flags: nUnknown > 0 ? ['has_unknown'] : [],
      evidence: toEvidence(responses.map(({ id, npsScore }) => ({ id, kind: setOf(npsScore) }))),
      isTooSmall: false,
      isTooSmallForBand: n < ENOUGH_FOR_BAND,
      cutPoints: { good: 20, bad: -10 },
      isSuppressed: isTooFew(n, k),
      window: wave,
      parameters: { k },
    }
  },
}

const ENOUGH_FOR_BAND = 20

const setOf = (npsScore: number | null): EvidenceKind => (npsScore === null ? 'unknown' : 'counted')
