import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  completePolicyEvidenceChanges,
  type GovernedChanges,
} from '#scorecards/metrics/complete-policy-evidence-changes.ts'
import { ASOF, hoursAgo, setsOf } from '#test/support/delivery.ts'
import { aGovernedDeployment, anEvidence, aRequirement } from '#test/support/governance.ts'
import { aContext } from '#test/support/metrics.ts'

const governed = (input: Partial<GovernedChanges> = {}): GovernedChanges => ({
  asOf: ASOF,
  reach: 'team',
  requirements: [aRequirement()],
  evidence: [],
  deployments: [aGovernedDeployment()],
  ...input,
})

const compute = (input: Partial<GovernedChanges>) =>
  completePolicyEvidenceChanges.compute(governed(input))

test('a deployment is complete by its own evidence', () => {
  const evidence = [anEvidence({ subjectType: 'deployment', subjectId: 'deployment' })]
  expect(setsOf(compute({ evidence }))).toEqual({ counted: ['deployment'] })
  expect(setsOf(compute({}))).toEqual({ not_counted: ['deployment'] })
  expect(setsOf(compute({ evidence: [anEvidence({ subjectId: 'deployment' })] }))).toEqual({
    not_counted: ['deployment'],
  })
})

test('what did not reach production is left out, and what nobody knows is unknown', () => {
  const result = compute({
    deployments: [
      aGovernedDeployment({ id: 'stage', environmentTier: 'staging' }),
      aGovernedDeployment({ id: 'broken', outcome: 'failure' }),
      aGovernedDeployment({ id: 'nobody', team: null }),
      aGovernedDeployment({ id: 'unmapped', environmentTier: null }),
      aGovernedDeployment({ id: 'young', finishedAt: hoursAgo(23) }),
      aGovernedDeployment({ id: 'unread', uncovered: new Set(['scan']) }),
    ],
  })
  expect(setsOf(result)).toEqual({
    'excluded:not_production': ['stage'],
    'excluded:not_successful': ['broken'],
    'excluded:unowned': ['nobody'],
    not_matured: ['young'],
    unknown: ['unmapped', 'unread'],
  })
  expect(result).toMatchObject({ value: null, n: 0, nUnknown: 2, notMatured: 1 })
})

test('twenty deployments are enough for value and band', () => {
  const of = (length: number) => {
    const ids = Array.from({ length }, (_, index) => `${index}`)
    const deployments = ids.map((id) => aGovernedDeployment({ id }))
    const { status, band } = measure(
      completePolicyEvidenceChanges,
      governed({ deployments }),
      aContext({ asOf: ASOF }),
    )
    return [status, band]
  }
  expect([of(19), of(20)]).toEqual([
    ['insufficient_sample', 'insufficient'],
    ['ok', 'bad'],
  ])
})
