import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import { internalNps } from '#scorecards/metrics/internal-nps.ts'
import { setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { SPAN } from '#test/support/survey.ts'

const toInput = (scores: readonly (number | null)[]) => ({
  ...SPAN,
  responses: scores.map((npsScore, index) => ({ id: `${index}`, npsScore })),
})

const of = (...scores: readonly (number | null)[]) =>
  measure(internalNps, toInput(scores), aContext())

test('nine and ten promote, up to six detract, seven and eight are passive', () => {
  expect(of(10, 9, 8, 7, 6, 0, 9)).toMatchObject({
    value: 100 / 7,
    numerator: 1,
    denominator: 7,
    parts: { promoters: 3, passives: 2, detractors: 2 },
  })
})

test('what was left empty is unknown, and with more than a fifth of them there is no band', () => {
  const ten = Array<number>(20).fill(10)
  expect(of(...ten, null)).toMatchObject({ status: 'ok', nUnknown: 1, band: 'good' })
  expect(of(...ten, ...Array<null>(6).fill(null))).toMatchObject({
    status: 'source_partial',
    band: 'insufficient',
    flags: ['has_unknown'],
  })
  expect(setsOf(internalNps.compute(toInput([10, null])))).toEqual({
    counted: ['0'],
    unknown: ['1'],
  })
})

test('four answers are too few to be told, twenty enough for a band', () => {
  expect(of(1, 2, 3, 4)).toMatchObject({ status: 'suppressed_privacy', value: null, n: null })
  expect(of(1, 2, 3, 4, 5)).toMatchObject({ status: 'ok', value: -100, n: 5 })
  const bandOf = (n: number) => of(...Array<number>(n).fill(0)).band
  expect([bandOf(19), bandOf(20)]).toEqual(['insufficient', 'bad'])
})
