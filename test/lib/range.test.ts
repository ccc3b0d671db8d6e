import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calendar, parseRange, quarterBefore, quarterOf, stepRange } from '#lib/range.ts'

/** A Wednesday. */
const NOW = new Date('2026-11-25T10:00:00Z')
const CALENDAR = { fiscalYearStart: 1 }
const APRIL = { fiscalYearStart: 4 }
const period = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) })

test.each([
  ['28d', '2026-10-26', '2026-11-23'],
  ['13w', '2026-08-24', '2026-11-23'],
  ['2q', '2026-05-25', '2026-11-23'],
  ['1y', '2025-11-24', '2026-11-23'],
])('%s reaches back from the end of the last whole week', (text, from, to) => {
  expect(parseRange(text, NOW, CALENDAR)).toEqual({ text, ...period(from, to) })
})

test.each([
  ['2026-Q3', '2026-07-01', '2026-10-01'],
  ['2026-02', '2026-02-01', '2026-03-01'],
  ['2026-W34', '2026-08-17', '2026-08-24'],
  ['2025', '2025-01-01', '2026-01-01'],
  ['2026-07-01..2026-09-30', '2026-07-01', '2026-10-01'],
])('%s has ends of its own, and its last day is in it', (text, from, to) => {
  expect(parseRange(text, NOW, CALENDAR)).toEqual({ text, ...period(from, to) })
})

test('a period that goes on ends now', () => {
  expect(parseRange('2026-Q4', NOW, CALENDAR)?.to).toEqual(NOW)
  expect(parseRange('2026-11-01..now', NOW, CALENDAR)?.to).toEqual(NOW)
})

test.each([
  '',
  '0w',
  '3x',
  '99999y',
  '2026-Q5',
  '2026-13',
  '2026-02-30..now',
  '2026-09-30..2026-07-01',
  '2027',
  '2026-12-01..2026-12-31',
  'now',
])('%j names no range', (text) => {
  expect(parseRange(text, NOW, CALENDAR)).toBeNull()
})

test('whatever is asked for, a range has a length and does not lie ahead', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,4}[dwqy]$/)), (text) => {
      const range = parseRange(text, NOW, CALENDAR)
      return range === null || (range.from < range.to && range.to <= NOW)
    }),
  )
})

test('quarters are told and counted over the turn of the year', () => {
  expect(quarterOf(new Date('2026-12-31T23:59:59Z'), CALENDAR)).toBe('2026-Q4')
  expect([quarterBefore('2026-Q1', 1), quarterBefore('2026-Q4', -1)]).toEqual([
    '2025-Q4',
    '2027-Q1',
  ])
  expect(calendar('2026-Q1', CALENDAR)).toEqual(period('2026-01-01', '2026-04-01'))
})

test('a step leads to the range of the same length beside it', () => {
  const step = (text: string, by: -1 | 1) => {
    const range = parseRange(text, NOW, CALENDAR)
    return range && stepRange(range, by)
  }
  expect(step('2026-Q1', -1)).toBe('2025-Q4')
  expect(step('2025', 1)).toBe('2026')
  // 13 weeks from 24 August are 91 days; before them lie those from 25 May to 23 August.
  expect(step('13w', -1)).toBe('2026-05-25..2026-08-23')
  expect(step('2026-07-01..2026-07-10', 1)).toBe('2026-07-11..2026-07-20')
})

test('quarters and years are those of the fiscal year', () => {
  // It ends in March 2027, and bears the number of that year.
  expect(parseRange('2027-Q1', NOW, APRIL)).toMatchObject(period('2026-04-01', '2026-07-01'))
  expect(calendar('2026', APRIL)).toEqual(period('2025-04-01', '2026-04-01'))
  expect(quarterOf(new Date('2026-06-30T12:00:00Z'), APRIL)).toBe('2027-Q1')
  expect(quarterOf(new Date('2026-01-01T00:00:00Z'), APRIL)).toBe('2026-Q4')
  expect(calendar('2026-02', APRIL)).toEqual(period('2026-02-01', '2026-03-01'))
})
