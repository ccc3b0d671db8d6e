import { expect, test } from 'vitest'
import { closest } from '#lib/closest.ts'

const KEYS = ['database', 'sources', 'goldenPaths', 'name', 'URL']

test.each([
  ['a letter too few', 'databse', 'database'],
  ['a letter too many', 'sourcess', 'sources'],
  ['another letter', 'nane', 'name'],
  ['two letters that changed places', 'soruces', 'sources'],
  ['other capitals', 'url', 'URL'],
  ['nothing wrong', 'name', 'name'],
])('with %s %s is meant for %s', (_, name, meant) => {
  expect(closest(name, KEYS)).toBe(meant)
})

test('a third of the letters may be wrong, and no more', () => {
  expect(closest('abcdef', ['abcdxy'])).toBe('abcdxy')
  expect(closest('abcdef', ['abcxyz'])).toBeUndefined()
})

test('of a short name one letter may be wrong', () => {
  expect(closest('id', ['it'])).toBe('it')
  expect(closest('id', ['at'])).toBeUndefined()
})

test('the nearest of several is meant, and the first of those as near', () => {
  expect(closest('sourced', ['sauced', 'source', 'sources'])).toBe('source')
})

test('where nothing is known nothing is meant', () => {
  expect(closest('name', [])).toBeUndefined()
})
