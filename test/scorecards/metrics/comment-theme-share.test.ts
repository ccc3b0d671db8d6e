import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measureCells } from '#scorecards/measure.ts'
import { type CodedComment, commentThemeShare } from '#scorecards/metrics/comment-theme-share.ts'
import { THEMES, type Theme } from '#scorecards/survey/answers.ts'
import { aContext } from '#test/support/metrics.ts'
import { SPAN } from '#test/support/survey.ts'

const toComments = (coded: readonly (readonly Theme[] | null)[]) =>
  coded.map((themes, index) => ({ id: `${index}`, themes }))

function cellsOf(comments: readonly CodedComment[], context = aContext()) {
  const cells = measureCells(commentThemeShare, { ...SPAN, k: 8, comments }, context)
  return new Map(cells.map((cell) => [cell.parameters['theme'], cell]))
}

const EIGHT = toComments([['docs', 'waiting'], ['docs'], [], [], [], [], [], []])

test('every theme has a cell, also one that nobody wrote about', () => {
  const cells = cellsOf(EIGHT)
  expect([...cells.keys()]).toEqual(THEMES)
  expect(cells.get('docs')).toMatchObject({
    value: 0.25,
    numerator: 2,
    denominator: 8,
    band: 'none',
  })
  expect(cells.get('waiting')).toMatchObject({ value: 0.125 })
  expect(cells.get('praise')).toMatchObject({ value: 0, status: 'ok' })
})

test('a comment that nobody coded is unknown', () => {
  const cells = cellsOf([...EIGHT, ...toComments([null])])
  expect(cells.get('docs')).toMatchObject({
    value: 0.25,
    n: 8,
    nUnknown: 1,
    bounds: { low: 2 / 9, high: 3 / 9 },
    flags: ['has_unknown'],
  })
})

test('with seven coded comments no cell tells anything', () => {
  for (const cell of cellsOf(EIGHT.slice(1)).values()) {
    expect(cell).toMatchObject({ status: 'suppressed_privacy', value: null, n: null })
  }
})

test('order does not matter, and what was not read is never 0', () => {
  const coded = fc.array(fc.option(fc.subarray([...THEMES])), { maxLength: 20 })
  fc.assert(
    fc.property(coded.map(toComments), (comments) => {
      expect(cellsOf(comments.toReversed())).toEqual(cellsOf(comments))
      for (const cell of cellsOf(comments, aContext({ coverage: 0 })).values()) {
        expect(cell.value).toBeNull()
      }
    }),
  )
})
