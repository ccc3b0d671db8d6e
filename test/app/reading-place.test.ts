import { expect, test } from 'vitest'
import { readPlace } from '#app/reading-place.ts'

const HEADINGS = [
  { id: 'figures', top: -900 },
  { id: 'teams', top: 299 },
  { id: 'exceptions', top: 650 },
]

test('a part is being read from when its heading has come up to a third of the window', () => {
  const at = { height: 900, isAtEnd: false }
  expect(readPlace(HEADINGS, at)).toBe('teams')
  expect(readPlace(HEADINGS, { ...at, height: 894 })).toBe('figures')
})

test('at the end of the page the last part is being read, however short it is', () => {
  expect(readPlace(HEADINGS, { height: 900, isAtEnd: true })).toBe('exceptions')
})

test('above the first heading no part is being read', () => {
  expect(readPlace([{ id: 'figures', top: 800 }], { height: 900, isAtEnd: false })).toBeNull()
})
