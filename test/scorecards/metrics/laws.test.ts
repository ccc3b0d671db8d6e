import { expect, test } from 'vitest'
import { definitions } from '#scorecards/catalogue.ts'
import { ADOPTION_LAWS } from '#test/support/laws/adoption.ts'
import { DELIVERY_LAWS } from '#test/support/laws/delivery.ts'
import { GOVERNANCE_LAWS } from '#test/support/laws/governance.ts'
import { SUPPORT_LAWS } from '#test/support/laws/support.ts'
import { SURVEY_LAWS } from '#test/support/laws/survey.ts'

const LAWS = {
  ...ADOPTION_LAWS,
  ...DELIVERY_LAWS,
  ...SUPPORT_LAWS,
  ...SURVEY_LAWS,
  ...GOVERNANCE_LAWS,
}

test('every metric of the catalogue is under the laws', () => {
  expect(Object.keys(LAWS).toSorted()).toEqual(definitions.map(({ id }) => id).toSorted())
})

test.each(Object.entries(LAWS))('%s: the laws of all metrics hold', (_, law) => {
  law.expect()
})

/** Section 5 of the metric reference: from where a value is good, and from where on bad. */
const CUT_POINTS: Readonly<Record<string, readonly [good: number, bad: number] | null>> = {
  'ADO-01': [0.6, 0.3],
  'ADO-02': [0.7, 0.4],
  'ADO-03': [0.6, 0.3],
  'ADO-04': [0.8, 0.4],
  'ADO-05': [56, 182],
  'ADO-06': [0.85, 0.6],
  'ADO-07': [0.8, 0.5],
  'ADO-08': [1, 24],
  'ADO-09': [0.05, 0.2],
  'ADO-10': [0.1, 0.3],
  'ADO-11': [30, 90],
  'ADO-12': [0.05, 0.15],
  'ADO-13': [0.75, 0.4],
  'SPD-01': [30, 1440],
  'SPD-02': [24, 168],
  'SPD-03': null,
  'SPD-04': [0.9, 0.5],
  'SPD-05': [0.1, 0.5],
  'REL-01': [0.02, 0.1],
  'REL-02': [0.05, 0.15],
  'REL-03': [0.1, 0.25],
  'REL-04': [1, 24],
  'REL-05': [0.1, 0.25],
  'REL-06': [0.2, 0.5],
  'SUP-01': null,
  'SUP-02': [5, 15],
  'SUP-03': null,
  'SUP-04': [1.5, 3],
  'SUP-05': [8, 48],
  'SUP-06': [0.8, 0.5],
  'SAT-01': [20, -10],
  'SAT-02': [0.75, 0.5],
  'SAT-03': [70, 55],
  'SAT-04': null,
  'SAT-05': [0.6, 0.3],
  'SAT-06': [0.8, 0.5],
  'GOV-01': [0.98, 0.9],
  'GOV-02': [0.98, 0.9],
  'GOV-03': [0.95, 0.8],
  'GOV-04': [0.9, 0.5],
  'GOV-05': null,
  'GOV-06': [0, 0.2],
  'GOV-07': [5, 14],
  'DQ-01': [0.9, 0.5],
  'DQ-02': [0.95, 0.8],
}

test('cut points are those of the metric reference', () => {
  const found = Object.entries(LAWS).map(([id, { cutPoints }]) => {
    const different = new Set(
      cutPoints.flatMap((points) => (points === null ? [] : [`${points.good} ${points.bad}`])),
    )
    return [id, [...different]]
  })
  const expected = Object.entries(CUT_POINTS).map(([id, points]) => [
    id,
    points === null ? [] : [points.join(' ')],
  ])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
})
