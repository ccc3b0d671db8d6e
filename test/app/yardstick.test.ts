import { expect, test } from 'vitest'
import { comparedOf, medianOf, targetOf } from '#app/yardstick.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'
import type { GoldenPath } from '#lib/queries/golden-paths.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { aResult } from '#test/support/results.ts'

const SINCE = new Date('2026-01-01T00:00:00Z')

function aPath(targets: GoldenPathRules['targets']): GoldenPath {
  return {
    id: 'http-service',
    name: 'HTTP service',
    capability: null,
    ownerId: null,
    ownerName: null,
    description: null,
    availableSince: SINCE,
    deprecatedOn: null,
    goneAt: null,
    rules: GoldenPathRules.parse({ targets }),
    hasMandateRegister: true,
  }
}

function against(result: MetricResult, target: GoldenPathRules['targets'][number]) {
  const yardstick = targetOf(result, [aPath([target])])
  return comparedOf({ result, before: undefined, yardstick })
}

const half = aResult({ value: 0.5, ci: null })

test('a figure tells how far it is from the target of its path', () => {
  expect(against(half, { metric: 'total_adoption_rate', target: '80%' })).toEqual({
    words: '30 points to go: 80%',
    short: '30 points to go',
    tone: 'quiet',
    arrow: null,
  })
})

test('half of the way in all of the time is behind, and a day names its end', () => {
  // From 1 January to the end of 1 March are 60 days, and the figure is of the day after.
  const terms = { metric: 'ADO-02', baseline: '20%', target: '80%', by: '2026-03-01' }
  expect(against(half, terms)).toEqual({
    words: '30 points to go: 80% by 1 Mar 2026; 50% of the way in 100% of the time',
    short: '30 points to go',
    tone: 'bad',
    arrow: 'down',
  })
})

test('a target that is reached is met, and uncertain while the interval reaches below it', () => {
  const terms = { metric: 'ADO-02', target: '50%' }
  expect(against(half, terms)?.short).toBe('target met, uncertain')
  const sure = aResult({ value: 0.7, ci: { low: 0.6, high: 0.8, level: 0.95, method: 'wilson' } })
  expect(against(sure, terms)).toMatchObject({ short: 'target met', arrow: 'up' })
})

test('a target of another metric, in another unit, or of a team is none', () => {
  const terms = (metric: string, target: string) => [aPath([{ metric, target }])]
  expect(targetOf(half, terms('ADO-01', '80%'))).toBeUndefined()
  expect(targetOf(half, terms('ADO-02', '3d'))).toBeUndefined()
  const ofTeam = aResult({ scope: { pathId: 'http-service', teamId: 'payments' } })
  expect(targetOf(ofTeam, terms('ADO-02', '80%'))).toBeUndefined()
})

const ofTeam = (teamId: string, value: number) => ({
  metricId: 'ADO-04',
  pathId: 'http-service',
  teamId,
  value,
})
const own = aResult({
  metricId: 'ADO-04',
  unit: 'fraction of activities',
  value: 0.9,
  n: 40,
  scope: { pathId: 'http-service', teamId: 'payments' },
})
const OTHERS = [0.1, 0.5, 0.6, 0.7, 1].map((value, index) => ofTeam(`team ${index}`, value))

test('a team stands beside the median of five others or more, itself not among them', () => {
  const yardstick = medianOf(own, [...OTHERS, ofTeam('payments', 0.9)])
  expect(yardstick).toEqual({ kind: 'median', value: 0.6, teams: 5 })
  expect(comparedOf({ result: own, before: undefined, yardstick })?.words).toBe(
    '30 points better than the median of 5 other teams (60%)',
  )
})

test('four others, others elsewhere, and figures of no team have no median', () => {
  expect(medianOf(own, OTHERS.slice(1))).toBeUndefined()
  expect(
    medianOf(
      own,
      OTHERS.map((one) => ({ ...one, pathId: 'portal' })),
    ),
  ).toBeUndefined()
  expect(medianOf(aResult({ metricId: 'ADO-04' }), OTHERS)).toBeUndefined()
})
