import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linkChanges } from '#scorecards/delivery/change-links.ts'
import type { Change, Deployment, Incident } from '#scorecards/delivery/facts.ts'
import { failuresAt, linkFailures } from '#scorecards/delivery/failure-links.ts'
import { ASOF, aChange, aDeployment, anIncident, plusHours } from '#test/support/delivery.ts'

const at = (hours: number) => plusHours(ASOF, hours)

const deployed = (nativeId: string, hours: number, more: Partial<Deployment> = {}) =>
  aDeployment({ nativeId, finishedAt: at(hours), ...more })

const broke = (nativeId: string, hours: number, more: Partial<Incident> = {}) =>
  anIncident({ nativeId, startedAt: at(hours), ...more })

function link(
  deployments: readonly Deployment[],
  incidents: readonly Incident[] = [],
  changes: readonly Change[] = [],
) {
  const services = ['shop', 'cart'].map((id) => ({ id, repositoryId: 'shop' }))
  const carriages = linkChanges({ services, changes, deployments })
  return linkFailures({ deployments, incidents, carriages })
}

type Links = ReturnType<typeof link>

/** Incident, deployment, and how that is known; or why it is not. */
const blamed = ({ incidents }: Links) =>
  incidents.map(({ incident, deploymentId, linkKind, unlinked }) => [
    incident.nativeId,
    deploymentId,
    linkKind ?? unlinked,
  ])

/** The strongest link of each deployment. */
const failed = ({ failures }: Links) =>
  Object.fromEntries([...failures].map(([id, links]) => [id, links[0]?.linkKind]))

test('T-B05 an incident after ten days blames nobody, unless it names the deployment', () => {
  const late = broke('late', 240)
  expect(blamed(link([deployed('1', 0)], [late]))).toEqual([['late', null, 'none']])
  const named = { ...late, causedByDeploymentId: '1' }
  expect(blamed(link([deployed('1', 0)], [named]))).toEqual([['late', 'ci:1', 'explicit']])
})

test('T-B05 an incident after 23 hours is inferred from the time alone', () => {
  const links = link([deployed('1', 0)], [broke('soon', 23)])
  expect(blamed(links)).toEqual([['soon', 'ci:1', 'inferred']])
  expect(failed(links)).toEqual({ 'ci:1': 'inferred' })
})

test('an inference needs less than 24 hours, and an incident after the deployment', () => {
  const blames = (hours: number) => blamed(link([deployed('1', 0)], [broke('x', hours)]))[0]?.[2]
  expect([0, 0.001, 23.999, 24].map(blames)).toEqual(['none', 'inferred', 'inferred', 'none'])
})

test('the newest deployment of the same service is inferred', () => {
  const deployments = [
    deployed('1', 0),
    deployed('2', 5),
    deployed('3', 10),
    deployed('other', 6, { serviceId: 'cart' }),
    deployed('stage', 6, { environmentTier: 'staging' }),
    deployed('unmapped', 6, { environmentTier: null }),
    deployed('broken', 6, { outcome: 'failure' }),
  ]
  expect(blamed(link(deployments, [broke('x', 7)]))).toEqual([['x', 'ci:2', 'inferred']])
})

test('an incident begins when it is noticed where nothing else is known', () => {
  const noticed = anIncident({ nativeId: 'x', detectedAt: at(3) })
  expect(blamed(link([deployed('1', 0)], [noticed]))).toEqual([['x', 'ci:1', 'inferred']])
})

test('an incident that cannot be attributed says why', () => {
  const incidents = [
    broke('a nowhere', 1, { serviceId: null }),
    broke('b elsewhere', 1, { serviceId: 'cart' }),
    anIncident({ nativeId: 'c whenever' }),
    broke('d wrong', 1, { causedByDeploymentId: 'gone' }),
    broke('e before', -1),
  ]
  expect(blamed(link([deployed('1', 0)], incidents))).toEqual([
    ['a nowhere', null, 'no_service'],
    ['b elsewhere', null, 'no_deployment_data'],
    ['c whenever', null, 'no_time'],
    ['d wrong', null, 'unknown_deployment'],
    ['e before', null, 'none'],
  ])
})

test('a name means the deployment of the same source, else the only one that has it', () => {
  const deployments = [
    deployed('1', 0),
    deployed('1', 0, { sourceId: 'pager' }),
    deployed('2', 0),
    deployed('3', 0),
    deployed('3', 0, { sourceId: 'cd' }),
  ]
  const named = ['1', '2', '3'].map((id) => broke(id, 100, { causedByDeploymentId: id }))
  expect(blamed(link(deployments, named))).toEqual([
    ['1', 'pager:1', 'explicit'],
    ['2', 'ci:2', 'explicit'],
    ['3', null, 'unknown_deployment'],
  ])
})

test('how a source knows of its link is kept', () => {
  const kinds = ['explicit', 'rollback', 'hotfix', 'inferred'] as const
  const incidents = kinds.map((linkKind) =>
    broke(linkKind, 500, { causedByDeploymentId: '1', linkKind }),
  )
  expect(blamed(link([deployed('1', 0)], incidents))).toEqual(
    [...kinds].toSorted().map((kind) => [kind, 'ci:1', kind]),
  )
})

test('what a source only infers yields to a rollback', () => {
  const deployments = [deployed('1', 0), deployed('2', 10), deployed('3', 20, { kind: 'rollback' })]
  const inferred = broke('x', 15, { causedByDeploymentId: '1', linkKind: 'inferred' })
  expect(blamed(link(deployments, [inferred]))).toEqual([['x', 'ci:2', 'rollback']])
})

test('a rollback blames the deployment whose place it takes, with or without an incident', () => {
  const deployments = [deployed('1', 0), deployed('2', 50), deployed('3', 60, { kind: 'rollback' })]
  expect(failed(link(deployments))).toEqual({ 'ci:2': 'rollback' })
  const links = link(deployments, [broke('x', 55)])
  expect(blamed(links)).toEqual([['x', 'ci:2', 'rollback']])
  expect(links.failures.get('ci:2')).toMatchObject([
    { incident: null, byDeploymentId: 'ci:3', knownAt: at(60) },
    { incident: { nativeId: 'x' }, byDeploymentId: 'ci:3', knownAt: at(60) },
  ])
})

test('a rollback that names a deployment blames that one', () => {
  const back = deployed('3', 30, { kind: 'rollback', rollbackOf: '1' })
  const deployments = [deployed('1', 0), deployed('2', 10), back]
  expect(failed(link(deployments))).toEqual({ 'ci:1': 'rollback' })
  // The newest that was rolled back, though another was deployed since.
  expect(blamed(link(deployments, [broke('x', 20)]))).toEqual([['x', 'ci:1', 'rollback']])
})

test('a rollback that names what we do not have took the place of something all the same', () => {
  const back = deployed('3', 30, { kind: 'rollback', rollbackOf: 'gone' })
  expect(failed(link([deployed('1', 0), back]))).toEqual({ 'ci:1': 'rollback' })
})

test('a rollback blames within 72 hours and stays a rollback afterwards', () => {
  const after = (hours: number) =>
    link([deployed('1', 0), deployed('2', hours, { kind: 'rollback' })])
  expect(failed(after(71.999))).toEqual({ 'ci:1': 'rollback' })
  expect(failed(after(72))).toEqual({})
  expect(after(72).rollbacks.get('ci:2')).toBe('explicit')
})

test('an incident during the roll-out of what was rolled back is due to it', () => {
  const rolling = deployed('2', 50, { startedAt: at(49) })
  const deployments = [deployed('1', 0), rolling, deployed('3', 51, { kind: 'rollback' })]
  const blames = (hours: number) => blamed(link(deployments, [broke('x', hours)]))[0]
  expect([49, 49.5, 50.999, 51].map(blames)).toEqual([
    ['x', null, 'none'],
    ['x', 'ci:2', 'rollback'],
    ['x', 'ci:2', 'rollback'],
    ['x', 'ci:2', 'inferred'],
  ])
})

test.each([
  ['a lower version', '1.10.0', '1.9.0', 'lower_version'],
  ['a lower version with a letter before it', 'v2.0.0', 'v1.9.9', 'lower_version'],
  ['a release candidate of the same version', '2.0.0', '2.0.0-rc.1', 'lower_version'],
  ['the same version', 'build-7', 'build-7', 'no'],
  ['a higher version', '1.9.0', '1.10.0', 'no'],
  ['a version without order', 'build-7', 'build-6', 'unknown'],
  ['an unknown version', '1.0.0', null, 'unknown'],
])('%s soon after another is judged', (_, before, after, rollback) => {
  const deployments = [
    deployed('1', 0, { version: before }),
    deployed('2', 71.999, { version: after }),
  ]
  const links = link(deployments)
  expect(Object.fromEntries(links.rollbacks)).toEqual({ 'ci:1': 'no', 'ci:2': rollback })
  expect(failed(links)).toEqual(rollback === 'lower_version' ? { 'ci:1': 'rollback' } : {})
})

test('a lower version after 72 hours is no rollback, and its order does not matter', () => {
  const after = (version: string) =>
    link([deployed('1', 0, { version: '2.0.0' }), deployed('2', 72, { version })])
  expect(after('1.0.0').rollbacks.get('ci:2')).toBe('no')
  expect(after('main').rollbacks.get('ci:2')).toBe('no')
})

const LINE = [1, 2, 3].map((hours) =>
  aChange({ nativeId: `${hours}`, number: hours, mergedAt: at(hours) }),
)

test('versions without order go by the main line', () => {
  const deployments = [
    deployed('1', 2.5, { sha: 'sha-2', version: 'b' }),
    deployed('2', 4, { sha: 'sha-3', version: 'c' }),
    deployed('3', 5, { sha: 'sha-1', version: 'a' }),
    deployed('4', 6, { sha: 'elsewhere', version: 'd' }),
  ]
  expect(Object.fromEntries(link(deployments, [], LINE).rollbacks)).toEqual({
    'ci:1': 'no',
    'ci:2': 'no',
    'ci:3': 'lower_version',
    'ci:4': 'unknown',
  })
})

test('a hotfix blames the deployment that first carried what it takes back', () => {
  const named = ['2', 'sha-2', '#2']
  const blames = named.map((reverts) => {
    const fix = aChange({ nativeId: 'fix', mergedAt: at(100), reverts })
    const deployments = [
      deployed('1', 1.5, { sha: 'sha-1' }),
      deployed('2', 2.5, { sha: 'sha-2' }),
      deployed('3', 3.5, { sha: 'sha-3' }),
      deployed('4', 101, { sha: 'sha-fix', kind: 'hotfix' }),
    ]
    const links = link(deployments, [broke('x', 90)], [...LINE, fix])
    return [failed(links), blamed(links), [...links.remedies]]
  })
  const expected = [{ 'ci:2': 'hotfix' }, [['x', 'ci:2', 'hotfix']], ['ci:4']]
  expect(blames).toEqual([expected, expected, expected])
})

test('what its source does not call a hotfix blames only within 72 hours', () => {
  const after = (hours: number) => {
    const fix = aChange({ nativeId: 'fix', mergedAt: at(hours - 0.1), reverts: '2' })
    const deployments = [
      deployed('1', 1.5, { sha: 'sha-1' }),
      deployed('2', 3, { sha: 'sha-2' }),
      deployed('3', hours, { sha: 'sha-fix' }),
    ]
    return failed(link(deployments, [], [...LINE, fix]))
  }
  expect(after(74.999)).toEqual({ 'ci:2': 'hotfix' })
  expect(after(75)).toEqual({})
})

test('who first had a change of the first deployment nobody knows, so nobody is to blame', () => {
  const fix = aChange({ nativeId: 'fix', mergedAt: at(4), reverts: '1' })
  const deployments = [
    deployed('1', 1.5, { sha: 'sha-1' }),
    deployed('2', 5, { sha: 'sha-fix', kind: 'hotfix' }),
  ]
  expect(failed(link(deployments, [], [...LINE, fix]))).toEqual({})
})

test('a hotfix that takes back what it brings itself blames nobody', () => {
  const fix = aChange({ nativeId: 'fix', mergedAt: at(4), reverts: '2' })
  const deployments = [
    deployed('1', 1.5, { sha: 'sha-1' }),
    deployed('2', 5, { sha: 'sha-fix', kind: 'hotfix' }),
  ]
  expect(failed(link(deployments, [], [...LINE, fix]))).toEqual({})
})

test('the first rule that finds a deployment decides, and the strongest link comes first', () => {
  const fix = aChange({ nativeId: 'fix', mergedAt: at(10), reverts: '2' })
  const deployments = [
    deployed('1', 1.5, { sha: 'sha-1' }),
    deployed('2', 2.5, { sha: 'sha-2' }),
    deployed('3', 12, { sha: 'sha-fix', kind: 'hotfix', rollbackOf: '2' }),
  ]
  const incidents = [broke('near', 11), broke('named', 11, { causedByDeploymentId: '1' })]
  const links = link(deployments, incidents, [...LINE, fix])
  expect(blamed(links)).toEqual([
    ['named', 'ci:1', 'explicit'],
    ['near', 'ci:2', 'rollback'],
  ])
  expect(links.failures.get('ci:2')?.map(({ linkKind }) => linkKind)).toEqual([
    'rollback',
    'rollback',
    'hotfix',
  ])
})

test('a link is known from the incident on, or from what mended it', () => {
  const deployments = [deployed('1', 0), deployed('2', 10, { kind: 'rollback' })]
  const links = link(deployments, [broke('x', 5), broke('y', 7, { causedByDeploymentId: '2' })])
  const known = (id: string, hours: number) => failuresAt(links, id, at(hours)).length
  expect([known('ci:1', 10), known('ci:1', 10.001)]).toEqual([0, 2])
  expect([known('ci:2', 7), known('ci:2', 7.001), known('ci:3', 99)]).toEqual([0, 1, 0])
})

test('without facts there are no links', () => {
  expect(link([])).toEqual({
    incidents: [],
    failures: new Map(),
    rollbacks: new Map(),
    remedies: new Set(),
  })
})

const anyFacts = fc
  .record({
    deployments: fc.array(
      fc.record({
        hours: fc.integer({ min: 0, max: 200 }),
        serviceId: fc.constantFrom('shop', 'cart'),
        kind: fc.constantFrom('planned' as const, 'rollback' as const, 'hotfix' as const),
        rollbackOf: fc.option(fc.constantFrom('0', '1', '2')),
        version: fc.constantFrom('1.0.0', '2.0.0', 'x', null),
      }),
      { maxLength: 8 },
    ),
    incidents: fc.array(
      fc.record({
        hours: fc.integer({ min: 0, max: 220 }),
        serviceId: fc.constantFrom('shop', 'cart', null),
        causedByDeploymentId: fc.option(fc.constantFrom('0', '1', 'gone'), { freq: 5 }),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ deployments, incidents }) => ({
    deployments: deployments.map(({ hours, ...one }, index) => deployed(`${index}`, hours, one)),
    incidents: incidents.map(({ hours, ...one }, index) => broke(`${index}`, hours, one)),
  }))

test('the order of facts does not matter, and every incident is there once', () => {
  fc.assert(
    fc.property(anyFacts, ({ deployments, incidents }) => {
      const links = link(deployments, incidents)
      expect(link(deployments.toReversed(), incidents.toReversed())).toEqual(links)
      expect(links.incidents.map(({ incident }) => incident.nativeId)).toEqual(
        incidents.map(({ nativeId }) => nativeId),
      )
    }),
  )
})

const HOUR = 3_600_000

/** The same by looking at every deployment for every incident; there are no hotfixes here. */
function slowly(links: Links, deployments: readonly Deployment[], incident: Incident) {
  if (incident.causedByDeploymentId !== null) {
    const named = deployments.find(({ nativeId }) => nativeId === incident.causedByDeploymentId)
    return named ? `ci:${named.nativeId} explicit` : 'unknown_deployment'
  }
  const instant = incident.startedAt?.getTime() ?? 0
  const time = ({ finishedAt }: Deployment) => finishedAt?.getTime() ?? 0
  const newest = deployments
    .filter((one) => one.serviceId === incident.serviceId && time(one) < instant)
    .toSorted((a, b) => time(b) - time(a) || (a.nativeId < b.nativeId ? 1 : -1))
  const wasRolledBack = newest.filter((one) =>
    links.failures
      .get(`ci:${one.nativeId}`)
      ?.some((failure) => failure.incident === null && failure.knownAt.getTime() > instant),
  )
  // Of two deployments at one moment either may be meant.
  if (wasRolledBack[0]) return `${time(wasRolledBack[0])} rollback`
  const [last] = newest.filter((one) => instant - time(one) < 24 * HOUR)
  return last ? `${time(last)} inferred` : 'none'
}

test('links are those that looking at every pair finds', () => {
  fc.assert(
    fc.property(anyFacts, ({ deployments, incidents }) => {
      const links = link(deployments, incidents)
      for (const { incident, deploymentId, linkKind } of links.incidents) {
        const deployment = deployments.find(({ nativeId }) => `ci:${nativeId}` === deploymentId)
        const time = deployment?.finishedAt?.getTime()
        const found = linkKind === 'explicit' ? `${deploymentId} explicit` : `${time} ${linkKind}`
        const expected = slowly(links, deployments, incident)
        expect(linkKind === null ? 'none' : found).toBe(
          expected === 'unknown_deployment' ? 'none' : expected,
        )
      }
    }),
    { numRuns: 500 },
  )
})
