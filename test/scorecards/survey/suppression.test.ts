import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conceal, mayBeSplit, type Sibling } from '#scorecards/survey/suppression.ts'

const K = 5

/** A group with so many different answers to each figure, of 100 people. */
const aSibling = (id: string, ...counts: readonly number[]): Sibling => ({
  id,
  invited: 100,
  turn: 0,
  figures: counts.map((n) => ({ n, kinds: new Set() })),
})

const hiddenOf = (...siblings: readonly Sibling[]) => conceal(siblings, K)

test('a group with fewer than five answers takes another with it, the one whose turn it is', () => {
  const of = (a: number, b: number) =>
    hiddenOf({ ...aSibling('a', 7), turn: a }, { ...aSibling('b', 9), turn: b }, aSibling('c', 3))
  expect(of(2, 1)).toMatchObject({ groups: ['b', 'c'], parents: [false] })
  expect(of(1, 2)).toMatchObject({ groups: ['a', 'c'], parents: [false] })
})

test('two hidden groups of five answers together are enough', () => {
  expect(hiddenOf(aSibling('a', 20), aSibling('b', 2), aSibling('c', 3)).groups).toEqual(['b', 'c'])
})

test('without answers a group is hidden and hides nobody', () => {
  expect(hiddenOf(aSibling('a', 20), aSibling('b', 20), aSibling('c', 0))).toMatchObject({
    groups: ['c'],
    parents: [false],
  })
  expect(hiddenOf(aSibling('a', 20), aSibling('b', 3), aSibling('c', 0)).groups).toEqual([
    'a',
    'b',
    'c',
  ])
})

test('of four people it is not said that they were silent, of five it is', () => {
  const asked = (invited: number) => ({ ...aSibling('b', 0), invited })
  expect(hiddenOf(aSibling('a', 20), asked(4)).silent).toEqual([])
  expect(hiddenOf(aSibling('a', 20), asked(5)).silent).toEqual(['b'])
})

test('a single small group beside silent ones hides the parent', () => {
  expect(hiddenOf(aSibling('a', 4), aSibling('b', 0))).toMatchObject({
    groups: ['a', 'b'],
    parents: [true],
  })
})

test('a group of enough answers that are all equal is hidden', () => {
  const answers = (id: string, ...kinds: readonly string[]): Sibling => ({
    id,
    invited: 100,
    turn: 0,
    figures: [{ n: 10, kinds: new Set(kinds) }],
  })
  const alike = answers('a', 'promoter')
  expect(
    hiddenOf(alike, answers('b', 'promoter', 'passive'), answers('c', 'x', 'y')),
  ).toMatchObject({
    groups: ['a', 'b'],
    parents: [false],
  })
  expect(hiddenOf(alike, answers('b', 'promoter'))).toMatchObject({
    groups: ['a', 'b'],
    parents: [true],
  })
})

test('what is too small in one figure is hidden in all', () => {
  const siblings = [aSibling('a', 20, 20), aSibling('b', 20, 2), aSibling('c', 20, 20)]
  expect(hiddenOf(...siblings)).toMatchObject({ groups: ['a', 'b'], parents: [false, false] })
})

test('a figure that hardly anybody answered is hidden and leaves the others alone', () => {
  const siblings = [aSibling('a', 20, 2), aSibling('b', 20, 1)]
  expect(hiddenOf(...siblings)).toMatchObject({ groups: [], parents: [false, true] })
})

test('where all but one of those asked have answered the hidden need more company', () => {
  const asked = (id: string, invited: number, n: number) => ({ ...aSibling(id, n), invited })
  // Of 5 and 6 people 10 answered: were it all 5, nothing would be hidden, so it was 4 and 6.
  expect(hiddenOf(asked('a', 5, 4), asked('b', 6, 6), asked('c', 30, 20)).groups).toEqual([
    'a',
    'b',
    'c',
  ])
})

test('five groups with one answer each hide the sum, which tells each of them', () => {
  const ones = ['a', 'b', 'c', 'd', 'e'].map((id) => aSibling(id, 1))
  expect(hiddenOf(...ones).parents).toEqual([true])
  expect(hiddenOf(...ones.slice(1), aSibling('a', 2)).parents).toEqual([false])
})

test('a group that is hidden for another figure is not left alone in this one', () => {
  const siblings = [aSibling('a', 20, 1), aSibling('b', 20, 0), aSibling('c', 20, 9)]
  expect(hiddenOf(...siblings).groups).toEqual(['a', 'b', 'c'])
  const small = [aSibling('a', 20), aSibling('b', 20)]
  expect(conceal(small, K, new Set(['b'])).groups).toEqual(['a', 'b'])
})

test('a second grouping is allowed where its hidden parts keep each other', () => {
  const siblings = [aSibling('a', 3), aSibling('b', 3), aSibling('c', 9)]
  const hidden = new Set(['a', 'b'])
  expect(mayBeSplit([siblings], K, hidden)).toBe(true)
  expect(mayBeSplit([[aSibling('a', 3)], siblings.slice(1)], K, hidden)).toBe(false)
})

/** All ways to give each of `caps` from 0 to so many. */
function* vectors(caps: readonly number[]): Generator<number[]> {
  const [cap, ...rest] = caps
  if (cap === undefined) yield []
  else for (let n = 0; n <= cap; n += 1) for (const others of vectors(rest)) yield [n, ...others]
}

const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
]

type Sides = readonly ('adopter' | 'nonadopter')[]

/**
 * All that a reader sees: sizes that are shown, who is silent, and how many answered on either side of
 * adoption, where that is told.
 */
function view(
  counts: readonly number[],
  invited: readonly number[],
  order: readonly number[],
  sides: Sides,
) {
  const siblings = counts.map((n, index) => ({
    ...aSibling(`g${index}`, n),
    invited: invited[index] ?? null,
    turn: order[index] ?? 0,
  }))
  const { groups, silent, parents } = conceal(siblings, K)
  const isHidden = (id: string) => groups.includes(id) && !silent.includes(id)
  const shown = counts.map((n, index) => (isHidden(`g${index}`) ? 'hidden' : n))
  const total = counts.reduce((sum, n) => sum + n, 0)
  const bySide = [...Map.groupBy(siblings, ({ id }) => sides[Number(id.slice(1))]).values()]
  const sums = bySide.map((own) => own.reduce((sum, { figures }) => sum + (figures[0]?.n ?? 0), 0))
  const isTold =
    !parents[0] && mayBeSplit(bySide, K, new Set(groups)) && sums.every((n) => n === 0 || n >= K)
  return JSON.stringify([shown, parents[0] ? 'hidden' : total, isTold ? sums : 'hidden'])
}

/** By what is seen, all that can have been answered. */
function possibleByView(invited: readonly number[], sides: Sides) {
  const seen = [...vectors(invited)].flatMap((counts) =>
    ORDERS.map((order) => ({ counts, view: view(counts, invited, order, sides) })),
  )
  return Map.groupBy(seen, (one) => one.view)
}

const anyInvited = fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 3 })

const anySides = fc.array(fc.constantFrom('adopter' as const, 'nonadopter' as const), {
  minLength: 3,
  maxLength: 3,
})

test('who knows the rule, the sums and who was asked cannot tell the size of a hidden small group', () => {
  fc.assert(
    fc.property(anyInvited, anySides, (invited, sides) => {
      for (const [seen, possible] of possibleByView(invited, sides)) {
        for (const index of invited.keys()) {
          const sizes = new Set(possible.map(({ counts }) => counts[index] ?? 0))
          const [size = 0] = sizes
          if (sizes.size === 1 && size > 0 && size < K) {
            throw new Error(`of ${invited} asked ${seen} tells group ${index}: ${size}`)
          }
        }
      }
    }),
    { numRuns: 100 },
  )
})
