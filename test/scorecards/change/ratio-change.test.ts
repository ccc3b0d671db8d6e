import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChangedUnit } from '#scorecards/change/explanation.ts'
import { explainRatioChange, type RatioSeen } from '#scorecards/change/ratio-change.ts'
import { aPair, aSight, expectMirrored, partsOf, sumOf } from '#test/support/change.ts'

const seen = (
  numerator: number,
  denominator: number,
  more: Partial<RatioSeen> = {},
): RatioSeen => ({
  numerator,
  denominator,
  coverage: 1,
  knownCases: denominator,
  nUnknown: 0,
  ...more,
})

const unit = (id: string, before: RatioSeen | null, after: RatioSeen | null) => ({
  id,
  before,
  after,
})

/** Two that stayed, one that came, one that went, and one whose source stopped. */
const FIVE = [
  unit('a', seen(8, 10), seen(9, 10)),
  unit('b', seen(10, 40), seen(15, 30)),
  unit('came', null, seen(3, 10)),
  unit('went', seen(2, 10), null),
  unit('blind', seen(5, 10), seen(0, 0, { coverage: 0.3 })),
]

test('a difference is split by who did better, who weighs more, who came, went and was not seen', () => {
  const explanation = explainRatioChange(FIVE)
  // 25 / 70 before and 27 / 50 after; those that stayed 18 / 50 and 24 / 40.
  expect(explanation).toMatchObject({
    before: 25 / 70,
    after: 27 / 50,
    units: { both: ['a', 'b'], newcomers: ['came'], leavers: ['went'], dataGaps: ['blind'] },
  })
  const near = (amount: number) => expect.closeTo(amount, 12)
  expect(explanation?.parts).toEqual({
    rate: near(0.225 * 0.1 + 0.775 * 0.25),
    mix: near(0.05 * (0.85 - 0.48) - 0.05 * (0.375 - 0.48)),
    newcomers: near((3 - 6) / 50),
    leavers: near((3.6 - 2) / 70),
    dataGaps: near(-(5 - 3.6) / 70),
    definition: 0,
  })
  expect(explanation?.contributions).toEqual([
    { id: 'a', part: 'rate', amount: near(0.0225) },
    { id: 'a', part: 'mix', amount: near(0.0185) },
    { id: 'b', part: 'rate', amount: near(0.19375) },
    { id: 'b', part: 'mix', amount: near(0.00525) },
    { id: 'blind', part: 'dataGaps', amount: near(-0.02) },
    { id: 'came', part: 'newcomers', amount: near(-0.06) },
    { id: 'went', part: 'leavers', amount: near(1.6 / 70) },
  ])
})

test('all can do better while the whole gets worse: work moved to where it is harder', () => {
  const explanation = explainRatioChange([
    unit('easy', seen(72, 90), seen(9, 10)),
    unit('hard', seen(1, 10), seen(18, 90)),
  ])
  // 73 % before, 27 % after. Each rate rose by 0.1; a weight of 0.8 moved over 0.85 - 0.15.
  expect(explanation?.difference).toBeCloseTo(-0.46, 12)
  expect(explanation?.parts.rate).toBeCloseTo(0.1, 12)
  expect(explanation?.parts.mix).toBeCloseTo(-0.56, 12)
})

test('where every team weighs the same, nothing is due to mix', () => {
  const explanation = explainRatioChange([
    unit('a', seen(0, 1), seen(1, 1)),
    unit('b', seen(1, 1), seen(1, 1)),
    unit('c', null, seen(0, 1)),
  ])
  // 1 of 2, then 2 of 3, of which those that stayed 2 of 2.
  expect(explanation?.parts).toMatchObject({ rate: 0.5, mix: 0 })
  expect(explanation?.parts.newcomers).toBeCloseTo(-1 / 3, 12)
})

test('what was published beyond one definition is due to the other', () => {
  // By the new definition 4 of 10, then 6 of 10; by the old it was 7 of 10.
  const units = [unit('a', seen(4, 10), seen(6, 10))]
  const explanation = explainRatioChange(units, { before: 0.7, after: 0.6 })
  expect(explanation).toMatchObject({ before: 0.7, after: 0.6 })
  expect(explanation?.difference).toBeCloseTo(-0.1, 12)
  expect(explanation?.parts.rate).toBeCloseTo(0.2, 12)
  expect(explanation?.parts.definition).toBeCloseTo(-0.3, 12)
})

test.each<[string, Partial<RatioSeen>]>([
  ['not read', { numerator: 0, denominator: 0, knownCases: 0, coverage: 0 }],
  ['read for less than 90 %', { coverage: 0.89 }],
  ['more than a fifth unknown', { nUnknown: 3 }],
])('a unit that was %s in one period is a gap in the data', (_, gap) => {
  const whole = seen(5, 10)
  for (const [before, after] of [
    [whole, { ...whole, ...gap }],
    [{ ...whole, ...gap }, whole],
    [null, { ...whole, ...gap }],
  ] as const) {
    const { units } = explainRatioChange([...FIVE.slice(0, 1), unit('x', before, after)]) ?? {}
    expect(units).toEqual({ both: ['a'], newcomers: [], leavers: [], dataGaps: ['x'] })
  }
})

test('one that was read and had no case is a newcomer or leaver, and in neither period nothing', () => {
  const none = seen(0, 0)
  const explanation = explainRatioChange([
    unit('a', seen(5, 10), seen(5, 10)),
    unit('came', none, seen(1, 2)),
    unit('went', seen(1, 2), none),
    unit('never', none, none),
  ])
  expect(explanation?.units).toEqual({
    both: ['a'],
    newcomers: ['came'],
    leavers: ['went'],
    dataGaps: [],
  })
})

test('where nobody had cases in both periods there is nothing to split', () => {
  expect(explainRatioChange([])).toBeNull()
  expect(explainRatioChange([unit('a', null, seen(1, 2)), unit('b', seen(1, 2), null)])).toBeNull()
})

const aSeen: fc.Arbitrary<RatioSeen> = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.nat(), aSight)
  .map(([denominator, some, sight]) => ({
    numerator: some % (denominator + 1),
    denominator,
    knownCases: denominator,
    ...sight,
  }))

const units: fc.Arbitrary<ChangedUnit<RatioSeen>[]> = aPair(aSeen)
const published = fc.option(
  fc.record({
    before: fc.double({ min: 0, max: 1, noNaN: true }),
    after: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { nil: undefined },
)

test('parts add up to the whole, and contributions to their part', () => {
  fc.assert(
    fc.property(units, published, (all, values) => {
      const explanation = explainRatioChange(all, values)
      if (explanation === null) return
      const { difference, parts, contributions } = explanation
      expect(Math.abs(sumOf(Object.values(parts)) - difference)).toBeLessThan(1e-12)
      for (const [part, amount] of partsOf(explanation)) {
        const own = contributions.filter((one) => one.part === part).map((one) => one.amount)
        expect(Math.abs(sumOf(own) - amount)).toBeLessThan(1e-12)
      }
    }),
  )
})

test('the whole is the difference of the two ratios of all that was counted', () => {
  fc.assert(
    fc.property(units, (all) => {
      const explanation = explainRatioChange(all)
      if (explanation === null) return
      const ratio = (when: 'before' | 'after') =>
        sumOf(all.map((one) => one[when]?.numerator ?? 0)) /
        sumOf(all.map((one) => one[when]?.denominator ?? 0))
      expect(explanation.before).toBeCloseTo(ratio('before'), 12)
      expect(explanation.after).toBeCloseTo(ratio('after'), 12)
      expect(explanation.parts.definition).toBe(0)
    }),
  )
})

test('with the periods exchanged every part changes its sign', () => {
  fc.assert(
    fc.property(units, published, (all, values) => {
      expectMirrored(explainRatioChange, all, values)
    }),
  )
})

test('the order of units does not matter', () => {
  fc.assert(
    fc.property(units, fc.infiniteStream(fc.nat()), (all, keys) => {
      const shuffled = all
        .map((one) => ({ one, key: keys.next().value ?? 0 }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ one }) => one)
      expect(explainRatioChange(shuffled)).toEqual(explainRatioChange(all))
    }),
  )
})

test('a unit that was not covered in one period is never a newcomer or leaver', () => {
  fc.assert(
    fc.property(units, (all) => {
      const explanation = explainRatioChange(all)
      if (explanation === null) return
      const gaps = all
        .filter(({ before, after }) => [before, after].some((one) => (one?.coverage ?? 1) < 0.9))
        .map(({ id }) => id)
      expect(explanation.units.dataGaps).toEqual(expect.arrayContaining(gaps))
      const { newcomers, leavers, both } = explanation.units
      expect([...newcomers, ...leavers, ...both].filter((id) => gaps.includes(id))).toEqual([])
    }),
  )
})
