import { expect, test } from 'vitest'
import { ownerDuties, type PathSubject } from '#scorecards/checks/owner-duties.ts'

const ASOF = new Date('2026-03-02T00:00:00Z')
const HOUR_MS = 3_600_000

const path = (subject: Partial<PathSubject> = {}): PathSubject => ({
  id: 'deploy',
  ownerId: 'platform',
  description: 'From a merged change to production.',
  versions: [],
  tickets: [],
  failures: null,
  incidents: null,
  ...subject,
})
const outcome = (id: string, subject: Partial<PathSubject>) =>
  ownerDuties.find(({ definition }) => definition.id === id)?.evaluate(path(subject), ASOF).outcome

const version = (
  text: string,
  more: Partial<PathSubject['versions'][number]> = {},
): PathSubject['versions'][number] => ({
  version: text,
  publishedOn: '2026-01-01',
  isBreaking: false,
  migrationGuide: null,
  endOfSupportOn: null,
  ...more,
})

/** Answered so many hours after it was opened; null: not yet. */
const ticket = (hours: number | null, openedAt = new Date('2026-02-02T00:00:00Z')) => ({
  channel: 'chat',
  openedAt,
  firstResponseAt: hours === null ? null : new Date(openedAt.getTime() + hours * HOUR_MS),
})
const times = <T>(count: number, one: T): T[] => Array(count).fill(one)

test('an owner without a written purpose is half of it', () => {
  expect([outcome('OD-01', {}), outcome('OD-01', { description: null })]).toEqual(['pass', 'fail'])
})

test('tickets without a channel say that none is published; no ticket says nothing', () => {
  expect(outcome('OD-02', { tickets: [ticket(1)] })).toBe('pass')
  expect(outcome('OD-02', { tickets: [{ ...ticket(1), channel: null }] })).toBe('fail')
  expect(outcome('OD-02', {})).toBe('unknown')
})

test('nine of ten answers within 48 hours are in time, eight are not', () => {
  const answered = (inTime: number) =>
    outcome('OD-03', { tickets: [...times(inTime, ticket(48)), ...times(10 - inTime, ticket(49))] })
  expect([answered(9), answered(8)]).toEqual(['pass', 'fail'])
})

test('a request that waits counts once it is late, and four say too little', () => {
  const late = [...times(8, ticket(1)), ...times(2, ticket(null))]
  expect(outcome('OD-03', { tickets: late })).toBe('fail')
  const young = [...times(9, ticket(1)), ticket(null, new Date('2026-03-01T00:00:00Z'))]
  expect(outcome('OD-03', { tickets: young })).toBe('pass')
  expect(outcome('OD-03', { tickets: times(4, ticket(1)) })).toBe('unknown')
})

test('a breaking version wants notice before it and a guide with it', () => {
  const breaking = { isBreaking: true }
  const bare = [version('1.0.0'), version('2.0.0', breaking)]
  expect([outcome('OD-05', { versions: bare }), outcome('OD-06', { versions: bare })]).toEqual([
    'fail',
    'fail',
  ])
  const kept = [
    version('1.0.0', { endOfSupportOn: '2026-06-30' }),
    version('2.0.0', { ...breaking, migrationGuide: 'docs/v2.md' }),
  ]
  expect([outcome('OD-05', { versions: kept }), outcome('OD-06', { versions: kept })]).toEqual([
    'pass',
    'pass',
  ])
})

test('where no version says whether it breaks anything, nothing is known', () => {
  const silent = { versions: [version('1.0.0', { isBreaking: null })] }
  expect([outcome('OD-05', silent), outcome('OD-06', silent)]).toEqual(['unknown', 'unknown'])
})

test('four of five failures with a cause are enough, and no source is not no failure', () => {
  const failures = (named: number) => [
    ...times(named, { causeCode: 'quota' }),
    ...times(5 - named, { causeCode: null }),
  ]
  expect(outcome('OD-07', { failures: failures(4) })).toBe('pass')
  expect(outcome('OD-07', { failures: failures(3) })).toBe('fail')
  expect([outcome('OD-07', {}), outcome('OD-08', {})]).toEqual(['unknown', 'fail'])
  expect([outcome('OD-07', { failures: [] }), outcome('OD-08', { failures: [] })]).toEqual([
    'pass',
    'pass',
  ])
})

test('incidents of which nobody says whether they were reviewed are unknown', () => {
  expect(outcome('OD-09', {})).toBe('unknown')
  expect(outcome('OD-09', { incidents: [{ isReviewed: null }] })).toBe('unknown')
  expect(outcome('OD-09', { incidents: [{ isReviewed: false }] })).toBe('fail')
  expect(outcome('OD-09', { incidents: [] })).toBe('pass')
})
