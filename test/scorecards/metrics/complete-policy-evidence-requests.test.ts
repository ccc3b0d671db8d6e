import { expect, test } from 'vitest'
import type { PolicyEvidence } from '#scorecards/governance/policy-evidence.ts'
import { measure } from '#scorecards/measure.ts'
import {
  completePolicyEvidenceRequests,
  type GovernedRequests,
} from '#scorecards/metrics/complete-policy-evidence-requests.ts'
import { ASOF, daysAgo, hoursAgo, plusHours, setsOf } from '#test/support/delivery.ts'
import { aGovernedRequest, anEvidence, aRequirement } from '#test/support/governance.ts'
import { aContext } from '#test/support/metrics.ts'

const governed = (input: Partial<GovernedRequests> = {}): GovernedRequests => ({
  asOf: ASOF,
  reach: 'team',
  requirements: [aRequirement()],
  evidence: [anEvidence()],
  requests: [aGovernedRequest()],
  ...input,
})

const compute = (input: Partial<GovernedRequests>) =>
  completePolicyEvidenceRequests.compute(governed(input))

/** The set that a request with this evidence is in. */
const setOf = (evidence: readonly Partial<PolicyEvidence>[]) =>
  compute({ evidence: evidence.map(anEvidence) }).evidence[0]?.kind

const EFFECT = daysAgo(7)

test('a requirement is met by a pass or an approved waiver, and by nothing else', () => {
  const results = ['pass', 'fail', 'warn', 'error', 'skip', 'bypass', 'inconclusive'] as const
  expect(results.map((result) => setOf([{ result }]))).toEqual([
    'counted',
    ...Array<string>(6).fill('not_counted'),
  ])
  const waived = (isWaiverApproved: boolean | null) =>
    setOf([{ result: 'waived', isWaiverApproved }])
  expect([waived(true), waived(false), waived(null)]).toEqual(['counted', 'not_counted', 'unknown'])
  expect(setOf([])).toBe('not_counted')
})

test('the newest evidence counts, and of one moment the failure', () => {
  const pass = { result: 'pass', producedAt: daysAgo(8) } as const
  expect(setOf([{ result: 'fail', producedAt: daysAgo(9) }, pass])).toBe('counted')
  expect(setOf([pass, { result: 'fail', producedAt: daysAgo(7.5) }])).toBe('not_counted')
  expect(setOf([pass, { ...pass, result: 'fail' }])).toBe('not_counted')
})

test('evidence counts up to 24 hours after the effect', () => {
  expect(setOf([{ producedAt: plusHours(EFFECT, 24) }])).toBe('counted')
  expect(setOf([{ producedAt: plusHours(EFFECT, 24.001) }])).toBe('not_counted')
})

test('evidence of another subject or requirement does not count', () => {
  expect(setOf([{ subjectId: 'other' }])).toBe('not_counted')
  expect(setOf([{ subjectType: 'deployment' }])).toBe('not_counted')
  expect(setOf([{ requirementId: 'other' }])).toBe('not_counted')
})

test('a request waits for 24 hours, whatever came of it so far', () => {
  const at = (hours: number) =>
    setsOf(compute({ requests: [aGovernedRequest({ effectAt: hoursAgo(hours) })] }))
  expect(at(24)).toEqual({ counted: ['request'] })
  expect(at(23.999)).toEqual({ not_matured: ['request'] })
})

test('the window is half-open: 28 days ago is in', () => {
  const at = (effectAt: Date) =>
    compute({ requests: [aGovernedRequest({ effectAt })] }).evidence.length
  expect([at(daysAgo(28)), at(new Date(daysAgo(28).getTime() - 1)), at(ASOF)]).toEqual([1, 0, 0])
})

test('a requirement applies while it is in force, to what it names', () => {
  const anywhere = { pathId: null, workloadClass: null, dataClassification: null }
  const kind = (requirement: Parameters<typeof aRequirement>[0]) =>
    compute({ requirements: [aRequirement(requirement)], evidence: [] }).evidence[0]?.kind
  expect(kind({ from: EFFECT })).toBe('not_counted')
  expect(kind({ from: plusHours(EFFECT, 1) })).toBe('excluded:no_requirement')
  expect(kind({ to: EFFECT })).toBe('excluded:no_requirement')
  expect(kind({ appliesTo: { ...anywhere, workloadClass: 'http' } })).toBe('not_counted')
  expect(kind({ appliesTo: { ...anywhere, workloadClass: 'batch' } })).toBe(
    'excluded:no_requirement',
  )
})

test('a request is unknown where an attribute that would decide is not known', () => {
  const attributes = { pathId: 'deploy', workloadClass: null, dataClassification: null }
  const appliesTo = { pathId: null, workloadClass: 'http', dataClassification: null }
  const result = compute({
    requirements: [aRequirement({ appliesTo })],
    requests: [aGovernedRequest({ attributes })],
  })
  expect(setsOf(result)).toEqual({ unknown: ['request'] })
})

test('what was not read is unknown, even where other evidence fails', () => {
  const result = compute({
    requirements: [aRequirement(), aRequirement({ id: 'approval' })],
    evidence: [anEvidence({ result: 'fail' })],
    requests: [aGovernedRequest({ uncovered: new Set(['approval']) })],
  })
  expect(setsOf(result)).toEqual({ unknown: ['request'] })
  expect(result).toMatchObject({ value: null, n: 0, nUnknown: 1, bounds: { low: 0, high: 1 } })
})

test('a request without effect is left out', () => {
  expect(setsOf(compute({ requests: [aGovernedRequest({ effectAt: null })] }))).toEqual({
    'excluded:no_effect': ['request'],
  })
})

test('without a register of requirements there is no value', () => {
  const result = measure(
    completePolicyEvidenceRequests,
    governed({ requirements: null }),
    aContext({ asOf: ASOF }),
  )
  expect(result).toMatchObject({ status: 'source_missing', value: null })
})

const many = (length: number, teams: number) => {
  const ids = Array.from({ length }, (_, index) => `${index}`)
  return governed({
    reach: teams === 1 ? 'team' : 'path',
    evidence: [],
    requests: ids.map((id, index) => aGovernedRequest({ id, team: `${index % teams}` })),
  })
}

test('twenty requests are enough for a band; over teams it takes five, for the value too', () => {
  const of = (...terms: Parameters<typeof many>) =>
    measure(completePolicyEvidenceRequests, many(...terms), aContext({ asOf: ASOF }))
  expect(of(19, 1)).toMatchObject({ status: 'ok', value: 0, band: 'insufficient' })
  expect(of(20, 1)).toMatchObject({ status: 'ok', band: 'bad' })
  expect(of(20, 4)).toMatchObject({ status: 'insufficient_sample' })
  expect(of(20, 5)).toMatchObject({ status: 'ok', band: 'bad', parts: { teamsUsed: 5 } })
})
