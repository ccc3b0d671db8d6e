import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bandOf,
  type Computed,
  type MeasureContext,
  type Metric,
  measure,
  toEvidence,
} from '#scorecards/measure.ts'
import { driftRate } from '#scorecards/metrics/drift-rate.ts'
import { aContext } from '#test/support/metrics.ts'

/** 8 of 10 cases, banded from good .6 down to bad .3. */
const FOUND: Computed = {
  value: 0.8,
  numerator: 8,
  denominator: 10,
  n: 10,
  nUnknown: 0,
  notMatured: 0,
  ci: { low: 0.7, high: 0.9, level: 0.95, method: 'wilson' },
  bounds: { low: 0.7, high: 0.9 },
  parts: {},
  flags: ['has_unknown'],
  evidence: [],
  isTooSmall: false,
  isTooSmallForBand: false,
  cutPoints: { good: 0.6, bad: 0.3 },
}

function measured(found: Partial<Computed>, context: Partial<MeasureContext> = {}) {
  const metric: Metric<Partial<Computed>> = {
    definition: { ...driftRate.definition, direction: 'higher' },
    windowDays: 28,
    compute: (changes) => ({ ...FOUND, ...changes }),
  }
  return measure(metric, found, aContext(context))
}

const EVERYTHING_WRONG = {
  n: 0,
  isTooSmall: true,
  nUnknown: 9,
} satisfies Partial<Computed>

// One reason after the other is taken away: the first that holds decides.
test.each<[string, Partial<Computed>, Partial<MeasureContext>]>([
  [
    'not_applicable',
    { ...EVERYTHING_WRONG, absence: 'source_missing' },
    { coverage: 0.1, absence: 'not_applicable' },
  ],
  [
    'not_applicable',
    { ...EVERYTHING_WRONG, absence: 'not_applicable' },
    { coverage: 0.1, absence: 'source_missing' },
  ],
  ['source_missing', { ...EVERYTHING_WRONG, absence: 'source_missing' }, { coverage: 0.1 }],
  ['source_missing', EVERYTHING_WRONG, { coverage: 0.1, absence: 'source_missing' }],
  ['no_data', EVERYTHING_WRONG, { coverage: 0.1 }],
  ['no_denominator', EVERYTHING_WRONG, { coverage: 0.6 }],
  ['insufficient_sample', { isTooSmall: true, nUnknown: 9 }, { coverage: 0.6 }],
  ['source_partial', { nUnknown: 9 }, {}],
  ['source_partial', {}, { coverage: 0.6 }],
  ['ok', {}, {}],
])('the status is %s when that is the first reason that holds', (status, found, context) => {
  expect(measured(found, context).status).toBe(status)
})

test('half of the window is data, nine tenths are enough', () => {
  const statusAt = (coverage: number) => measured({}, { coverage }).status
  expect([0.4999, 0.5, 0.8999, 0.9].map(statusAt)).toEqual([
    'no_data',
    'source_partial',
    'source_partial',
    'ok',
  ])
})

test('a fifth of unknown cases is borne, more is not', () => {
  expect(measured({ n: 8, nUnknown: 2 }).status).toBe('ok')
  expect(measured({ n: 79, nUnknown: 21 }).status).toBe('source_partial')
})

test.each<[string, Partial<Computed>, Partial<MeasureContext>]>([
  ['not_applicable', { absence: 'not_applicable' }, {}],
  ['source_missing', { absence: 'source_missing' }, {}],
  ['no_data', {}, { coverage: 0.2 }],
  ['no_denominator', { n: 0 }, {}],
])(
  'with %s there is no value, interval or bounds, and the counts stay',
  (status, found, context) => {
    const result = measured(found, context)
    expect(result).toMatchObject({ status, value: null, ci: null, bounds: null, numerator: 8 })
  },
)

test.each<[string, Partial<Computed>, Partial<MeasureContext>]>([
  ['insufficient_sample', { isTooSmall: true }, {}],
  ['source_partial', {}, { coverage: 0.8 }],
])('with %s value, interval and bounds stay in the record', (status, found, context) => {
  const { ci, bounds } = FOUND
  const result = measured(found, context)
  expect(result).toMatchObject({ status, value: 0.8, ci, bounds, band: 'insufficient' })
})

test('a metric without cut points has no band, whatever its status', () => {
  expect(measured({ cutPoints: null }).band).toBe('none')
  expect(measured({ cutPoints: null }, { coverage: 0 }).band).toBe('none')
})

test('a band needs its own number of cases, a value, and an interval', () => {
  expect(measured({}).band).toBe('good')
  expect(measured({ isTooSmallForBand: true }).band).toBe('insufficient')
  expect(measured({ value: null }).band).toBe('insufficient')
  expect(measured({ ci: null }).band).toBe('insufficient')
})

test('a full count is banded by its value', () => {
  expect(measured({ ci: null, isCensus: true }).band).toBe('good')
  expect(measured({ ci: null, isCensus: true, value: 0.2 }).band).toBe('bad')
})

test('a coverage keeps value and band at any status', () => {
  const result = measured({ isCoverage: true, value: 0.2, ci: null })
  expect(result).toMatchObject({ status: 'no_data', coverage: 0.2, value: 0.2, band: 'bad' })
})

test('a result carries its window, parameters, cut points and flags', () => {
  const result = measured(
    { parameters: { pathAgeWeeks: 30 } },
    { parameters: { of: 'path' }, flags: ['proxy_signal'], watermarks: { git: '2026-03-01' } },
  )
  expect(result).toMatchObject({
    metricId: 'ADO-10',
    window: { start: '2026-02-02T00:00:00.000Z', end: '2026-03-02T00:00:00.000Z' },
    asOf: '2026-03-02T00:00:00.000Z',
    computedAt: '2026-03-02T06:00:00.000Z',
    parameters: { of: 'path', pathAgeWeeks: 30, good: 0.6, bad: 0.3 },
    flags: ['has_unknown', 'proxy_signal'],
    watermarks: { git: '2026-03-01' },
    guardrails: driftRate.definition.guardrails,
  })
})

test('a metric may say how far it looked', () => {
  expect(measured({ windowDays: 0 }).window.start).toBe('2026-03-02T00:00:00.000Z')
})

const CUTS = { good: 0.6, bad: 0.3 }

// Where the limits lie on the cut points themselves.
test.each<[string, number, number, number]>([
  ['good', 0.7, 0.6, 0.9],
  ['good_uncertain', 0.6, 0.59, 0.9],
  ['watch', 0.5999, 0.29, 0.9],
  ['watch', 0.3, 0.1, 0.3],
  ['bad_uncertain', 0.2999, 0.1, 0.3],
  ['bad', 0.2, 0.1, 0.2999],
])('the band is %s with %d in [%d, %d] when higher is better', (band, value, low, high) => {
  expect(bandOf(value, { low, high }, CUTS, 'higher')).toBe(band)
})

test.each<[string, number, number | null, number | null]>([
  ['good', 20, 10, 30],
  ['good_uncertain', 30, 10, 31],
  ['watch', 31, 10, 91],
  ['watch', 90, 80, null],
  ['bad_uncertain', 91, 90, 120],
  ['bad', 100, 91, null],
  ['bad', 100, null, null],
])('the band is %s with %d in [%s, %s] when lower is better', (band, value, low, high) => {
  expect(bandOf(value, { low, high }, { good: 30, bad: 90 }, 'lower')).toBe(band)
})

test('a higher value never has a worse band, as far as it is certain', () => {
  const order = ['bad', 'bad_uncertain', 'watch', 'good_uncertain', 'good']
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(share, share, fc.double({ min: 0, max: 0.5, noNaN: true }), (a, b, half) => {
      const rank = (value: number) =>
        order.indexOf(bandOf(value, { low: value - half, high: value + half }, CUTS, 'higher'))
      expect(rank(Math.min(a, b))).toBeLessThanOrEqual(rank(Math.max(a, b)))
    }),
  )
})

test('evidence does not depend on the order of the rows', () => {
  const rows = [
    { id: 'b', kind: 'unknown' },
    { id: 'c', kind: 'counted' },
    { id: 'a', kind: 'counted' },
  ] as const
  const expected = [
    { kind: 'counted', ids: ['a', 'c'] },
    { kind: 'unknown', ids: ['b'] },
  ]
  expect(toEvidence(rows)).toEqual(expected)
  expect(toEvidence(rows.toReversed())).toEqual(expected)
})
