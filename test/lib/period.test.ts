import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  daysBefore,
  instantText,
  monthNumber,
  monthStart,
  monthsBefore,
  toInstantText,
  trailingWeeks,
  weekNumber,
  weekOf,
  weekStart,
  weeksAgo,
  weeksIn,
  wholeDaysBetween,
  yearBefore,
} from '#lib/period.ts'

/** 00:00 UTC of a day. */
const day = (date: string) => new Date(`${date}T00:00:00Z`)

const week = (from: string, to: string) => ({ from: day(from), to: day(to) })

test('these tests run far from UTC, where clocks change', () => {
  // Twelve hours ahead in winter, thirteen in summer.
  const offsets = ['2026-06-01', '2026-01-01'].map((date) => day(date).getTimezoneOffset() / 60)
  expect(offsets).toEqual([-12, -13])
})

test('a week runs from Monday to Monday in UTC, also when the clocks change', () => {
  // In Auckland they change on Sundays: 5 April and 27 September 2026.
  expect(weekOf(new Date('2026-04-05T12:00:00Z'))).toEqual(week('2026-03-30', '2026-04-06'))
  expect(weekOf(new Date('2026-09-27T12:00:00Z'))).toEqual(week('2026-09-21', '2026-09-28'))
})

test('a week begins with its Monday, and the Monday after is no part of it', () => {
  expect(weekOf(day('2026-03-02'))).toEqual(week('2026-03-02', '2026-03-09'))
  // In Auckland it is Monday already.
  expect(weekOf(new Date('2026-03-08T23:59:59.999Z'))).toEqual(week('2026-03-02', '2026-03-09'))
  expect(weekOf(day('2026-03-09'))).toEqual(week('2026-03-09', '2026-03-16'))
})

test('a week knows no year', () => {
  expect(weekOf(day('2026-01-01'))).toEqual(week('2025-12-29', '2026-01-05'))
})

test('trailing weeks leave out the one in progress, and end with one that is just over', () => {
  expect(trailingWeeks(new Date('2026-03-04T10:00:00Z'), 4)).toEqual(
    week('2026-02-02', '2026-03-02'),
  )
  expect(trailingWeeks(day('2026-03-02'), 1)).toEqual(week('2026-02-23', '2026-03-02'))
  expect(trailingWeeks(new Date('2026-03-01T23:59:59.999Z'), 1)).toEqual(
    week('2026-02-16', '2026-02-23'),
  )
  expect(trailingWeeks(day('2026-03-02'), 0)).toEqual(week('2026-03-02', '2026-03-02'))
})

test('the weeks of a period begin with the one that it begins in, and end before its end', () => {
  const from = new Date('2026-03-04T10:00:00Z')
  const first = week('2026-03-02', '2026-03-09')
  const second = week('2026-03-09', '2026-03-16')
  expect(weeksIn({ from, to: day('2026-03-09') })).toEqual([first])
  expect(weeksIn({ from, to: new Date('2026-03-09T00:00:00.001Z') })).toEqual([first, second])
  expect(weeksIn({ from: day('2026-03-09'), to: day('2026-03-16') })).toEqual([second])
})

test('a period without time has no weeks', () => {
  expect(weeksIn({ from: day('2026-03-02'), to: day('2026-03-02') })).toEqual([])
})

test('days and months before are those of UTC, also where a day of the reader has 23 or 25 hours', () => {
  expect(daysBefore(day('2026-04-06'), 2)).toEqual(day('2026-04-04'))
  expect(daysBefore(day('2026-09-28'), 2)).toEqual(day('2026-09-26'))
  expect(daysBefore(day('2026-03-01'), 1)).toEqual(day('2026-02-28'))
  expect(monthsBefore(new Date('2026-04-30T23:30:00Z'), 1)).toEqual(
    new Date('2026-03-30T23:30:00Z'),
  )
})

test('a month that has no such day ends with its last', () => {
  expect(monthsBefore(day('2026-03-31'), 1)).toEqual(day('2026-02-28'))
  expect(monthsBefore(day('2024-03-31'), 1)).toEqual(day('2024-02-29'))
  expect(monthsBefore(day('2026-03-31'), 13)).toEqual(day('2025-02-28'))
})

test('only whole days are counted, and backwards below zero', () => {
  const from = new Date('2026-04-04T12:00:00Z')
  const daysTo = (instant: string) => wholeDaysBetween(from, new Date(instant))
  expect([
    daysTo('2026-04-05T11:59:59.999Z'),
    daysTo('2026-04-05T12:00:00Z'),
    daysTo('2026-04-07T11:59:59.999Z'),
    daysTo('2026-04-04T11:59:59.999Z'),
  ]).toEqual([0, 1, 2, -1])
})

test('weeks are counted from the first whole one of 1970, also before it', () => {
  expect(weekNumber(day('1970-01-05'))).toBe(0)
  expect(weekNumber(new Date('1970-01-11T23:59:59.999Z'))).toBe(0)
  expect(weekNumber(day('1970-01-12'))).toBe(1)
  expect(weekNumber(new Date('1970-01-04T23:59:59.999Z'))).toBe(-1)
  expect(weekStart(2)).toEqual(day('1970-01-19'))
})

const instant = fc.date({
  min: day('1950-01-01'),
  max: day('2100-01-01'),
  noInvalidDate: true,
})

test('the week of a number is the ISO week that bears it', () => {
  fc.assert(
    fc.property(instant, (at) => {
      const number = weekNumber(at)
      expect({ from: weekStart(number), to: weekStart(number + 1) }).toEqual(weekOf(at))
      expect(weekNumber(weekStart(number))).toBe(number)
    }),
  )
})

test('weeks ago count spans of seven days, each without its end', () => {
  const asOf = new Date('2026-03-04T12:00:00Z')
  const ago = (text: string) => weeksAgo(new Date(text), asOf)
  expect([
    ago('2026-03-04T12:00:00Z'),
    ago('2026-03-04T11:59:59.999Z'),
    ago('2026-02-25T12:00:00Z'),
    ago('2026-02-25T11:59:59.999Z'),
    ago('2026-02-18T12:00:00Z'),
    ago('2026-03-11T12:00:00Z'),
  ]).toEqual([-1, 0, 0, 1, 1, -2])
})

test('a month is that of UTC, and months count up across years', () => {
  // In Auckland it is January already.
  const december = new Date('2025-12-31T23:59:59.999Z')
  expect(monthStart(monthNumber(december))).toEqual(day('2025-12-01'))
  expect(monthStart(monthNumber(december) + 1)).toEqual(day('2026-01-01'))
  expect(monthStart(monthNumber(day('2026-01-01')) - 13)).toEqual(day('2024-12-01'))
})

test('the year before has the same day, and 1 March for 29 February', () => {
  expect(yearBefore(new Date('2026-05-06T07:08:09Z'))).toEqual(new Date('2025-05-06T07:08:09Z'))
  expect(yearBefore(day('2024-02-29'))).toEqual(day('2023-03-01'))
  expect(yearBefore(day('2025-02-28'))).toEqual(day('2024-02-28'))
})

/** All that a `Date` can be. */
const anyInstant = fc.oneof(
  fc.date({ noInvalidDate: true }),
  fc.date({ min: day('1970-01-01'), max: day('2100-01-01'), noInvalidDate: true }),
)

test('the text of an instant is that of the standard, asked for once or again', () => {
  fc.assert(
    fc.property(anyInstant, (instant) => {
      const text = instant.toISOString()
      expect([toInstantText(instant), toInstantText(new Date(instant))]).toEqual([text, text])
      expect(instantText(instant.getTime())).toBe(text)
    }),
  )
})

test('an instant has a text before the year 0, after 9999, and at the ends of what there is', () => {
  const texts = [
    ['-000001-12-31T23:59:59.999Z', -62_167_219_200_001],
    ['0000-01-01T00:00:00.000Z', -62_167_219_200_000],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
    ['+010000-01-01T00:00:00.000Z', 253_402_300_800_000],
    ['+275760-09-13T00:00:00.000Z', 8.64e15],
    ['-271821-04-20T00:00:00.000Z', -8.64e15],
  ] as const
  for (const [text, at] of texts) {
    expect([toInstantText(new Date(at)), instantText(at)]).toEqual([text, text])
  }
})

test('however many instants are asked for, each keeps its own text', () => {
  const instants = Array.from({ length: 10_000 }, (_, second) => new Date(second * 1000))
  for (const instant of [...instants, ...instants]) {
    expect(toInstantText(instant)).toBe(instant.toISOString())
  }
})

test('what is no instant has no text', () => {
  expect(() => toInstantText(new Date(Number.NaN))).toThrow(RangeError)
  expect(instantText(Number.POSITIVE_INFINITY)).toBeNull()
  expect(instantText(Number.NaN)).toBeNull()
})
