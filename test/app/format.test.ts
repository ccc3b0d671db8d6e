import { expect, test } from 'vitest'
import {
  formatAgo,
  formatCount,
  formatCountOf,
  formatDay,
  formatDays,
  formatElapsed,
  formatInstant,
  formatInterval,
  formatMinutes,
  formatPercent,
  formatShare,
  formatValue,
} from '#app/format.ts'
import { toDay } from '#lib/period.ts'

test('counts are grouped, and one of something is singular', () => {
  expect([formatCount(0), formatCount(1234), formatCount(1_000_000)]).toEqual([
    '0',
    '1,234',
    '1,000,000',
  ])
  expect([0, 1, 2, 1234].map((count) => formatCountOf(count, 'team'))).toEqual([
    '0 teams',
    '1 team',
    '2 teams',
    '1,234 teams',
  ])
  expect(formatCountOf(2, 'entry', 'entries')).toBe('2 entries')
})

test('a percentage has a decimal from 100 cases on', () => {
  expect(formatPercent(0.7777, 99)).toBe('78%')
  expect(formatPercent(0.7777, 100)).toBe('77.8%')
  expect(formatPercent(0.5, 100)).toBe('50.0%')
  expect(formatPercent(0.7777, null)).toBe('78%')
})

test('zero is a number, and what is missing is not', () => {
  expect(formatValue(0, 'fraction of teams', 9)).toBe('0%')
  expect(formatValue(0, 'days', 9)).toBe('0 days')
  expect(formatValue(null, 'fraction of teams', 9)).toBe('no data')
  expect(formatValue(null, 'days', 9)).toBe('no data')
})

test('a value is in the words of its unit', () => {
  expect(formatValue(0.25, 'fraction of services', 8)).toBe('25%')
  expect(formatValue(12.54, 'days', 8)).toBe('12.5 days')
  expect(formatValue(35, 'minutes', 8)).toBe('35 min')
})

test('a share says of how many, and what is no share says nothing', () => {
  expect(formatShare(7, 9, 'fraction of teams')).toBe('7 of 9 teams')
  expect(formatShare(1200, 1500, 'fraction of activities')).toBe('1,200 of 1,500 activities')
  expect(formatShare(0, 3, 'fraction of exceptions')).toBe('0 of 3 exceptions')
  expect(formatShare(null, 3, 'fraction of teams')).toBeNull()
  expect(formatShare(1, null, 'fraction of teams')).toBeNull()
  expect(formatShare(7, 9, 'days')).toBeNull()
  expect(formatShare(14, 28, 'fraction of time')).toBeNull()
})

test('an interval whose end was not reached is open', () => {
  const of = (low: number | null, high: number | null) => formatInterval({ low, high }, 'days', 9)
  expect([of(12, 30.25), of(12, null), of(null, 30), of(null, null), of(0, 0)]).toEqual([
    '12 days to 30.3 days',
    'at least 12 days',
    'at most 30 days',
    null,
    '0 days to 0 days',
  ])
  expect(formatInterval({ low: 0.45, high: 0.94 }, 'fraction of teams', 9)).toBe('45% to 94%')
})

test('one day is singular once it is rounded', () => {
  expect([0.94, 0.96, 1, 1.04, 1.06].map(formatDays)).toEqual([
    '0.9 days',
    '1 day',
    '1 day',
    '1 day',
    '1.1 days',
  ])
})

test('minutes are told in hours from two hours on, in days from two days on', () => {
  expect([0, 0.5, 119, 120, 150, 2879, 2880, 4608].map(formatMinutes)).toEqual([
    '0 min',
    '0.5 min',
    '119 min',
    '2 h',
    '2.5 h',
    '48 h',
    '2 days',
    '3.2 days',
  ])
})

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

test('how long something took is told in the unit that suits', () => {
  expect(
    [0, 499, SECOND, 119 * SECOND, 2 * MINUTE, 119 * MINUTE, 2 * HOUR, 47 * HOUR, 48 * HOUR].map(
      formatElapsed,
    ),
  ).toEqual([
    'under a second',
    'under a second',
    '1 second',
    '119 seconds',
    '2 minutes',
    '119 minutes',
    '2 hours',
    '47 hours',
    '2 days',
  ])
})

test('an instant lies before or after now', () => {
  const now = new Date('2026-03-02T12:00:00Z')
  expect(formatAgo(new Date('2026-03-02T11:57:00Z'), now)).toBe('3 minutes ago')
  expect(formatAgo(now, now)).toBe('under a second ago')
  expect(formatAgo(new Date('2026-03-04T12:00:00Z'), now)).toBe('in 2 days')
})

test('days and times are those of UTC, wherever the server stands', () => {
  // In Auckland it is the sixth.
  const late = new Date('2026-10-05T23:59:59.999Z')
  expect([formatDay(late), formatInstant(late), toDay(late)]).toEqual([
    '5 Oct 2026',
    '5 Oct 2026, 23:59 UTC',
    '2026-10-05',
  ])
  expect(formatInstant(new Date('2026-10-05T00:00:00Z'))).toBe('5 Oct 2026, 00:00 UTC')
})
