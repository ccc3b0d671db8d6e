import type { EvidenceKind, Metric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'
import { isTooFew, type WaveSpan } from '#scorecards/survey/answers.ts'

export interface CsatTop2 extends WaveSpan {
  readonly responses: readonly {
    readonly id: string
    /** 1 to 5. Null when it was left empty, or not asked of somebody who had not used the path. */
    readonly csat: number | null
  }[]
}

export const csatTop2: Metric<CsatTop2> = {
  definition: {
    id: 'SAT-02',
    key: 'csat_top2',
    name: 'Satisfied users (top two boxes)',
    area: 'satisfaction',
    unit: 'fraction of answers',
    direction: 'higher',
    toldOf: 'wave',
    definition:
      'The share of answers 4 or 5, on a scale from 1 to 5, to how satisfied people were with their ' +
      'last use of the path.',
    formula: 'answers of 4 or 5 / answers',
    eligibleSet: 'People who used the path in the 28 days before they answered.',
    window: 'One closed survey wave.',
    minimumSample: 'Five answers to show it, 15 for a band.',
    missingData:
      'A response without this answer is left out. With fewer than five answers neither share nor ' +
      'count is shown, nor of a group that ' +
      'could be worked out from the others, or whose answers are all equal.',
    interval: 'Wilson score, 95 %.',
    bands: 'Good from 75 %, bad below 50 %.',
    misleadsWhen: 'Only users answer, so whoever gave up is not heard.',
    guardrails: ['SAT-06', 'ADO-12'],
    version: '1.0.0',
  },
  windowDays: 91,

  compute({ wave, k, responses }) {
    const rows = responses.map(({ id, csat }) => ({ id, kind: setOf(csat) }))
    const requirements = { cutPoints: { good: 0.75, bad: 0.5 }, valueFrom: 1, bandFrom: 15 }
    const result = proportionOf(rows, requirements)
    const isSuppressed = isTooFew(result.n, k)
    return { ...result, isSuppressed, window: wave, parameters: { k } }
  },
}

/** Satisfied: one of the top two of five boxes. */
export const isSatisfied = (csat: number) => csat >= 4

function setOf(csat: number | null): EvidenceKind {
  if (csat === null) return 'excluded:not_answered'
  return isSatisfied(csat) ? 'counted' : 'not_counted'
}
