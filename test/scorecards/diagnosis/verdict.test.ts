import { expect, test } from 'vitest'
import {
  type AreaStanding,
  type OutcomeArea,
  type PathStanding,
  pathVerdict,
} from '#scorecards/diagnosis/verdict.ts'
import type { Band } from '#scorecards/result.ts'

const AREAS: readonly OutcomeArea[] = [
  'adoption',
  'speed',
  'reliability',
  'support load',
  'satisfaction',
  'governance',
]

type Bands = Readonly<Partial<Record<OutcomeArea, Band>>>

/** All areas measured, none of them banded unless it is said how. */
const areasWith = (bands: Bands, measured = AREAS) =>
  Object.fromEntries(
    measured.map((area): [OutcomeArea, AreaStanding] => [
      area,
      { status: 'ok', band: bands[area] ?? 'none' },
    ]),
  )

const aPath = (path: Partial<PathStanding> = {}): PathStanding => ({
  areas: areasWith({}),
  snapshot: {},
  ageWeeks: 30,
  metrics: [],
  ...path,
})

const verdictOf = (snapshot: PathStanding['snapshot'], path: Partial<PathStanding> = {}) =>
  pathVerdict(aPath({ snapshot, ...path })).verdict

test('with three areas there is too little to say, with four there is enough', () => {
  const measured = (count: number) => verdictOf({}, { areas: areasWith({}, AREAS.slice(0, count)) })
  expect([measured(0), measured(3), measured(4)]).toEqual([
    'insufficient_data',
    'insufficient_data',
    'hold_and_learn',
  ])
})

test('only an ok headline counts as an area with data', () => {
  const partial = { status: 'source_partial', band: 'insufficient' } as const
  const areas = { ...areasWith({}, AREAS.slice(0, 3)), governance: partial }
  expect(verdictOf({}, { areas })).toBe('insufficient_data')
})

test('reliability that is certainly bad comes before adoption', () => {
  const snapshot = { 'ADO-01': 0.1, 'ADO-02': 0.9 }
  expect(verdictOf(snapshot, { areas: areasWith({ reliability: 'bad' }) })).toBe(
    'fix_reliability_first',
  )
  expect(verdictOf(snapshot, { areas: areasWith({ reliability: 'bad_uncertain' }) })).toBe(
    'earn_the_adoption',
  )
})

test.each([
  [{ 'ADO-02': 0.6, 'ADO-01': 0.29 }, 'earn_the_adoption'],
  [{ 'ADO-02': 0.6, 'ADO-01': 0.3 }, 'hold_and_learn'],
  [{ 'ADO-02': 0.59, 'ADO-01': 0.29 }, 'hold_and_learn'],
  [{ 'ADO-02': 0.6 }, 'hold_and_learn'],
  [{ 'ADO-01': 0.2, 'ADO-06.w12': 0.49 }, 'stop_or_rediscover'],
  [{ 'ADO-01': 0.2, 'ADO-06.w12': 0.5 }, 'hold_and_learn'],
  [{ 'ADO-01': 0.21, 'ADO-06.w12': 0.49 }, 'hold_and_learn'],
  [{ 'ADO-01': 0.2, 'SPD-01': 60, 'SPD-01.offPath': 60 }, 'stop_or_rediscover'],
  [{ 'ADO-01': 0.2, 'SPD-01': 59, 'SPD-01.offPath': 60 }, 'hold_and_learn'],
  [{ 'ADO-01': 0.2, 'SPD-01': 60 }, 'hold_and_learn'],
  [{ 'ADO-01': 0.2 }, 'hold_and_learn'],
  [{ 'ADO-02': 0.3, 'SUP-02': 15.1 }, 'simplify'],
  [{ 'ADO-02': 0.3, 'SUP-02': 15 }, 'hold_and_learn'],
  [{ 'ADO-02': 0.3, 'SUP-04': 2 }, 'simplify'],
  [{ 'ADO-02': 0.3, 'SUP-06.xaas': 0.49 }, 'simplify'],
  [{ 'ADO-02': 0.3, 'SUP-06.xaas': 0.5 }, 'hold_and_learn'],
  [{ 'ADO-02': 0.29, 'SUP-04': 2 }, 'hold_and_learn'],
  [{ 'ADO-01': 0.5 }, 'deepen'],
  [{ 'ADO-01': 0.49 }, 'hold_and_learn'],
  [{ 'ADO-01': 0.5, 'ADO-02': 0.5, 'SUP-04': null }, 'deepen'],
] as const)('%j: %s', (snapshot, verdict) => {
  expect(verdictOf(snapshot)).toBe(verdict)
})

test('a path is given up from 26 weeks on, and not when nobody knows its age', () => {
  const snapshot = { 'ADO-01': 0.1, 'ADO-06.w12': 0.2 }
  const at = (ageWeeks: number | null) => verdictOf(snapshot, { ageWeeks })
  expect([at(25), at(26), at(null)]).toEqual([
    'hold_and_learn',
    'stop_or_rediscover',
    'hold_and_learn',
  ])
})

test('one area that is certainly bad stands against going deeper', () => {
  const snapshot = { 'ADO-01': 0.6 }
  expect(verdictOf(snapshot, { areas: areasWith({ governance: 'bad' }) })).toBe('hold_and_learn')
  expect(verdictOf(snapshot, { areas: areasWith({ governance: 'bad_uncertain' }) })).toBe('deepen')
})

const aMetric = (metricId: string, band: Band, isHeadline = false) => ({
  metricId,
  band,
  isHeadline,
  status: 'ok' as const,
})

test('it shows what decided, and what speaks against it: headlines first, then in order', () => {
  const found = pathVerdict(
    aPath({
      snapshot: { 'ADO-02': 0.6, 'ADO-01': 0.5, 'SUP-04': 3, 'SUP-06.xaas': 0.2 },
      metrics: [
        aMetric('ADO-02', 'good'),
        aMetric('ADO-09', 'good_uncertain'),
        aMetric('ADO-10', 'bad'),
        aMetric('SPD-01', 'good', true),
        { ...aMetric('REL-01', 'good', true), status: 'no_data' },
        aMetric('REL-03', 'good'),
      ],
    }),
  )
  expect(found).toMatchObject({
    verdict: 'simplify',
    decided: ['ADO-02', 'SUP-04', 'SUP-06'],
    opposed: ['SPD-01', 'ADO-09'],
  })
})

test('fewer than three that decided are joined by those that say the same', () => {
  const metrics = [
    aMetric('ADO-01', 'good', true),
    aMetric('ADO-04', 'good'),
    aMetric('SPD-03', 'bad_uncertain'),
    aMetric('SAT-01', 'good_uncertain', true),
  ]
  expect(pathVerdict(aPath({ snapshot: { 'ADO-01': 0.7 }, metrics }))).toMatchObject({
    verdict: 'deepen',
    decided: ['ADO-01', 'SAT-01', 'ADO-04'],
    opposed: ['SPD-03'],
  })
})

test('too little data is decided by the headlines that are not there', () => {
  const metrics = [
    aMetric('ADO-01', 'bad', true),
    { ...aMetric('SPD-01', 'insufficient', true), status: 'no_data' as const },
    { ...aMetric('SPD-02', 'insufficient'), status: 'no_data' as const },
    { ...aMetric('REL-01', 'insufficient', true), status: 'source_missing' as const },
  ]
  const areas = areasWith({}, AREAS.slice(0, 1))
  expect(pathVerdict(aPath({ areas, metrics }))).toEqual({
    verdict: 'insufficient_data',
    decided: ['SPD-01', 'REL-01'],
    opposed: [],
    tensions: [],
  })
})

test('waiting is opposed by what is certain, either way', () => {
  const metrics = [
    aMetric('ADO-01', 'watch', true),
    aMetric('ADO-04', 'good_uncertain'),
    aMetric('ADO-09', 'bad'),
    aMetric('SPD-01', 'good', true),
  ]
  expect(pathVerdict(aPath({ metrics }))).toMatchObject({
    verdict: 'hold_and_learn',
    decided: ['ADO-01'],
    opposed: ['SPD-01', 'ADO-09'],
  })
})

test('areas that certainly disagree are a tension, uncertain ones are not', () => {
  const areas = areasWith({
    adoption: 'good',
    speed: 'good_uncertain',
    'support load': 'good',
    satisfaction: 'bad',
    governance: 'bad_uncertain',
  })
  expect(pathVerdict(aPath({ areas })).tensions).toEqual([
    { good: 'adoption', bad: 'satisfaction' },
    { good: 'support load', bad: 'satisfaction' },
  ])
})
