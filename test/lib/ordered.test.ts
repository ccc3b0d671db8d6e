import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ordered, orderedRuns } from '#lib/stats/ordered.ts'

const run = fc
  .array(fc.integer({ min: -5, max: 5 }), { maxLength: 12 })
  .map((values) => values.toSorted((a, b) => a - b))

const listed = ({ count, at }: ReturnType<typeof ordered>) =>
  Array.from({ length: count }, (_, place) => at(place))

test('several runs hold at each place what one list of them all would', () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
      const merged = runs.flat().toSorted((a, b) => a - b)
      expect(listed(orderedRuns(runs.map((own) => Float64Array.from(own))))).toEqual(merged)
      expect(listed(ordered(runs.flat()))).toEqual(merged)
    }),
  )
})

test('samples are read as they are, in any order of places', () => {
  const runs = orderedRuns([Float64Array.of(1, 9), Float64Array.of(), Float64Array.of(2, 3, 10)])
  expect([4, 0, 2].map((place) => runs.at(place))).toEqual([10, 1, 3])
})

test('what is no number has no place, and keeps nobody waiting', () => {
  expect(orderedRuns([Float64Array.of(Number.NaN), Float64Array.of(1)]).at(0)).toBeNaN()
})

test('the order in which samples come does not matter to any place', () => {
  const up = Array.from({ length: 500 }, (_, place) => place)
  const shapes = {
    twoRuns: [...up, ...up],
    pipe: [...up, ...up.toReversed()],
    same: up.map(() => 7),
  }
  for (const [shape, values] of Object.entries(shapes)) {
    const sorted = values.toSorted((a, b) => a - b)
    const { at } = ordered([...values])
    for (const place of [499, 0, 250, 998, 12]) {
      expect([shape, place, at(place)]).toEqual([shape, place, sorted[place] ?? Number.NaN])
    }
  }
})
