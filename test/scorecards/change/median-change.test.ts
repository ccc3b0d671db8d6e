import fc from 'fast-check'
import { expect, test } from 'vitest'
import { median } from '#lib/stats/quantiles.ts'
import type { ChangedUnit } from '#scorecards/change/explanation.ts'
import { explainMedianChange, type MedianSeen } from '#scorecards/change/median-change.ts'
import { aPair, aSight, expectMirrored, sumOf } from '#test/support/change.ts'

const seen = (values: readonly number[], coverage = 1): MedianSeen => ({
  values,
  coverage,
  nUnknown: 0,
})

const near = (amount: number) => expect.closeTo(amount, 12)

test('a part is what it does on average, whichever is replaced first', () => {
  const explanation = explainMedianChange([
    { id: 'a', before: seen([1, 2, 3]), after: seen([4, 5, 6]) },
    { id: 'came', before: null, after: seen([100, 100, 100]) },
  ])
  // 2 before; 5 with the new values alone, 51.5 with the newcomer alone; 53 after.
  expect(explanation).toEqual({
    before: 2,
    after: 53,
    difference: 51,
    parts: {
      rate: near((3 + 1.5) / 2),
      mix: 0,
      newcomers: near((49.5 + 48) / 2),
      leavers: 0,
      dataGaps: 0,
      definition: 0,
    },
    units: { both: ['a'], newcomers: ['came'], leavers: [], dataGaps: [] },
  })
})

test('where the same values come more often from the slow, it is all mix', () => {
  const explanation = explainMedianChange([
    { id: 'quick', before: seen([1, 1, 1]), after: seen([1]) },
    { id: 'slow', before: seen([9]), after: seen([9, 9, 9]) },
  ])
  expect(explanation?.parts).toEqual({
    rate: near(0),
    mix: near(8),
    newcomers: near(0),
    leavers: near(0),
    dataGaps: near(0),
    definition: 0,
  })
})

test('who left takes its values along, and who was not read is a gap', () => {
  const stayed = { id: 'a', before: seen([5, 5, 5]), after: seen([5, 5, 5]) }
  const slow = seen([9, 9, 9, 9, 9])
  const gone = explainMedianChange([stayed, { id: 'x', before: slow, after: null }])
  expect(gone?.parts).toMatchObject({ leavers: near(-4), dataGaps: near(0) })
  const unread = explainMedianChange([stayed, { id: 'x', before: slow, after: seen([], 0) }])
  expect(unread?.parts).toMatchObject({ leavers: near(0), dataGaps: near(-4) })
})

test('what was published beyond one definition is due to the other', () => {
  const units = [{ id: 'a', before: seen([4]), after: seen([6]) }]
  const explanation = explainMedianChange(units, { before: 10, after: 6 })
  expect(explanation).toMatchObject({ before: 10, after: 6, difference: -4 })
  expect(explanation?.parts).toMatchObject({ rate: near(2), definition: -6 })
})

test('where nobody had cases in both periods there is nothing to split', () => {
  expect(explainMedianChange([])).toBeNull()
  expect(
    explainMedianChange([
      { id: 'a', before: seen([1]), after: seen([]) },
      { id: 'b', before: null, after: seen([1]) },
    ]),
  ).toBeNull()
})

const aSeen: fc.Arbitrary<MedianSeen> = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 7 }), aSight)
  .map(([values, sight]) => ({ values, ...sight }))

const units: fc.Arbitrary<ChangedUnit<MedianSeen>[]> = aPair(aSeen)

test('parts add up to the difference of the two medians of all cases', () => {
  fc.assert(
    fc.property(units, (all) => {
      const explanation = explainMedianChange(all)
      if (explanation === null) return
      const valuesOf = (when: 'before' | 'after') => all.flatMap((one) => one[when]?.values ?? [])
      expect(explanation.before).toBe(median(valuesOf('before')))
      expect(explanation.after).toBe(median(valuesOf('after')))
      const { parts, difference } = explanation
      expect(Math.abs(sumOf(Object.values(parts)) - difference)).toBeLessThan(1e-12)
    }),
  )
})

test('with the periods exchanged every part changes its sign', () => {
  fc.assert(
    fc.property(units, (all) => {
      expectMirrored(explainMedianChange, all, undefined)
    }),
  )
})

test('the order of units does not matter', () => {
  fc.assert(
    fc.property(units, (all) => {
      const turned = all.toReversed().map(({ id, before, after }) => ({
        id,
        before: before && { ...before, values: before.values.toReversed() },
        after: after && { ...after, values: after.values.toReversed() },
      }))
      expect(explainMedianChange(turned)).toEqual(explainMedianChange(all))
    }),
  )
})
