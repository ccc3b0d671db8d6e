import { expect, test } from 'vitest'
import { readPresentation } from '#app/presentation.ts'
import { hereWith, readView } from '#app/view.ts'

const PARTS = ['summary', 'changed', 'risks'] as const

test('an address presents the first part unless it names another', () => {
  expect(readPresentation({ present: '1' }, PARTS)).toEqual({
    shown: 'summary',
    slide: 1,
    count: 3,
    refused: [],
  })
  expect(readPresentation({ present: '1', slide: '3' }, PARTS)).toMatchObject({ shown: 'risks' })
})

test('a number that no part has shows the first, and is named', () => {
  expect(readPresentation({ present: '1', slide: '4' }, PARTS)).toEqual({
    shown: 'summary',
    slide: 1,
    count: 3,
    refused: [{ name: 'slide', text: '4' }],
  })
})

test('only present=1 presents', () => {
  expect(readPresentation({ slide: '2' }, PARTS)).toBeNull()
  expect(readPresentation({ present: 'yes', slide: '2' }, PARTS)).toBeNull()
})

test('what opens beside a part that is presented leaves it where it is', () => {
  const search = { present: '1', slide: '2', cmp: 'off' }
  const view = readView(search, new Date('2026-03-04T10:00:00Z'), '/review/2025-Q4', {
    fiscalYearStart: 1,
  })
  expect(hereWith(view, {})).toBe('/review/2025-Q4?cmp=off&present=1&slide=2')
  expect(hereWith(view, { present: undefined, slide: undefined })).toBe('/review/2025-Q4?cmp=off')
})
