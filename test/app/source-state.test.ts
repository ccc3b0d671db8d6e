import { expect, test } from 'vitest'
import { sourceState } from '#app/source-state.ts'
import type { CollectorRun, SourceHealth } from '#lib/queries/data-health.ts'

const NOW = new Date('2026-03-10T12:00:00Z')
const HOUR_AGO = new Date('2026-03-10T11:00:00Z')

const aRun = (run: Partial<CollectorRun> = {}): CollectorRun => ({
  id: 'run',
  sourceId: 'clones',
  startedAt: HOUR_AGO,
  finishedAt: HOUR_AGO,
  status: 'ok',
  readCount: 12,
  changedCount: 3,
  quarantinedCount: 0,
  error: null,
  ...run,
})

/** A source that was read an hour ago, completely. */
const aSource = (source: Partial<SourceHealth> = {}): SourceHealth => ({
  id: 'clones',
  kind: 'git',
  every: '1d',
  lastRun: aRun(),
  lastSuccessAt: HOUR_AGO,
  reaches: [HOUR_AGO],
  quarantinedCount: 0,
  ...source,
})

const read = (source: Partial<SourceHealth>) => {
  const { verdict, sentence, rank } = sourceState(aSource(source), NOW)
  return [verdict.word, verdict.tone, sentence, rank]
}

test('a source that was read as often and as far as it should is on time', () => {
  expect(read({})).toEqual(['On time', 'good', 'complete until 10 Mar 2026', 5])
  expect(read({ reaches: [] })).toEqual([
    'On time',
    'good',
    'it does not say how far it reaches',
    5,
  ])
})

test('a catalogue has no time to cover, and reaches nowhere', () => {
  expect(read({ kind: 'catalog', reaches: [] })).toEqual([
    'On time',
    'good',
    'says who owns what now',
    5,
  ])
})

test('a source that was never read has not failed', () => {
  expect(read({ lastRun: null, lastSuccessAt: null, reaches: [] })).toEqual([
    'Never run',
    'quiet',
    'nothing was collected from it yet',
    1,
  ])
})

test('a failure says when it last went well', () => {
  const lastRun = aRun({ status: 'failed' })
  expect(read({ lastRun, lastSuccessAt: new Date('2026-03-01T08:00:00Z') })).toEqual([
    'Failed',
    'bad',
    'the last run failed 60 minutes ago; last success 1 Mar 2026',
    0,
  ])
  expect(read({ lastRun, lastSuccessAt: null })[2]).toBe(
    'the last run failed 60 minutes ago; it never succeeded',
  )
})

test('runs that end well and stop in the past are late, after eight days', () => {
  const reach = (instant: string) => read({ reaches: [new Date(instant)] })
  expect(reach('2026-03-02T12:00:00Z')[0]).toBe('On time')
  expect(reach('2026-03-02T11:59:59.999Z')).toEqual([
    'Late',
    'bad',
    'complete only until 2 Mar 2026',
    2,
  ])
})

test('parts that stop in the past are counted, the worst is named', () => {
  const reaches = [new Date('2026-02-01T00:00:00Z'), new Date('2026-02-20T00:00:00Z'), HOUR_AGO]
  expect(read({ reaches })[2]).toBe('complete only until 1 Feb 2026 in 2 of 3 parts')
})

test('a run that is missing is late after twice its interval', () => {
  const lastSuccess = (instant: string) => read({ lastSuccessAt: new Date(instant) })
  expect(lastSuccess('2026-03-08T12:00:00Z')[0]).toBe('On time')
  expect(lastSuccess('2026-03-08T11:59:59.999Z')).toEqual([
    'Late',
    'watch',
    'due every 1d, last read 2 days ago',
    3,
  ])
})

test('a source that is read only when asked for is never late for that', () => {
  const lastSuccessAt = new Date('2026-03-03T00:00:00Z')
  expect(read({ every: null, lastSuccessAt })[0]).toBe('On time')
})

test('records that could not be read are told with how far the rest reaches', () => {
  expect(read({ quarantinedCount: 1 })).toEqual([
    'Partial',
    'watch',
    '1 record could not be read; complete until 10 Mar 2026',
    4,
  ])
})

test('the worst that is the matter is told', () => {
  const everything = {
    lastRun: aRun({ status: 'failed' }),
    lastSuccessAt: new Date('2026-01-01T00:00:00Z'),
    reaches: [new Date('2026-01-01T00:00:00Z')],
    quarantinedCount: 7,
  } satisfies Partial<SourceHealth>
  expect([
    read(everything)[3],
    read({ ...everything, lastRun: aRun() })[3],
    read({ ...everything, lastRun: aRun(), reaches: [HOUR_AGO] })[3],
    read({ ...everything, lastRun: aRun(), reaches: [HOUR_AGO], every: null })[3],
  ]).toEqual([0, 2, 3, 4])
})
