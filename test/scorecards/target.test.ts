import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MetricResult, Unit } from '#scorecards/result.ts'
import { progressOf, type Target, toAmount } from '#scorecards/target.ts'
import { aResult } from '#test/support/results.ts'

const HIGHER = { direction: 'higher' } as const
const LOWER = { direction: 'lower' } as const

/** From 20 % at New Year to 80 % at the end of the tenth day. */
const aTarget = (target: Partial<Target> = {}): Target => ({
  target: 0.8,
  baseline: 0.2,
  since: new Date('2026-01-01T00:00:00Z'),
  by: new Date('2026-01-11T00:00:00Z'),
  ...target,
})

const aValue = (value: number, low: number, high: number, asOf = '2026-01-06T00:00:00.000Z') =>
  aResult({ value, asOf, ci: { low, high, level: 0.95, method: 'wilson' } })

test('half of the way in half of the time is on track, and less of it is behind', () => {
  expect(progressOf(aValue(0.5, 0.4, 0.6), HIGHER, aTarget())).toEqual({
    outcome: 'on_track',
    gap: expect.closeTo(-0.3, 12),
    wayShare: expect.closeTo(0.5, 12),
    timeShare: 0.5,
  })
  expect(progressOf(aValue(0.49, 0.4, 0.6), HIGHER, aTarget())).toMatchObject({
    outcome: 'behind',
  })
})

test('what goes backwards is behind, by a share below zero', () => {
  const { outcome, wayShare } = progressOf(aValue(0.14, 0.1, 0.2), HIGHER, aTarget())
  expect(outcome).toBe('behind')
  expect(wayShare).toBeCloseTo(-0.1, 12)
})

test('where lower is better the way leads down', () => {
  const minutes = aTarget({ baseline: 100, target: 20 })
  expect(progressOf(aValue(60, 50, 70), LOWER, minutes)).toMatchObject({
    outcome: 'on_track',
    gap: 40,
    wayShare: 0.5,
  })
  expect(progressOf(aValue(61, 50, 70), LOWER, minutes)).toMatchObject({ outcome: 'behind' })
  expect(progressOf(aValue(20, 15, 20), LOWER, minutes)).toMatchObject({ outcome: 'met', gap: 0 })
})

test('a target is met for certain only if the worse limit has met it', () => {
  expect(progressOf(aValue(0.9, 0.8, 0.95), HIGHER, aTarget()).outcome).toBe('met')
  expect(progressOf(aValue(0.9, 0.79, 0.95), HIGHER, aTarget()).outcome).toBe('met_uncertain')
  expect(progressOf(aResult({ value: 0.9, ci: null }), HIGHER, aTarget()).outcome).toBe(
    'met_uncertain',
  )
})

test.each(['2026-01-11T00:00:00.000Z', '2026-03-01T00:00:00.000Z'])(
  'once the time is over, at %s, what is not met is behind, whatever it began from',
  (asOf) => {
    for (const baseline of [0.2, null]) {
      expect(progressOf(aValue(0.79, 0.7, 0.9, asOf), HIGHER, aTarget({ baseline }))).toMatchObject(
        {
          outcome: 'behind',
          timeShare: 1,
        },
      )
    }
  },
)

test('before the work began no way is asked for', () => {
  const early = aValue(0.2, 0.1, 0.3, '2025-12-01T00:00:00.000Z')
  expect(progressOf(early, HIGHER, aTarget())).toMatchObject({ outcome: 'on_track', timeShare: 0 })
})

test.each<[string, Partial<Target>]>([
  ['an end', { by: null }],
  ['a baseline', { baseline: null }],
  ['a way to go, since the baseline had reached it', { baseline: 0.8 }],
])('without %s nothing says how far it should have come', (_, target) => {
  expect(progressOf(aValue(0.5, 0.4, 0.6), HIGHER, aTarget(target)).outcome).toBe('open')
})

test.each<[string, Partial<MetricResult>, 'higher' | 'none']>([
  ['without a value', { value: null, status: 'no_data' }, 'higher'],
  ['of too few cases', { status: 'insufficient_sample' }, 'higher'],
  ['partly read', { status: 'source_partial' }, 'higher'],
  ['hidden', { value: null, status: 'suppressed_privacy' }, 'higher'],
  ['better neither way', {}, 'none'],
])('a result %s cannot be compared with a target', (_, result, direction) => {
  expect(progressOf(aResult(result), { direction }, aTarget())).toMatchObject({
    outcome: 'not_comparable',
    gap: null,
    wayShare: null,
  })
})

test('more of the way never makes it worse', () => {
  const rank = { behind: 0, open: 1, on_track: 2, met_uncertain: 3, met: 4, not_comparable: -1 }
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(share, share, share, share, (one, other, baseline, target) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)]
      const outcomeOf = (value: number) =>
        progressOf(aValue(value, value, value), HIGHER, aTarget({ baseline, target })).outcome
      expect(rank[outcomeOf(more)]).toBeGreaterThanOrEqual(rank[outcomeOf(less)])
    }),
  )
})

test.each<[string, Unit, number | null]>([
  ['80%', 'fraction of teams', 0.8],
  ['80 %', 'fraction of teams', 0.8],
  ['0.8', 'fraction of teams', 0.8],
  ['80', 'fraction of teams', null], // A percentage, or a slip?
  ['101%', 'fraction of teams', null],
  ['30min', 'minutes', 30],
  ['3d', 'minutes', 4320],
  ['90min', 'hours', 1.5],
  ['2w', 'days', 14],
  ['30', 'minutes', null], // Of what?
  ['5', 'per week', 5],
  ['1.5', 'ratio', 1.5],
  ['-10', 'points, -100 to 100', -10],
  ['80%', 'ratio', null],
  ['soon', 'days', null],
  ['', 'ratio', null],
])('"%s" in %s is %s', (text, unit, amount) => {
  expect(toAmount(text, unit)).toBe(amount)
})
