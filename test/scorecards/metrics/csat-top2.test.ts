import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import { csatTop2 } from '#scorecards/metrics/csat-top2.ts'
import { setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { SPAN } from '#test/support/survey.ts'

const toInput = (ratings: readonly (number | null)[]) => ({
  ...SPAN,
  responses: ratings.map((csat, index) => ({ id: `${index}`, csat })),
})

const of = (...ratings: readonly (number | null)[]) =>
  measure(csatTop2, toInput(ratings), aContext())

test('four and five count as satisfied, what was left empty is left out', () => {
  expect(setsOf(csatTop2.compute(toInput([5, 4, 3, 1, 2, null])))).toEqual({
    counted: ['0', '1'],
    not_counted: ['2', '3', '4'],
    'excluded:not_answered': ['5'],
  })
  expect(of(5, 4, 3, 1, 2, null)).toMatchObject({ status: 'ok', value: 0.4, n: 5 })
})

test('of four answers neither share nor count is told, of none there is none', () => {
  expect(of(5, 4, 3, 1)).toMatchObject({ status: 'suppressed_privacy', value: null, n: null })
  expect(of(null)).toMatchObject({ status: 'no_denominator', value: null, n: 0 })
})

test('fifteen answers are enough for a band', () => {
  const bandOf = (n: number) => of(...Array<number>(n).fill(1)).band
  expect([bandOf(14), bandOf(15)]).toEqual(['insufficient', 'bad'])
})

test('it speaks for the days of the wave', () => {
  const { window } = of(5, 5, 5, 5, 1)
  expect(window).toEqual({
    start: SPAN.wave.from.toISOString(),
    end: SPAN.wave.to.toISOString(),
  })
})
