import { expect, test } from 'vitest'
import { runsOf, trendSentence } from '#app/trend.ts'

/** Points a week apart from 5 January 2026 on. */
const weekly = (...values: (number | null)[]) =>
  values.map((value, week) => ({ at: new Date(Date.UTC(2026, 0, 5 + 7 * week)), value }))

test('neighbours with a value are one run, and nothing is drawn across a gap', () => {
  expect(runsOf(weekly(null, 0.1, 0, null, null, 0.3, null))).toEqual([
    [
      { index: 1, value: 0.1 },
      { index: 2, value: 0 },
    ],
    [{ index: 5, value: 0.3 }],
  ])
})

test('where nothing was measured there are no runs', () => {
  expect([runsOf([]), runsOf(weekly(null, null))]).toEqual([[], []])
})

test.each([
  ['rises', [0.12, 0.9, 0.64], 'Rose from 12% (5 Jan 2026) to 64% (19 Jan 2026).'],
  ['falls to zero', [0.12, 0], 'Fell from 12% (5 Jan 2026) to 0% (12 Jan 2026).'],
  ['rises from zero', [0, 0.12], 'Rose from 0% (5 Jan 2026) to 12% (12 Jan 2026).'],
  ['stays', [0.5, 0.1, 0.5], '50% (5 Jan 2026) at the start and at the end.'],
  ['moves by less than is shown', [0.501, 0.504], '50% (5 Jan 2026) at the start and at the end.'],
  ['has one point', [null, 0.5], '50% (12 Jan 2026) is the only measurement.'],
])('a trend that %s says so', (_, values, sentence) => {
  expect(trendSentence(weekly(...values))).toBe(sentence)
})

test('a trend without any point says that nothing was measured', () => {
  const sentence = 'Nothing was measured in this time.'
  expect([trendSentence([]), trendSentence(weekly(null, null))]).toEqual([sentence, sentence])
})

test('points missing since the first are counted, those before it are not', () => {
  expect(trendSentence(weekly(null, 0.1, null, 0.2))).toBe(
    'Rose from 10% (12 Jan 2026) to 20% (26 Jan 2026). 1 point is missing and drawn as a gap.',
  )
  expect(trendSentence(weekly(0.1, null, 0.2, null))).toMatch(
    / 2 points are missing and drawn as a gap\.$/,
  )
})
