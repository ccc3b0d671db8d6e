import { expect, test } from 'vitest'
import { isDue } from '#lib/schedule.ts'

const at = (time: string) => new Date(`2026-03-02T${time}Z`)

test('a source that was never read is due, with an interval or without', () => {
  expect(isDue({ every: '1h', lastStart: undefined }, at('08:00:00'))).toBe(true)
  expect(isDue({ every: undefined, lastStart: undefined }, at('08:00:00'))).toBe(true)
})

test.each([
  ['30s', '07:00:29.999', false],
  ['30s', '07:00:30', true],
  ['15min', '07:14:59.999', false],
  ['15min', '07:15:00', true],
  ['1h', '07:59:59.999', false],
  ['1h', '08:00:00', true],
  ['1h', '23:00:00', true],
])('a source read every %s at 07:00 is due at %s: %s', (every, now, due) => {
  expect(isDue({ every, lastStart: at('07:00:00') }, at(now))).toBe(due)
})

test.each([
  ['1d', '2026-03-03T06:59:59Z', false],
  ['1d', '2026-03-03T07:00:00Z', true],
  ['2w', '2026-03-16T06:59:59Z', false],
  ['2w', '2026-03-16T07:00:00Z', true],
])('days and weeks of an interval are in UTC: every %s at %s: %s', (every, now, due) => {
  expect(isDue({ every, lastStart: at('07:00:00') }, new Date(now))).toBe(due)
})

test('a source without an interval is read again only when somebody asks', () => {
  expect(isDue({ every: undefined, lastStart: at('07:00:00') }, new Date('2030-01-01'))).toBe(false)
})
