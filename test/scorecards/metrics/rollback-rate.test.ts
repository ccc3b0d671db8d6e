import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linkFailures } from '#scorecards/delivery/failure-links.ts'
import { measure } from '#scorecards/measure.ts'
import {
  type ReplacingDeployment,
  type Rollbacks,
  rollbackRate,
} from '#scorecards/metrics/rollback-rate.ts'
import {
  ASOF,
  aCase,
  aCoveredService,
  aDeployment,
  daysAgo,
  hoursAgo,
  setsOf,
} from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

function aReplacing(id: string, more: Partial<ReplacingDeployment> = {}): ReplacingDeployment {
  return { ...aCase(more), serviceId: 'shop', rollback: 'no', isAborted: null, ...more, id }
}

const input = (
  deployments: readonly ReplacingDeployment[],
  more: Partial<Rollbacks> = {},
): Rollbacks => ({ asOf: ASOF, services: [aCoveredService()], deployments, ...more })

const compute = (...terms: Parameters<typeof input>) => rollbackRate.compute(input(...terms))

test('what its source calls a rollback is one, and so is a lower version', () => {
  const result = compute([
    aReplacing('planned'),
    aReplacing('explicit', { rollback: 'explicit' }),
    aReplacing('lower', { rollback: 'lower_version' }),
    aReplacing('other'),
  ])
  expect(setsOf(result)).toEqual({
    counted: ['explicit', 'lower'],
    not_counted: ['other', 'planned'],
  })
  expect(result).toMatchObject({ value: 0.5, flags: [], parts: { perWeek: 0.5, unordered: 0 } })
})

test('where no order is known only explicit rollbacks count, and that is flagged', () => {
  const result = compute([aReplacing('a', { rollback: 'unknown' }), aReplacing('b')])
  expect(result).toMatchObject({
    value: 0,
    denominator: 2,
    flags: ['explicit_rollbacks_only'],
    parts: { unordered: 1 },
  })
  // What does not count anyway tells nothing of order.
  const staged = aReplacing('a', { rollback: 'unknown', environmentTier: 'staging' })
  expect(compute([staged]).flags).toEqual([])
})

test('a roll-out that a machine broke off is beside it and in neither count', () => {
  const result = compute([
    aReplacing('good', { isAborted: false }),
    aReplacing('stopped', { isAborted: true, outcome: 'failure' }),
    aReplacing('said to be good', { isAborted: true }),
    aReplacing('stage', { isAborted: true, environmentTier: 'staging' }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:automatic_abort': ['said to be good', 'stopped'],
    'excluded:not_production': ['stage'],
    not_counted: ['good'],
  })
  expect(result.parts['automaticAborts']).toBe(2)
})

test('without a source that tells of aborts their number is not zero', () => {
  expect(compute([aReplacing('a')]).parts['automaticAborts']).toBeNull()
  expect(compute([aReplacing('a', { isAborted: false })]).parts['automaticAborts']).toBe(0)
})

test('per week counts covered weeks, and only their rollbacks', () => {
  const services = [aCoveredService('shop', 14)]
  const back = (id: string, finishedAt: Date) =>
    aReplacing(id, { rollback: 'explicit', finishedAt })
  const result = compute([back('seen', daysAgo(7)), back('unseen', daysAgo(20))], { services })
  expect(result).toMatchObject({ numerator: 2, parts: { perWeek: 0.5, weeksNotCovered: 2 } })
  const nothing = compute([back('unseen', daysAgo(20))], { services: [] })
  expect(nothing).toMatchObject({
    numerator: 1,
    parts: { perWeek: null, perWeekLow: null, perWeekHigh: null },
  })
})

test('the window is half-open: 28 days ago is in, the as-of is not', () => {
  const at = (finishedAt: Date) => compute([aReplacing('x', { finishedAt })]).n
  expect(at(daysAgo(28))).toBe(1)
  expect(at(new Date(daysAgo(28).getTime() - 1))).toBe(0)
  expect(at(ASOF)).toBe(0)
})

test('twenty deployments are enough', () => {
  const of = (length: number) =>
    measure(rollbackRate, input(Array.from({ length }, (_, id) => aReplacing(`${id}`))), aContext())
  // Wilson of 0 of 20 ends at 0.16, of 0 of 100 at 0.037.
  expect([0, 19, 20, 100].map((n) => [of(n).status, of(n).band])).toEqual([
    ['no_denominator', 'insufficient'],
    ['insufficient_sample', 'insufficient'],
    ['ok', 'good_uncertain'],
    ['ok', 'good'],
  ])
})

test('an unmapped environment is unknown', () => {
  const result = compute([aReplacing('a'), aReplacing('b', { environmentTier: null })])
  expect(result).toMatchObject({ denominator: 1, nUnknown: 1, parts: { unmapped: 1 } })
})

test('rollbacks come from what was deployed', () => {
  const deployments = [
    aDeployment({ nativeId: '1', finishedAt: hoursAgo(90), version: '1.0.0' }),
    aDeployment({ nativeId: '2', finishedAt: hoursAgo(80), version: '1.1.0' }),
    aDeployment({ nativeId: '3', finishedAt: hoursAgo(70), version: '1.0.0' }),
    aDeployment({ nativeId: '4', finishedAt: hoursAgo(60), kind: 'rollback' }),
  ]
  const { rollbacks } = linkFailures({ deployments, incidents: [], carriages: [] })
  const rows = deployments.map((one) =>
    aReplacing(one.nativeId, {
      finishedAt: one.finishedAt,
      rollback: rollbacks.get(`ci:${one.nativeId}`) ?? 'no',
    }),
  )
  expect(compute(rows)).toMatchObject({ value: 0.5, flags: [] })
})

test('order does not matter, sets hold every deployment once, others change nothing', () => {
  const anyRow = fc.record({
    rollback: fc.constantFrom<ReplacingDeployment['rollback']>('explicit', 'no', 'unknown'),
    outcome: fc.constantFrom<ReplacingDeployment['outcome']>('success', 'failure', 'unknown'),
    isAborted: fc.constantFrom(true, false, null),
  })
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 20 }), (rows) => {
      const deployments = rows.map((row, id) => aReplacing(`${id}`, row))
      const result = compute(deployments)
      expect(compute(deployments.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(deployments.map(({ id }) => id).toSorted())
      expect(result.value ?? 0).toBeGreaterThanOrEqual(0)
      expect(result.value ?? 1).toBeLessThanOrEqual(1)
      const staged = aReplacing('stage', { environmentTier: 'staging', rollback: 'explicit' })
      expect({ ...compute([...deployments, staged]), evidence: [] }).toEqual({
        ...result,
        evidence: [],
      })
    }),
  )
})
