import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  deploymentReworkRate,
  type ReworkedDeployment,
} from '#scorecards/metrics/deployment-rework-rate.ts'
import { ASOF, aCase, daysAgo, hoursAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

function aReworked(id: string, more: Partial<ReworkedDeployment> = {}): ReworkedDeployment {
  const { kind = 'planned', isRemedy = false, ...deployment } = more
  return { ...aCase({ ...deployment, id }), kind, isRemedy }
}

const compute = (deployments: readonly ReworkedDeployment[]) =>
  deploymentReworkRate.compute({ asOf: ASOF, deployments })

test('hotfixes, rollbacks and what mended something are rework', () => {
  const result = compute([
    aReworked('hotfix', { kind: 'hotfix' }),
    aReworked('rollback', { kind: 'rollback' }),
    aReworked('revert', { isRemedy: true }),
    aReworked('remedy of unknown kind', { kind: null, isRemedy: true }),
    aReworked('planned'),
    aReworked('unknown', { kind: null }),
  ])
  expect(setsOf(result)).toEqual({
    counted: ['hotfix', 'remedy of unknown kind', 'revert', 'rollback'],
    not_counted: ['planned'],
    unknown: ['unknown'],
  })
  expect(result).toMatchObject({
    value: 0.8,
    nUnknown: 1,
    bounds: { low: 4 / 6, high: 5 / 6 },
    parts: { hotfixes: 1, rollbacks: 1, linkedOnly: 2 },
  })
})

test('more than a fifth of unknown kinds is a partial source', () => {
  const of = (unknown: number) => {
    const known = Array.from({ length: 20 }, (_, id) => aReworked(`${id}`))
    const dark = Array.from({ length: unknown }, (_, id) => aReworked(`d${id}`, { kind: null }))
    return measure(
      deploymentReworkRate,
      { asOf: ASOF, deployments: [...known, ...dark] },
      aContext(),
    )
  }
  expect([5, 6].map((n) => [of(n).status, of(n).band])).toEqual([
    ['ok', 'good_uncertain'],
    ['source_partial', 'insufficient'],
  ])
})

test('a deployment waits for 72 hours, hotfixes too', () => {
  const aged = (hours: number) =>
    compute([aReworked('x', { finishedAt: hoursAgo(hours), kind: 'hotfix' })])
  expect(aged(72)).toMatchObject({ numerator: 1, notMatured: 0 })
  expect(aged(71.999)).toMatchObject({ n: 0, notMatured: 1 })
})

test('the window is half-open: 91 days ago is in', () => {
  const at = (finishedAt: Date) => compute([aReworked('x', { finishedAt })]).evidence.length
  expect(at(daysAgo(91))).toBe(1)
  expect(at(new Date(daysAgo(91).getTime() - 1))).toBe(0)
  expect(at(ASOF)).toBe(0)
})

test('what did not reach production is left out, an unmapped environment is unknown', () => {
  const hotfix = { kind: 'hotfix' } as const
  const result = compute([
    aReworked('stage', { ...hotfix, environmentTier: 'staging' }),
    aReworked('broken', { ...hotfix, outcome: 'failure' }),
    aReworked('unmapped', { ...hotfix, environmentTier: null }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:not_production': ['stage'],
    'excluded:not_successful': ['broken'],
    unknown: ['unmapped'],
  })
  expect(result.parts['unmapped']).toBe(1)
})

test('twenty deployments are enough', () => {
  const of = (length: number) =>
    measure(
      deploymentReworkRate,
      {
        asOf: ASOF,
        deployments: Array.from({ length }, (_, id) => aReworked(`${id}`, { kind: 'hotfix' })),
      },
      aContext(),
    )
  expect([0, 19, 20].map((n) => [of(n).status, of(n).band])).toEqual([
    ['no_denominator', 'insufficient'],
    ['insufficient_sample', 'insufficient'],
    ['ok', 'bad'],
  ])
})

test('order does not matter, sets hold every deployment once, others change nothing', () => {
  const anyRow = fc.record({
    kind: fc.constantFrom<ReworkedDeployment['kind']>('planned', 'hotfix', 'rollback', null),
    isRemedy: fc.boolean(),
    hours: fc.integer({ min: 1, max: 2000 }),
  })
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 20 }), (rows) => {
      const deployments = rows.map(({ hours, ...row }, id) =>
        aReworked(`${id}`, { ...row, finishedAt: hoursAgo(hours) }),
      )
      const result = compute(deployments)
      expect(compute(deployments.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(deployments.map(({ id }) => id).toSorted())
      expect(result.value ?? 0).toBeGreaterThanOrEqual(0)
      expect(result.value ?? 1).toBeLessThanOrEqual(1)
      const staged = aReworked('stage', { environmentTier: 'staging', kind: 'hotfix' })
      expect({ ...compute([...deployments, staged]), evidence: [] }).toEqual({
        ...result,
        evidence: [],
      })
    }),
  )
})
