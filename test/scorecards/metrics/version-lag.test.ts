import { expect, test } from 'vitest'
import { lagOf } from '#scorecards/metrics/version-lag.ts'

const day = (date: string) => new Date(`${date}T00:00:00Z`)

const release = (version: string, releasedOn: string, end: string | null = null) => ({
  version,
  releasedOn: day(releasedOn),
  endOfSupportOn: end === null ? null : day(end),
})

const RELEASES = [
  release('1.0.0', '2026-01-01', '2026-03-01'),
  release('1.1.0', '2026-01-11'),
  release('2.0.0-rc.1', '2026-01-20'),
  release('2.0.0', '2026-01-31'),
]

test('a version is late since the oldest of those that are newer, and pre-releases do not count', () => {
  expect(lagOf(RELEASES, '1.0.0', day('2026-02-10'))).toEqual({
    behind: 2,
    daysSuperseded: 30,
    ageGapDays: 30,
    isUnsupported: false,
  })
  expect(lagOf(RELEASES, '2.0.0', day('2026-02-10'))).toMatchObject({
    behind: 0,
    daysSuperseded: 0,
    ageGapDays: 0,
  })
})

test('what was not released by then supersedes nothing', () => {
  expect(lagOf(RELEASES, '1.0.0', day('2026-01-10'))).toMatchObject({ behind: 0 })
  expect(lagOf(RELEASES, '1.0.0', day('2026-01-11'))).toMatchObject({
    behind: 1,
    daysSuperseded: 0,
  })
})

test('a version is supported through the last day of its support', () => {
  const at = (instant: string) => lagOf(RELEASES, '1.0.0', new Date(instant))?.isUnsupported
  expect(at('2026-03-01T23:59:59.999Z')).toBe(false)
  expect(at('2026-03-02T00:00:00Z')).toBe(true)
})

test('of a version without an end nothing ends, and where none is announced nobody knows', () => {
  expect(lagOf(RELEASES, '1.1.0', day('2027-01-01'))?.isUnsupported).toBe(false)
  const open = [release('1.0.0', '2026-01-01')]
  expect(lagOf(open, '1.0.0', day('2027-01-01'))?.isUnsupported).toBeNull()
})

test('what is none of the releases and not semantic has no place among them', () => {
  expect(lagOf(RELEASES, 'main', day('2026-02-10'))).toBeNull()
  expect(lagOf([], '1.0.0', day('2026-02-10'))).toBeNull()
})
