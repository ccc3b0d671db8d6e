import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import { surveyResponseRate } from '#scorecards/metrics/survey-response-rate.ts'
import { aContext } from '#test/support/metrics.ts'
import { SPAN } from '#test/support/survey.ts'

const toInput = (responses: number, invited: number | null) => ({
  ...SPAN,
  invited,
  responses: Array.from({ length: responses }, (_, index) => ({ id: `${index}` })),
})

const of = (responses: number, invited: number | null) =>
  measure(surveyResponseRate, toInput(responses, invited), aContext())

test('it is a full count with a band by the value', () => {
  expect(of(6, 10)).toMatchObject({ value: 0.6, ci: null, band: 'good', flags: [] })
  expect(of(5, 10)).toMatchObject({ value: 0.5, band: 'watch', flags: ['nonresponse_risk'] })
  expect(of(5, 20)).toMatchObject({ value: 0.25, band: 'bad' })
})

test('nobody answered is 0, nobody knows how many were asked is no value', () => {
  expect(of(0, 10)).toMatchObject({ status: 'ok', value: 0, numerator: 0 })
  expect(of(6, null)).toMatchObject({ status: 'source_missing', value: null })
  expect(of(11, 10)).toMatchObject({ status: 'source_missing', value: null })
  expect(of(0, 0)).toMatchObject({ status: 'no_denominator', value: null })
})

test('four answers are too few to be told, four people too few to be asked', () => {
  expect(of(4, 10)).toMatchObject({ status: 'suppressed_privacy', value: null, n: null })
  expect(of(0, 4)).toMatchObject({ status: 'insufficient_sample', band: 'insufficient' })
})
