import { expect, test } from 'vitest'
import { at, metricAddress, readAsOf } from '#app/as-of.ts'

const NOW = new Date('2026-03-04T10:00:00Z')
const NEWEST = { at: NOW, day: null, refused: null }
const ON_MONDAY = { at: new Date('2026-03-02T00:00:00Z'), day: '2026-03-02', refused: null }

test('an address that names no day speaks for now', () => {
  expect([readAsOf({}, NOW), readAsOf({ asof: '' }, NOW)]).toEqual([NEWEST, NEWEST])
})

test('a day means its first moment in UTC, also today', () => {
  expect(readAsOf({ asof: '2026-03-02' }, NOW)).toEqual(ON_MONDAY)
  expect(readAsOf({ asof: '2026-03-04' }, NOW).at).toEqual(new Date('2026-03-04T00:00:00Z'))
})

test.each([
  ['2026-03-05', '2026-03-05'],
  ['2026-02-30', '2026-02-30'],
  ['yesterday', 'yesterday'],
  ['2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z'],
  [['2026-03-02', '2026-03-03'], '2026-03-02,2026-03-03'],
])('%j is refused, said, and taken for now', (asof, refused) => {
  expect(readAsOf({ asof }, NOW)).toEqual({ ...NEWEST, refused })
})

test('addresses go on speaking for the same day, with what they name', () => {
  expect(at(ON_MONDAY, '/teams')).toBe('/teams?asof=2026-03-02')
  expect(at(NEWEST, '/teams')).toBe('/teams')
  expect(at(ON_MONDAY, '/metrics', { path: 'a&b', team: undefined })).toBe(
    '/metrics?path=a%26b&asof=2026-03-02',
  )
})

test('a number opens to the rows of its own scope', () => {
  const address = (scope: object) => metricAddress(NEWEST, 'ADO-04', scope)
  expect(address({ pathId: 'http-service', teamId: 'payments' })).toBe(
    '/metrics/ADO-04?path=http-service&team=payments',
  )
  expect(address({ sourceId: 'clones' })).toBe('/metrics/ADO-04?source=clones')
})
