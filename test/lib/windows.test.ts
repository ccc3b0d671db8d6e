import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseWindow, previousWindow, type Window, yearEarlier } from '#lib/windows.ts'

/** The fiscal year is that of the calendar. */
const CALENDAR = { fiscalYearStart: 1 }
/** As in Japan, or for the British government. */
const APRIL = { fiscalYearStart: 4 }

const named = (name: string, calendar = CALENDAR): Window => {
  const window = parseWindow(name, calendar)
  if (window === null) throw new TypeError(`${name} is no window`)
  return window
}

/** The days on which it begins and ends, the second no part of it. */
const days = ({ period: { from, to } }: Window) =>
  [from, to].map((end) => end.toISOString().replace('T00:00:00.000Z', ''))

test.each([
  ['2026-W01', 'week', ['2025-12-29', '2026-01-05']],
  ['2026-W34', 'week', ['2026-08-17', '2026-08-24']],
  // 2026 begins on a Thursday, so it has 53 weeks.
  ['2026-W53', 'week', ['2026-12-28', '2027-01-04']],
  ['2026-08', 'month', ['2026-08-01', '2026-09-01']],
  ['2024-02', 'month', ['2024-02-01', '2024-03-01']],
  ['2026-12', 'month', ['2026-12-01', '2027-01-01']],
  ['2026-Q1', 'quarter', ['2026-01-01', '2026-04-01']],
  ['2026-Q4', 'quarter', ['2026-10-01', '2027-01-01']],
  ['2026', 'year', ['2026-01-01', '2027-01-01']],
  ['2026-01-01..2026-02-15', 'range', ['2026-01-01', '2026-02-16']],
])('%s is a %s with an end that is no part of it', (name, kind, ends) => {
  const window = named(name)
  expect({ name: window.name, kind: window.kind }).toEqual({ name, kind })
  expect(days(window)).toEqual(ends)
})

test.each([
  ['2026', ['2025-04-01', '2026-04-01']],
  ['2026-Q1', ['2025-04-01', '2025-07-01']],
  ['2026-Q4', ['2026-01-01', '2026-04-01']],
])('a fiscal year bears the number of the year that it ends in: %s', (name, ends) => {
  expect(days(named(name, APRIL))).toEqual(ends)
})

test('months and weeks know no fiscal year', () => {
  for (const name of ['2026-08', '2026-W34']) expect(named(name, APRIL)).toEqual(named(name))
})

test('a range may begin and end at any instant, and is named by it', () => {
  const { name, period } = named('2026-01-01T08:00:00+02:00..2026-01-02')
  expect(period.from).toEqual(new Date('2026-01-01T06:00:00Z'))
  expect(period.to).toEqual(new Date('2026-01-03'))
  expect(name).toBe('2026-01-01T06:00:00.000Z..2026-01-02')
  const ofInstants = named('2026-01-01..2026-01-02T12:00:00Z')
  expect(ofInstants.period.to).toEqual(new Date('2026-01-02T12:00:00Z'))
  expect(ofInstants.name).toBe('2026-01-01..2026-01-02T12:00:00.000Z')
  expect(named('2026-01-01..2026-01-02T00:00:00Z').name).toBe('2026-01-01..2026-01-01')
})

test.each([
  '',
  'last week',
  '2025-W53', // It has 52.
  '2026-W00',
  '2026-W1',
  '2026-00',
  '2026-13',
  '2026-Q0',
  '2026-Q5',
  '26',
  '2026-02-30..2026-03-01',
  '2026-01-02..2026-01-01',
  '2026-01-01..2026-01-01T00:00:00Z',
  '2026-01-01..',
  '2026-01-01..2026-01-02..2026-01-03',
])('"%s" names no window', (text) => {
  expect(parseWindow(text, CALENDAR)).toBeNull()
})

test.each([
  ['2026-W01', '2025-W52'],
  ['2027-W01', '2026-W53'],
  ['2026-01', '2025-12'],
  ['2026-Q1', '2025-Q4'],
  ['2026', '2025'],
  ['2026-01-01..2026-01-14', '2025-12-18..2025-12-31'],
])('before %s came %s', (name, before) => {
  expect(previousWindow(named(name), CALENDAR)).toEqual(named(before))
})

test.each([
  // 52 weeks, so that the seasons and the days of the week are alike.
  ['2026-W34', '2025-W34'],
  ['2026-W53', '2026-W01'],
  ['2026-08', '2025-08'],
  ['2026-Q3', '2025-Q3'],
  ['2026', '2025'],
  ['2026-01-01..2026-02-15', '2025-01-01..2025-02-15'],
  ['2024-02-01..2024-02-28', '2023-02-01..2023-02-28'],
  ['2024-02-29..2024-03-04', '2023-03-01..2023-03-04'],
])('a year earlier than %s is %s', (name, earlier) => {
  expect(yearEarlier(named(name), CALENDAR)).toEqual(named(earlier))
})

test('the fiscal quarter before the first belongs to the fiscal year before', () => {
  expect(previousWindow(named('2026-Q1', APRIL), APRIL)).toEqual(named('2025-Q4', APRIL))
  expect(yearEarlier(named('2026-Q1', APRIL), APRIL)).toEqual(named('2025-Q1', APRIL))
})

test('29 February alone has no year earlier', () => {
  expect(yearEarlier(named('2024-02-29..2024-02-29'), CALENDAR)).toBeNull()
})

const aWindow = fc
  .record({
    fiscalYearStart: fc.integer({ min: 1, max: 12 }),
    year: fc.integer({ min: 1971, max: 2199 }),
    rest: fc.oneof(
      fc.integer({ min: 1, max: 52 }).map((week) => `-W${String(week).padStart(2, '0')}`),
      fc.integer({ min: 1, max: 12 }).map((month) => `-${String(month).padStart(2, '0')}`),
      fc.integer({ min: 1, max: 4 }).map((quarter) => `-Q${quarter}`),
      fc.constant(''),
    ),
  })
  .map(({ fiscalYearStart, year, rest }) => ({
    calendar: { fiscalYearStart },
    window: named(`${year}${rest}`, { fiscalYearStart }),
  }))

test('a window is found by its name, and the one before it ends where it begins', () => {
  fc.assert(
    fc.property(aWindow, ({ calendar, window }) => {
      expect(parseWindow(window.name, calendar)).toEqual(window)
      const before = previousWindow(window, calendar)
      expect(before.kind).toBe(window.kind)
      expect(before.period.to).toEqual(window.period.from)
      expect(parseWindow(before.name, calendar)).toEqual(before)
    }),
  )
})

test('four quarters back is a year earlier, and so are twelve months', () => {
  fc.assert(
    fc.property(aWindow, ({ calendar, window }) => {
      const steps = { week: 52, month: 12, quarter: 4, year: 1, range: 0 }[window.kind]
      let back = window
      for (let step = 0; step < steps; step += 1) back = previousWindow(back, calendar)
      expect(yearEarlier(window, calendar)).toEqual(back)
    }),
  )
})

test('every instant of a fiscal year lies in one of its quarters', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1971, max: 2199 }),
      (fiscalYearStart, year) => {
        const calendar = { fiscalYearStart }
        const { period } = named(String(year), calendar)
        const quarters = [1, 2, 3, 4].map((quarter) => named(`${year}-Q${quarter}`, calendar))
        const ends = [period.from, ...quarters.map((quarter) => quarter.period.to)]
        expect(quarters.map((quarter) => quarter.period.from)).toEqual(ends.slice(0, 4))
        expect(ends.at(-1)).toEqual(period.to)
        expect(period.to.getUTCFullYear() - (fiscalYearStart === 1 ? 1 : 0)).toBe(year)
      },
    ),
  )
})
