import { millisecondsInDay } from 'date-fns/constants'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  type DeployedService,
  type DeploymentFrequency,
  deploymentFrequency,
} from '#scorecards/metrics/deployment-frequency.ts'
import { ASOF, aCase, aCoveredService, daysAgo, hoursAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

function aDeployed(id: string, more: Partial<DeployedService> = {}): DeployedService {
  return { serviceId: 'shop', changeCount: null, ...aCase(more), ...more, id }
}

const input = (
  deployments: readonly DeployedService[],
  more: Partial<DeploymentFrequency> = {},
): DeploymentFrequency => ({ asOf: ASOF, services: [aCoveredService()], deployments, ...more })

const compute = (...terms: Parameters<typeof input>) => deploymentFrequency.compute(input(...terms))

/** So many deployments, the last just before the instant, one an hour. */
const several = (count: number, until = ASOF) =>
  Array.from({ length: count }, (_, index) =>
    aDeployed(`${index}`, { finishedAt: new Date(until.getTime() - 1 - index * 3_600_000) }),
  )

test('the rate is deployments over the weeks of the window', () => {
  const result = compute(several(26))
  expect(result).toMatchObject({ value: 2, numerator: 26, denominator: 13, n: 13 })
  expect(result.ci?.method).toBe('Garwood')
})

test('a covered window without a deployment is a true zero', () => {
  const result = measure(deploymentFrequency, input([]), aContext())
  expect(result).toMatchObject({ value: 0, numerator: 0, status: 'ok', band: 'none' })
  // 7.377758908227871 is the 97.5 % point of chi-square with two degrees of freedom.
  expect(result.ci?.low).toBe(0)
  expect(result.ci?.high).toBeCloseTo(7.377758908227871 / 2 / 13, 12)
})

test('without any covered week there is no value', () => {
  const services = [{ id: 'shop', covered: [] }]
  const result = measure(deploymentFrequency, input(several(5), { services }), aContext())
  expect(result).toMatchObject({ value: null, status: 'no_denominator', ci: null })
  expect(compute([], { services: [] })).toMatchObject({ value: null, n: 0, denominator: 0 })
})

test('a rate needs four weeks', () => {
  const status = (days: number) =>
    measure(
      deploymentFrequency,
      input(several(5), { services: [aCoveredService('shop', days)] }),
      aContext(),
    ).status
  expect([27, 28].map(status)).toEqual(['insufficient_sample', 'ok'])
})

test('T-B02 a covered week without a deployment is 0, a week that was not read is a gap', () => {
  const to = daysAgo(7).getTime()
  const services = [{ id: 'shop', covered: [{ from: to - 14 * millisecondsInDay, to }] }]
  const deployments = several(5, daysAgo(14))
  const ofWeek = (ago: number, coverage: number) => {
    const window = { from: daysAgo(ago), to: daysAgo(ago - 7) }
    const facts = input(deployments, { services, window })
    return measure(deploymentFrequency, facts, aContext({ coverage }))
  }
  expect([ofWeek(21, 1), ofWeek(14, 1), ofWeek(7, 0)].map(({ value }) => value)).toEqual([
    5,
    0,
    null,
  ])
  // Over all three: two weeks, and the gap is told.
  const whole = compute(deployments, { services, window: { from: daysAgo(21), to: ASOF } })
  expect(whole).toMatchObject({ value: 2.5, denominator: 2, parts: { weeksNotCovered: 1 } })
})

test('a week with one unread moment is a gap, and its deployments are left out', () => {
  const to = ASOF.getTime()
  const covered = [{ from: daysAgo(91).getTime(), to: to - 1 }]
  const deployments = [
    aDeployed('last week', { finishedAt: daysAgo(3) }),
    aDeployed('unmapped', { finishedAt: daysAgo(3), environmentTier: null }),
    aDeployed('before', { finishedAt: hoursAgo(7 * 24 + 1) }),
  ]
  const result = compute(deployments, { services: [{ id: 'shop', covered }] })
  expect(setsOf(result)).toEqual({
    counted: ['before'],
    'excluded:week_not_covered': ['last week', 'unmapped'],
  })
  expect(result).toMatchObject({ denominator: 12, nUnknown: 0, parts: { weeksNotCovered: 1 } })
})

test('intervals of coverage may overlap and meet', () => {
  const days = (from: number, to: number) => ({
    from: daysAgo(from).getTime(),
    to: daysAgo(to).getTime(),
  })
  const covered = [days(40, 0), days(91, 60), days(60, 30)]
  expect(compute([], { services: [{ id: 'shop', covered }] }).denominator).toBe(13)
})

test('T-B06 a deployment without environment is unmapped, not production', () => {
  const four = several(4)
  const three = ['a', 'b', 'c'].map((id) => aDeployed(id, { environmentTier: null }))
  const before = compute([...four, ...three])
  expect(before).toMatchObject({
    numerator: 4,
    nUnknown: 3,
    bounds: { low: 4 / 13, high: 7 / 13 },
    flags: ['has_unknown', 'overdispersed'],
    parts: { unmapped: 3 },
  })
  const mapped = three.map((one) => ({ ...one, environmentTier: 'production' }))
  expect(compute([...four, ...mapped])).toMatchObject({ numerator: 7, parts: { unmapped: 0 } })
})

test('more than a fifth of unknown deployments is a partial source', () => {
  const status = (known: number) =>
    measure(
      deploymentFrequency,
      input([...several(known), aDeployed('dark', { outcome: 'unknown' })]),
      aContext(),
    ).status
  expect([3, 4].map(status)).toEqual(['source_partial', 'ok'])
  expect(status(0)).toBe('source_partial')
})

test('T-B11 nine deployments in thirty days are 2.1 a week and nine in thirty days', () => {
  const window = { from: daysAgo(30), to: ASOF }
  const { value, numerator, parts } = compute(several(9), { window })
  expect(value).toBeCloseTo(2.1, 12)
  expect([numerator, parts['coveredDays']]).toEqual([9, 30])
})

test('the window is half-open: 91 days ago is in, the as-of is not', () => {
  const at = (finishedAt: Date) => compute([aDeployed('x', { finishedAt })]).numerator
  expect(at(daysAgo(91))).toBe(1)
  expect(at(new Date(daysAgo(91).getTime() - 1))).toBe(0)
  expect(at(ASOF)).toBe(0)
})

test('what a window cuts of a week counts for its part', () => {
  const asOf = hoursAgo(84)
  const { denominator, n } = deploymentFrequency.compute({
    ...input([]),
    asOf,
    window: { from: daysAgo(14), to: asOf },
  })
  expect([denominator, n]).toEqual([1.5, 2])
})

test('what did not reach production is left out, and what nobody knows is unknown', () => {
  const result = compute([
    aDeployed('good'),
    aDeployed('stage', { environmentTier: 'staging' }),
    aDeployed('nobody', { team: null }),
    aDeployed('running', { outcome: 'open', finishedAt: null }),
    aDeployed('broken', { outcome: 'failure' }),
    aDeployed('broken unmapped', { outcome: 'failure', environmentTier: null }),
    aDeployed('stopped', { outcome: 'cancelled' }),
    aDeployed('dark', { outcome: 'unknown' }),
    aDeployed('timeless', { finishedAt: null }),
    aDeployed('unread service', { serviceId: 'cart' }),
  ])
  expect(setsOf(result)).toEqual({
    counted: ['good'],
    'excluded:not_finished': ['running'],
    'excluded:not_production': ['stage'],
    'excluded:not_successful': ['broken', 'broken unmapped', 'stopped'],
    'excluded:unowned': ['nobody'],
    'excluded:week_not_covered': ['unread service'],
    unknown: ['dark', 'timeless'],
  })
})

test('several services count for their own covered weeks', () => {
  const services = [aCoveredService('shop', 91), aCoveredService('cart', 28)]
  const deployments = [...several(10), aDeployed('c', { serviceId: 'cart' })]
  expect(compute(deployments, { services })).toMatchObject({
    denominator: 17,
    value: 11 / 17,
    parts: { weeksNotCovered: 9, weeksWithDeployment: 2 },
  })
})

test('batches and the busiest weekday stand beside it', () => {
  // The as-of is a Monday: 3, 10 and 17 days before it are Fridays, 4 days before it a Thursday.
  const on = (days: number, changeCount: number | null) =>
    aDeployed(`${days}`, { finishedAt: daysAgo(days), changeCount })
  const { parts } = compute([on(3, 4), on(10, 0), on(17, null), on(4, 1)])
  expect(parts).toMatchObject({ medianBatchSize: 1, peakDayShare: 0.75, weeksWithDeployment: 3 })
  expect(compute([]).parts).toMatchObject({ medianBatchSize: null, peakDayShare: null })
})

test('weeks that differ more than chance would have them are flagged', () => {
  // Twelve weeks of 0 and one of 13: mean 1, variance 13.
  expect(compute(several(13)).flags).toEqual(['overdispersed'])
  const even = Array.from({ length: 13 }, (_, week) =>
    aDeployed(`${week}`, { finishedAt: daysAgo(7 * week + 3) }),
  )
  expect(compute(even).flags).toEqual([])
})

const anyDeployments = fc
  .array(
    fc.record({
      hours: fc.integer({ min: 1, max: 91 * 24 }),
      environmentTier: fc.constantFrom('production', 'staging', null),
      outcome: fc.constantFrom('success' as const, 'failure' as const, 'unknown' as const),
    }),
    { maxLength: 30 },
  )
  .map((rows) =>
    rows.map(({ hours, ...one }, id) =>
      aDeployed(`${id}`, { finishedAt: hoursAgo(hours), ...one }),
    ),
  )

test('order does not matter, sets hold every deployment once, others change nothing', () => {
  fc.assert(
    fc.property(anyDeployments, (deployments) => {
      const result = compute(deployments)
      expect(compute(deployments.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(deployments.map(({ id }) => id).toSorted())
      expect(setsOf(result)['counted']?.length ?? 0).toBe(result.numerator)
      const staged = aDeployed('stage', { environmentTier: 'staging' })
      expect({ ...compute([...deployments, staged]), evidence: [] }).toEqual({
        ...result,
        evidence: [],
      })
    }),
  )
})

test('a week that was not read changes no rate, one that was read and is empty lowers it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), (count) => {
      const week = several(count)
      const of = (weeks: number, covered: number) =>
        compute(week, {
          window: { from: daysAgo(7 * weeks), to: ASOF },
          services: [aCoveredService('shop', 7 * covered)],
        }).value
      expect(of(5, 4)).toBe(of(4, 4))
      expect(of(5, 5)).toBeLessThan(of(4, 4) ?? 0)
    }),
  )
})
