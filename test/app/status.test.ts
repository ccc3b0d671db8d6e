import { expect, test } from 'vitest'
import { asShownAt, caveats, excludedWord, readResult } from '#app/status.ts'
import type { Band, MetricResult, Status } from '#scorecards/result.ts'
import { aResult } from '#test/support/results.ts'

test('a usable result is a figure with its counts, interval and bounds', () => {
  expect(readResult(aResult({ bounds: { low: 0.4, high: 0.81 } }))).toEqual({
    verdict: { word: 'On track, uncertain', shape: 'up-outline', tone: 'good' },
    figure: '78%',
    hasFigure: true,
    counts: '7 of 9 teams',
    interval: '45% to 94%',
    bounds: '40% to 81%',
  })
})

test.each<[Band, string, string]>([
  ['good', 'On track', 'good'],
  ['watch', 'Watch', 'watch'],
  ['bad_uncertain', 'Off track, uncertain', 'bad'],
  ['bad', 'Off track', 'bad'],
  ['insufficient', 'Not enough data to judge', 'quiet'],
])('band %s reads as "%s"', (band, word, tone) => {
  expect(readResult(aResult({ band })).verdict).toMatchObject({ word, tone })
})

test('a metric without cut points has no verdict', () => {
  expect(readResult(aResult({ band: 'none' })).verdict).toBeNull()
})

const VALUELESS = { value: null, ci: null, numerator: 0, denominator: 0, n: 0 }

test.each<[Status, string, string, Partial<MetricResult>]>([
  ['no_data', 'No data', 'no data', VALUELESS],
  ['source_missing', 'No data', 'source not connected', VALUELESS],
  ['no_denominator', 'Nothing to measure', 'no cases', VALUELESS],
  ['not_applicable', 'Nothing to measure', 'does not apply', VALUELESS],
  ['insufficient_sample', 'Not enough data', 'not enough data', {}],
])('with %s there are words in place of a number: "%s", %s', (status, word, figure, result) => {
  const reading = readResult(aResult({ status, band: 'insufficient', ...result }))
  expect(reading).toMatchObject({ verdict: { word, tone: 'quiet' }, figure, hasFigure: false })
  expect([reading.interval, reading.bounds]).toEqual([null, null])
})

test('too few cases are counted in place of a headline', () => {
  const result = aResult({ status: 'insufficient_sample', numerator: 3, denominator: 4 })
  expect(readResult(result).counts).toBe('3 of 4 teams')
})

test('what is hidden for privacy shows no counts', () => {
  const reading = readResult(aResult({ status: 'suppressed_privacy' }))
  expect(reading).toMatchObject({
    verdict: { word: 'Suppressed for privacy' },
    hasFigure: false,
    counts: null,
    interval: null,
  })
})

test.each<[Status, string]>([
  ['source_partial', 'Partial data'],
  ['stale', 'Stale'],
])('with %s the figure stays, and the verdict is "%s"', (status, word) => {
  const reading = readResult(aResult({ status, band: 'insufficient' }))
  expect(reading).toMatchObject({ verdict: { word }, figure: '78%', hasFigure: true })
})

test('a usable result without a value is no zero', () => {
  const result = aResult({ value: null, ci: null })
  expect(readResult(result)).toMatchObject({ figure: 'no data', hasFigure: false })
})

test('a median rests on cases, which is no share of them', () => {
  const result = aResult({ unit: 'minutes', value: 35, numerator: null, denominator: 9, ci: null })
  expect(readResult(result)).toMatchObject({ figure: '35 min', counts: '9 cases' })
  expect(readResult({ ...result, n: 1 }).counts).toBe('1 case')
})

test.each<[MetricResult['unit'], string, string]>([
  ['requests per week', '1 week', '12 weeks'],
  ['per week', '1 week of a service', '12 weeks of a service'],
  ['per 100 uses', '1 use', '12 uses'],
])('what a figure %s rests on is called what it is', (unit, one, many) => {
  const result = aResult({ unit, value: 3, numerator: 36, denominator: 12, n: 12, ci: null })
  expect(readResult(result).counts).toBe(many)
  expect(readResult({ ...result, n: 1 }).counts).toBe(one)
})

test('a share of time tells the time of each, and of how many cases', () => {
  const result = aResult({
    metricId: 'SPD-05',
    unit: 'fraction of time',
    value: 0.25,
    numerator: 6 * 60,
    denominator: 24 * 60,
    n: 6,
  })
  expect(readResult(result).counts).toBe('6 cases: 6 h waiting for a person, 18 h for all else')
})

test('what was read of a source has no cases', () => {
  const result = aResult({
    metricId: 'DQ-01',
    scope: { sourceId: 'clones' },
    unit: 'fraction of time',
  })
  expect(readResult(result).counts).toBeNull()
})

test.each<Status>(['not_applicable', 'source_missing', 'no_denominator'])(
  'with %s there is nothing to count',
  (status) => {
    expect(readResult(aResult({ status, ...VALUELESS })).counts).toBeNull()
  },
)

const COVERAGE = {
  scope: { sourceId: 'clones' },
  unit: 'fraction of time',
  n: 1,
  ci: null,
} as const

test('a coverage has its figure and its band, however little was read', () => {
  const result = aResult({ ...COVERAGE, value: 0, coverage: 0, status: 'no_data', band: 'bad' })
  expect(readResult(result)).toMatchObject({
    verdict: { word: 'Off track' },
    figure: '0%',
    hasFigure: true,
  })
  // It would only say the same again.
  expect(caveats(result)).toEqual([])
})

test('a coverage that is too old is stale as any other figure', () => {
  const result = aResult({ ...COVERAGE, value: 1, status: 'stale', band: 'good' })
  expect(readResult(result).verdict?.word).toBe('Stale')
})

test('whatever was left out, is missing or is odd is said', () => {
  const result = aResult({
    status: 'stale',
    nUnknown: 1234,
    notMatured: 2,
    coverage: 0.75,
    flags: ['has_unknown', 'ci_unattainable', 'median_not_reached'],
    evidence: [
      { kind: 'counted', ids: ['a'] },
      { kind: 'excluded:excepted', ids: ['b', 'c'] },
      { kind: 'excluded:exempt', ids: ['activities?team=a&mechanism=exempt'] },
      { kind: 'excluded:start_unknown', ids: ['d'] },
    ],
  })
  expect(caveats(result)).toEqual([
    '1,234 unknown, left out',
    '2 under an exception',
    '1 start unknown',
    '2 too young to count',
    '75% covered',
    'last known on 2 Mar 2026',
    'too few cases for an interval',
    'median not reached yet: longer than the longest observed time',
  ])
})

test('where nothing is left out there is nothing to say', () => {
  expect(caveats(aResult({ evidence: [{ kind: 'counted', ids: ['a'] }] }))).toEqual([])
})

test('a reason without words of its own is told as it is spelled', () => {
  expect(excludedWord('inactive')).toBe('inactive for 13 weeks or more')
  expect(excludedWord('approvalWaitHours')).toBe('how long changes waited for approval')
  expect(excludedWord('before_window')).toBe('before window')
})

test('a figure is stale once it is more than eight days old at the moment shown', () => {
  const statusAt = (instant: string, status: Status = 'ok') =>
    asShownAt(aResult({ status }), new Date(instant)).status
  expect(statusAt('2026-03-10T00:00:00Z')).toBe('ok')
  expect(statusAt('2026-03-10T00:00:00.001Z')).toBe('stale')
  expect(statusAt('2026-03-10T00:00:00.001Z', 'source_partial')).toBe('stale')
})

test('what had no figure does not become stale', () => {
  const shownAt = new Date('2027-01-01T00:00:00Z')
  expect(asShownAt(aResult({ status: 'no_data' }), shownAt).status).toBe('no_data')
})

test('what a survey said does not grow stale', () => {
  const result = aResult({ parameters: { wave: 'autumn' } })
  expect(asShownAt(result, new Date('2026-12-01T00:00:00Z')).status).toBe('ok')
})

test('what is hidden for privacy names the answers that it needs, never how many there are', () => {
  const figureOf = (parameters: Record<string, unknown>) =>
    readResult(aResult({ status: 'suppressed_privacy', value: null, parameters })).figure
  expect([figureOf({}), figureOf({ k: 8 })]).toEqual([
    'fewer than 5 answers',
    'fewer than 8 answers',
  ])
})
