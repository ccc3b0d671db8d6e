import { type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { isTooFew, type WaveSpan } from '#scorecards/survey/answers.ts'

export interface ResponseRate extends WaveSpan {
  /** People who were asked. Null when nobody knows how many. */
  readonly invited: number | null
  readonly responses: readonly { readonly id: string }[]
}

export const surveyResponseRate: Metric<ResponseRate> = {
  definition: {
    id: 'SAT-05',
    key: 'survey_response_rate',
    name: 'Response rate',
    area: 'satisfaction',
    unit: 'fraction of people',
    direction: 'higher',
    toldOf: 'wave',
    definition: 'The share of the people invited to a survey wave who answered it.',
    formula: 'responses / people invited',
    eligibleSet: 'People invited to the wave.',
    window: 'One closed survey wave.',
    minimumSample: 'Five people invited; five responses, or none at all, to show it.',
    missingData:
      'Without the number of people invited, or with fewer of them than responses, there is no ' +
      'value. With fewer than five responses neither rate nor count is shown.',
    interval: 'None: it is a full count.',
    bands: 'Good from 60 %, bad below 30 %, by the value. Below 60 % flag nonresponse_risk.',
    misleadsWhen: 'It is high where people are pressed to answer.',
    guardrails: ['SAT-06'],
    version: '1.0.0',
  },
  windowDays: 91,

  compute({ wave, k, invited, responses }) {
    const answered = responses.length
    const people = invited === null || invited < answered ? null : invited
    const value = people === null || people === 0 ? null : answered / people
    const n = people ?? 0
    return {
      value,
      numerator: answered,
      denominator: people,
      n,
      nUnknown: 0,
      notMatured: 0,
      ci: null,
      bounds: null,
      parts: {},
      flags: value !== null && value < GOOD ? ['nonresponse_risk'] : [],
      evidence: toEvidence([
        ...responses.map(({ id }) => ({ id, kind: COUNTED })),
        ...(n > answered ? [SILENT] : []),
      ]),
      ...(people === null && { absence: 'source_missing' }),
      isTooSmall: n < FEWEST_INVITED,
      isTooSmallForBand: n < FEWEST_INVITED,
      cutPoints: { good: GOOD, bad: 0.3 },
      isCensus: true,
      isSuppressed: isTooFew(answered, k),
      window: wave,
      parameters: { k },
    }
  },
}

const GOOD = 0.6
const FEWEST_INVITED = 5
const COUNTED: EvidenceKind = 'counted'

/** Nobody is recorded, so those who kept silent have no ids: the query stands for them. */
const SILENT: { id: string; kind: EvidenceKind } = {
  id: 'invitations?answered=false',
  kind: 'not_counted',
}
