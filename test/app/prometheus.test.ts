import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toExposition } from '#app/prometheus/exposition.ts'
import { toFamilies } from '#app/prometheus/families.ts'
import type { SourceHealth } from '#lib/queries/data-health.ts'
import type { MetricResult, Status } from '#scorecards/result.ts'
import { readExposition } from '#test/support/exposition.ts'
import { aResult } from '#test/support/results.ts'

const NOW = new Date('2026-03-04T10:00:00Z')
const seconds = (text: string) => Date.parse(text) / 1000

const aSource = (source: Partial<SourceHealth> = {}): SourceHealth => ({
  id: 'clones',
  kind: 'git',
  every: '1d',
  lastRun: null,
  lastSuccessAt: null,
  reaches: [],
  quarantinedCount: 0,
  ...source,
})

const aRun = (status: 'ok' | 'failed') => ({
  id: 'r1',
  sourceId: 'clones',
  startedAt: NOW,
  finishedAt: NOW,
  status,
  readCount: 1,
  changedCount: 1,
  quarantinedCount: 0,
  error: null,
})

function read({
  results = [],
  sources = [],
  scored,
}: Partial<Parameters<typeof toFamilies>[0]> = {}) {
  return readExposition(toExposition(toFamilies({ results, sources, scored, now: NOW })))
}

test('a published figure has its metric, path and team as labels, and its moment beside it', () => {
  const results = [
    aResult({ metricId: 'ADO-01', value: 0.5 }),
    aResult({ metricId: 'ADO-01', value: 0, scope: { pathId: 'portal', teamId: 'payments' } }),
  ]
  const families = read({ results })
  expect(families.get('desirepath_headline_value')).toMatchObject({
    type: 'gauge',
    samples: [
      {
        labels: {
          metric: 'ADO-01',
          key: 'voluntary_adoption_rate',
          path: 'http-service',
          unit: 'fraction of teams',
        },
        value: 0.5,
      },
      { labels: { path: 'portal', team: 'payments' }, value: 0 },
    ],
  })
  expect(
    families.get('desirepath_headline_as_of_timestamp_seconds')?.samples.map(({ value }) => value),
  ).toEqual([seconds('2026-03-02'), seconds('2026-03-02')])
})

const ABSENT: readonly [Status, Partial<MetricResult>][] = [
  ['no_data', { value: null }],
  ['source_missing', { value: null }],
  ['no_denominator', { value: null }],
  ['not_applicable', { value: null }],
  ['suppressed_privacy', { value: null }],
  ['insufficient_sample', { value: 0.75 }],
  ['stale', { value: 0.75 }],
  ['ok', { value: 0.75, asOf: '2026-02-01T00:00:00.000Z' }],
]

test.each(ABSENT)('a figure that pages show as words (%s) is absent', (status, result) => {
  expect(read({ results: [aResult({ status, ...result })] })).toEqual(new Map())
})

test('a partial figure is there, as it is on pages', () => {
  const families = read({ results: [aResult({ status: 'source_partial', value: 0.25 })] })
  expect(families.get('desirepath_headline_value')?.samples[0]?.value).toBe(0.25)
})

test('a source tells its last success, how far it reaches, and how its last run ended', () => {
  const sources = [
    aSource({
      lastRun: aRun('failed'),
      lastSuccessAt: new Date('2026-03-01T00:00:00Z'),
      reaches: [new Date('2026-02-20T00:00:00Z'), new Date('2026-03-01T00:00:00Z')],
      quarantinedCount: 3,
    }),
  ]
  const families = read({ sources })
  const of = (name: string) =>
    families
      .get(name)
      ?.samples.map(({ labels: { state }, value }) => (state ? [state, value] : value))
  expect(of('desirepath_source_last_success_timestamp_seconds')).toEqual([seconds('2026-03-01')])
  expect(of('desirepath_source_complete_until_timestamp_seconds')).toEqual([seconds('2026-02-20')])
  expect(of('desirepath_source_quarantined_records')).toEqual([3])
  expect(of('desirepath_source_last_run')).toEqual([
    ['running', 0],
    ['ok', 0],
    ['partial', 0],
    ['failed', 1],
  ])
})

test('a source that never ran has no last run, no success and no reach', () => {
  expect([...read({ sources: [aSource()] }).keys()]).toEqual([
    'desirepath_source_quarantined_records',
  ])
})

test('the published scoring run tells its moment and its end; before the first there is none', () => {
  const scored = { asOf: new Date('2026-03-02T00:00:00Z'), finishedAt: NOW }
  expect([...read({ scored })].map(([name, { samples }]) => [name, samples[0]?.value])).toEqual([
    ['desirepath_scored_as_of_timestamp_seconds', seconds('2026-03-02')],
    ['desirepath_scored_timestamp_seconds', NOW.getTime() / 1000],
  ])
  expect(read()).toEqual(new Map())
})

test('what is no number is absent', () => {
  const samples = [Number.NaN, Number.POSITIVE_INFINITY].map((value) => ({ labels: {}, value }))
  expect(toExposition([{ name: 'a', help: '', samples }])).toBe('')
})

test('any text survives as a label and as help', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), finite, (text, value) => {
      const family = { name: 'a', help: text, samples: [{ labels: { of: text }, value }] }
      expect(readExposition(toExposition([family])).get('a')).toEqual({
        help: text,
        type: 'gauge',
        samples: [{ labels: { of: text }, value }],
      })
    }),
  )
})

test('the reader refuses what the format does', () => {
  const head = '# HELP a b\n# TYPE a gauge\n'
  for (const body of [
    'a 1',
    'a{x=1} 1\n',
    'a NaN\n',
    'a 1\na 1\n',
    'b 1\n',
    'a{x="\\q"} 1\n',
    '',
  ]) {
    expect(() => readExposition(head + body), body).toThrow()
  }
})
