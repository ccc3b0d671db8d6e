import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Deployment, Incident } from '#scorecards/delivery/facts.ts'
import { failuresAt, linkFailures } from '#scorecards/delivery/failure-links.ts'
import { measure } from '#scorecards/measure.ts'
import {
  type ChangeFailures,
  changeFailRate,
  type JudgedDeployment,
} from '#scorecards/metrics/change-fail-rate.ts'
import {
  ASOF,
  aCase,
  aDeployment,
  anIncident,
  daysAgo,
  hoursAgo,
  plusHours,
  setsOf,
} from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

function aJudged(id: string, more: Partial<JudgedDeployment> = {}): JudgedDeployment {
  const { failedBy = 'none', ...deployment } = more
  return { ...aCase({ ...deployment, id }), failedBy }
}

const input = (
  deployments: readonly JudgedDeployment[],
  more: Partial<ChangeFailures> = {},
): ChangeFailures => ({ asOf: ASOF, reach: 'team', deployments, incidents: [], ...more })

const compute = (...terms: Parameters<typeof input>) => changeFailRate.compute(input(...terms))

/** What the metric makes of deployments and incidents of one team. */
function ofFacts(deployments: readonly Deployment[], incidents: readonly Incident[]) {
  const links = linkFailures({ deployments, incidents, carriages: [] })
  const judged = deployments.map((deployment) => {
    const id = `ci:${deployment.nativeId}`
    const failedBy = failuresAt(links, id, ASOF)[0]?.linkKind ?? ('none' as const)
    return { ...aCase({ ...deployment, id }), failedBy }
  })
  const told = links.incidents.map(({ incident, linkKind }) => ({
    at: incident.startedAt,
    linkKind,
  }))
  return compute(judged, { incidents: told })
}

test('a deployment fails by any link but an inferred one, which is shown', () => {
  const kinds = ['explicit', 'rollback', 'hotfix', 'inferred', 'none', null] as const
  const result = compute(kinds.map((failedBy) => aJudged(`${failedBy}`, { failedBy })))
  expect(setsOf(result)).toEqual({
    counted: ['explicit', 'hotfix', 'rollback'],
    not_counted: ['none'],
    'not_counted:inferred': ['inferred'],
    unknown: ['null'],
  })
  expect(result).toMatchObject({
    value: 3 / 5,
    numerator: 3,
    denominator: 5,
    nUnknown: 1,
    bounds: { low: 3 / 6, high: 4 / 6 },
    parts: { inferred: 1 },
  })
})

test('a deployment waits for 72 hours, whatever came of it so far', () => {
  const aged = (hours: number, failedBy: 'explicit' | 'none') =>
    compute([aJudged('x', { finishedAt: hoursAgo(hours), failedBy })])
  expect(aged(72, 'explicit')).toMatchObject({ numerator: 1, notMatured: 0 })
  expect(aged(71.999, 'explicit')).toMatchObject({ numerator: 0, n: 0, notMatured: 1 })
  expect(aged(71.999, 'none')).toMatchObject({ n: 0, notMatured: 1 })
})

test('the window is half-open: 91 days ago is in', () => {
  const at = (finishedAt: Date) => compute([aJudged('x', { finishedAt })]).evidence.length
  expect(at(daysAgo(91))).toBe(1)
  expect(at(new Date(daysAgo(91).getTime() - 1))).toBe(0)
  expect(at(ASOF)).toBe(0)
})

test('T-B04 two incidents on one of four deployments are one failure', () => {
  const deployments = ['1', '2', '3', '4'].map((nativeId, index) =>
    aDeployment({ nativeId, finishedAt: daysAgo(40 - index) }),
  )
  const named = { causedByDeploymentId: '2', startedAt: daysAgo(38) }
  const incidents = ['a', 'b'].map((nativeId) => anIncident({ nativeId, ...named }))
  expect(ofFacts(deployments, incidents)).toMatchObject({
    value: 1 / 4,
    numerator: 1,
    denominator: 4,
  })
})

test('T-B04 whatever the incidents, the rate is at most 1', () => {
  const anyFacts = fc.record({
    deployments: fc.array(fc.integer({ min: 73, max: 2000 }), { maxLength: 6 }),
    incidents: fc.array(
      fc.record({
        hours: fc.integer({ min: 1, max: 2000 }),
        causedByDeploymentId: fc.option(fc.constantFrom('0', '1', 'gone')),
      }),
      { maxLength: 20 },
    ),
  })
  fc.assert(
    fc.property(anyFacts, ({ deployments, incidents }) => {
      const { value, numerator, denominator } = ofFacts(
        deployments.map((hours, id) =>
          aDeployment({ nativeId: `${id}`, finishedAt: hoursAgo(hours) }),
        ),
        incidents.map(({ hours, ...one }, id) =>
          anIncident({ nativeId: `${id}`, startedAt: hoursAgo(hours), ...one }),
        ),
      )
      expect(denominator).toBe(deployments.length)
      expect(numerator).toBeLessThanOrEqual(deployments.length)
      expect(value ?? 0).toBeGreaterThanOrEqual(0)
      expect(value ?? 1).toBeLessThanOrEqual(1)
    }),
  )
})

test('T-B05 a later incident fails a deployment only by name, a near one is inferred', () => {
  const deployments = [aDeployment({ nativeId: '1', finishedAt: daysAgo(40) })]
  const after = (hours: number, causedByDeploymentId: string | null) =>
    ofFacts(deployments, [
      anIncident({
        nativeId: 'x',
        startedAt: plusHours(daysAgo(40), hours),
        causedByDeploymentId,
      }),
    ])
  expect(after(240, null)).toMatchObject({
    numerator: 0,
    parts: { inferred: 0, unlinkedIncidents: 1 },
  })
  expect(after(240, '1')).toMatchObject({ numerator: 1, parts: { unlinkedIncidents: 0 } })
  expect(after(23, null)).toMatchObject({
    numerator: 0,
    parts: { inferred: 1, unlinkedIncidents: 0 },
  })
})

test('a rollback fails what it took back, and counts as a deployment itself', () => {
  const deployments = [
    aDeployment({ nativeId: '1', finishedAt: hoursAgo(200) }),
    aDeployment({ nativeId: '2', finishedAt: hoursAgo(190) }),
    aDeployment({ nativeId: '3', finishedAt: hoursAgo(189), kind: 'rollback' }),
  ]
  expect(setsOf(ofFacts(deployments, []))).toEqual({
    counted: ['ci:2'],
    not_counted: ['ci:1', 'ci:3'],
  })
})

test('incidents that no deployment caused are reported for the same days', () => {
  const at = (instant: Date | null) => ({ at: instant, linkKind: null })
  const incidents = [
    at(daysAgo(91)),
    at(daysAgo(92)),
    at(ASOF),
    at(null),
    { at: daysAgo(1), linkKind: 'explicit' as const },
  ]
  expect(compute([], { incidents }).parts).toMatchObject({ unlinkedIncidents: 1 })
})

test('what did not reach production is left out, and what nobody knows is unknown', () => {
  const result = compute([
    aJudged('stage', { environmentTier: 'staging', failedBy: 'explicit' }),
    aJudged('nobody', { team: null }),
    aJudged('running', { outcome: 'open', finishedAt: null }),
    aJudged('broken', { outcome: 'failure' }),
    aJudged('unmapped', { environmentTier: null }),
    aJudged('young unmapped', { environmentTier: null, finishedAt: hoursAgo(1) }),
    aJudged('dark', { outcome: 'unknown' }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:not_finished': ['running'],
    'excluded:not_production': ['stage'],
    'excluded:not_successful': ['broken'],
    'excluded:unowned': ['nobody'],
    unknown: ['dark', 'unmapped', 'young unmapped'],
  })
  expect(result).toMatchObject({ value: null, n: 0, parts: { unmapped: 2 } })
})

const many = (team: string, all: number, failing: number) =>
  Array.from({ length: all }, (_, index) =>
    aJudged(`${team} ${index}`, { team, failedBy: index < failing ? 'explicit' : 'none' }),
  )

test('twenty deployments are enough for a band, one for the value', () => {
  const of = (length: number) =>
    measure(changeFailRate, input(many('payments', length, length)), aContext())
  expect([0, 1, 19, 20].map((n) => [of(n).status, of(n).band])).toEqual([
    ['no_denominator', 'insufficient'],
    ['ok', 'insufficient'],
    ['ok', 'insufficient'],
    ['ok', 'bad'],
  ])
})

test('over teams the interval goes by teams, and needs five of them', () => {
  const pool = (teams: number) => {
    const deployments = Array.from({ length: teams }, (_, index) =>
      many(`team ${index}`, 10, index % 2 === 0 ? 0 : 4),
    ).flat()
    return measure(changeFailRate, input(deployments, { reach: 'path' }), aContext())
  }
  expect(pool(4)).toMatchObject({ status: 'insufficient_sample', band: 'insufficient', value: 0.2 })
  // Six teams of 10: R = 12/60, e = -2, 2, -2, 2, -2, 2; se = sqrt(6/5 * 24)/60; t(.975; 5).
  const six = pool(6)
  expect(six).toMatchObject({ status: 'ok', value: 0.2, parts: { teamsUsed: 6 } })
  const se = Math.sqrt((6 / 5) * 24) / 60
  expect(six.parts['se']).toBeCloseTo(se, 12)
  expect(six.ci?.low).toBe(0)
  expect(six.ci?.high).toBeCloseTo(0.2 + 2.570581835636 * se, 9)
})

test('a team without a mature deployment is no cluster', () => {
  const young = aJudged('young', { team: 'z', finishedAt: hoursAgo(1) })
  const five = ['a', 'b', 'c', 'd', 'e'].flatMap((team) => many(team, 4, 1))
  const result = compute([...five, young], { reach: 'path' })
  expect(result).toMatchObject({ n: 20, notMatured: 1, isTooSmall: false })
  expect(result.parts['teamsUsed']).toBe(5)
})

test('nobody reads incidents: no value, not zero failures', () => {
  const facts = input(many('payments', 30, 0))
  const result = measure(changeFailRate, facts, aContext({ absence: 'source_missing' }))
  expect(result).toMatchObject({ value: null, status: 'source_missing' })
  const unread = measure(changeFailRate, facts, aContext({ coverage: 0 }))
  expect(unread).toMatchObject({ value: null, status: 'no_data' })
})

const anyJudged = fc
  .array(
    fc.record({
      failedBy: fc.constantFrom('explicit', 'inferred', 'none', null),
      team: fc.constantFrom('a', 'b', 'c'),
      hours: fc.integer({ min: 1, max: 2000 }),
    }),
    { maxLength: 25 },
  )
  .map((rows) =>
    rows.map(({ hours, ...one }, id) =>
      aJudged(`${id}`, { finishedAt: hoursAgo(hours), ...one } as Partial<JudgedDeployment>),
    ),
  )

test('order does not matter, sets hold every deployment once, others change nothing', () => {
  fc.assert(
    fc.property(anyJudged, fc.constantFrom('path', 'team'), (deployments, reach) => {
      const result = compute(deployments, { reach })
      const reversed = compute(deployments.toReversed(), { reach })
      expect({ ...reversed, ci: null, parts: {} }).toEqual({ ...result, ci: null, parts: {} })
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(deployments.map(({ id }) => id).toSorted())
      expect(setsOf(result)['not_matured']?.length ?? 0).toBe(result.notMatured)
      const staged = aJudged('stage', { environmentTier: 'staging', failedBy: 'explicit' })
      expect({ ...compute([...deployments, staged], { reach }), evidence: [] }).toEqual({
        ...result,
        evidence: [],
      })
    }),
  )
})
