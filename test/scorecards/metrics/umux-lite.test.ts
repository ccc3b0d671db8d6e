import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import { umuxLite } from '#scorecards/metrics/umux-lite.ts'
import { setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { SPAN } from '#test/support/survey.ts'

type Pair = readonly [number | null, number | null]

const toInput = (items: readonly Pair[]) => ({
  ...SPAN,
  responses: items.map(([umux1, umux2], index) => ({ id: `${index}`, umux1, umux2 })),
})

const of = (...items: readonly Pair[]) => measure(umuxLite, toInput(items), aContext())

const times = (length: number, pair: Pair) => Array.from({ length }, () => pair)

test('the best and the worst answers are 100 and 0', () => {
  expect(of(...times(5, [7, 7]))).toMatchObject({ value: 100, parts: { susEquivalent: 87.9 } })
  expect(of(...times(5, [1, 1]))).toMatchObject({ value: 0, parts: { susEquivalent: 22.9 } })
})

test('with one answer a response is unknown, with none it was not asked', () => {
  const result = umuxLite.compute(
    toInput([
      [7, 7],
      [null, 7],
      [7, null],
      [null, null],
    ]),
  )
  expect(setsOf(result)).toEqual({
    counted: ['0'],
    unknown: ['1', '2'],
    'excluded:not_answered': ['3'],
  })
  expect(result).toMatchObject({ n: 1, nUnknown: 2, value: 100, ci: null })
})

test('four answers are too few to be told, twelve enough for a band', () => {
  expect(of(...times(4, [4, 5]))).toMatchObject({ status: 'suppressed_privacy', n: null })
  const bandOf = (n: number) => of(...times(n, [1, 2])).band
  expect([bandOf(11), bandOf(12)]).toEqual(['insufficient', 'bad'])
})
