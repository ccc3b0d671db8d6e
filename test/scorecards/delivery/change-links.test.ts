import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  batchSizeOf,
  type Carriage,
  linkChanges,
  toDeployedChanges,
} from '#scorecards/delivery/change-links.ts'
import type { Change, Deployment } from '#scorecards/delivery/facts.ts'
import { ASOF, aChange, aDeployment, plusHours } from '#test/support/delivery.ts'

const at = (hours: number) => plusHours(ASOF, hours)

const SHOP = { id: 'shop', repositoryId: 'shop' }

const merged = (nativeId: string, hours: number, change: Partial<Change> = {}) =>
  aChange({ nativeId, mergedAt: at(hours), ...change })

const deployed = (nativeId: string, hours: number, sha: string | null, more = {}) =>
  aDeployment({ nativeId, finishedAt: at(hours), sha, ...more })

const link = (
  changes: readonly Change[],
  deployments: readonly Deployment[],
  services: readonly { id: string; repositoryId: string | null }[] = [SHOP],
) => linkChanges({ services, changes, deployments })

/** Deployment, what came of it, and the changes that it carried. */
const told = (carriages: readonly Carriage[]) =>
  carriages.map(({ deployment, result, changes }) => [
    deployment.nativeId,
    result,
    ...changes.map(({ nativeId }) => nativeId),
  ])

const LINE = [merged('a', 1), merged('b', 2), merged('c', 3), merged('d', 4), merged('e', 5)]

test('a deployment carries what was merged since the one before, up to its own commit', () => {
  const deployments = [
    deployed('1', 1.5, 'sha-a'),
    deployed('2', 3.5, 'sha-c'),
    deployed('3', 6, 'sha-d'),
  ]
  expect(told(link(LINE, deployments))).toEqual([
    ['1', 'first_deployment', 'a'],
    ['2', 'carries', 'b', 'c'],
    ['3', 'carries', 'd'],
  ])
})

test('T-B03 the changes of a first deployment cannot be measured', () => {
  const changes = Array.from({ length: 302 }, (_, index) => merged(`${1000 + index}`, index))
  const deployments = [deployed('1', 299.5, 'sha-1299'), deployed('2', 400, 'sha-1301')]
  const rows = toDeployedChanges(link(changes, deployments))
  expect(rows.filter((row) => row.isOfFirstDeployment)).toHaveLength(300)
  expect(rows.filter((row) => !row.isOfFirstDeployment).map(({ id }) => id)).toEqual([
    'git:1300',
    'git:1301',
  ])
})

test('a redeployment and a rollback carry nothing new, and the next one only what is', () => {
  const deployments = [
    deployed('1', 1.5, 'sha-a'),
    deployed('2', 3.5, 'sha-c'),
    deployed('again', 3.6, 'sha-c'),
    deployed('back', 3.7, 'sha-a', { kind: 'rollback' }),
    deployed('forth', 3.8, 'sha-c'),
    deployed('3', 6, 'sha-d'),
  ]
  expect(told(link(LINE, deployments))).toEqual([
    ['1', 'first_deployment', 'a'],
    ['2', 'carries', 'b', 'c'],
    ['again', 'nothing_new'],
    ['back', 'nothing_new'],
    ['forth', 'nothing_new'],
    ['3', 'carries', 'd'],
  ])
})

test('what its source calls a repetition carries nothing, whatever commit it names', () => {
  const deployments = [
    deployed('1', 1.5, 'sha-a'),
    deployed('2', 3, 'sha-c', { redeployOf: '1' }),
    deployed('3', 4, 'sha-c', { kind: 'rollback' }),
    deployed('4', 5, null, { redeployOf: '1' }),
  ]
  expect(told(link(LINE, deployments)).slice(1)).toEqual([
    ['2', 'nothing_new'],
    ['3', 'nothing_new'],
    ['4', 'nothing_new'],
  ])
})

test('a deployment that cannot be placed links nothing; the next one carries its changes too', () => {
  const deployments = [
    deployed('1', 1.5, 'sha-a'),
    deployed('dark', 2.5, null),
    deployed('branch', 2.6, 'sha-of-a-branch'),
    deployed('2', 6, 'sha-c'),
  ]
  expect(told(link(LINE, deployments))).toEqual([
    ['1', 'first_deployment', 'a'],
    ['dark', 'unknown_sha'],
    ['branch', 'not_on_main_line'],
    ['2', 'carries', 'b', 'c'],
  ])
})

test('the first deployment is the first that can be placed, and no rollback', () => {
  const deployments = [
    deployed('dark', 1, null),
    deployed('back', 2, 'sha-b', { kind: 'rollback' }),
    deployed('1', 3, 'sha-b', { redeployOf: 'older' }),
    deployed('2', 4, 'sha-c'),
  ]
  expect(told(link(LINE, deployments))).toEqual([
    ['dark', 'unknown_sha'],
    ['back', 'nothing_new'],
    ['1', 'first_deployment', 'a', 'b'],
    ['2', 'carries', 'c'],
  ])
})

test('only deployments that reached production carry anything', () => {
  const others: Partial<Deployment>[] = [
    { environmentTier: 'staging' },
    { environmentTier: null },
    { outcome: 'failure' },
    { outcome: 'cancelled' },
    { outcome: 'open' },
    { outcome: 'unknown' },
    { finishedAt: null },
  ]
  const deployments = others.map((more, index) => deployed(`${index}`, 9, 'sha-c', more))
  expect(link(LINE, deployments)).toEqual([])
})

test('a change that is still open is on no main line', () => {
  const changes = [...LINE, aChange({ nativeId: 'open', mergedAt: null })]
  const deployments = [deployed('1', 6, 'sha-a'), deployed('2', 7, 'sha-open')]
  expect(told(link(changes, deployments))[1]).toEqual(['2', 'not_on_main_line'])
})

test('a change without a commit of its own comes with the next one that has', () => {
  const changes = [merged('a', 1), merged('b', 2, { mergeSha: null }), merged('c', 3)]
  const deployments = [deployed('1', 1.5, 'sha-a'), deployed('2', 4, 'sha-c')]
  expect(told(link(changes, deployments))[1]).toEqual(['2', 'carries', 'b', 'c'])
})

test('of changes merged at one moment the lower number came first', () => {
  const changes = [
    merged('a', 1),
    merged('z', 2, { number: 7 }),
    merged('y', 2, { number: 8 }),
    merged('x', 2, { number: 9 }),
  ]
  const deployments = [deployed('1', 1.5, 'sha-a'), deployed('2', 4, 'sha-y')]
  expect(told(link(changes, deployments))[1]).toEqual(['2', 'carries', 'z', 'y'])
})

test('of deployments that ended at one moment the lower id came first', () => {
  const deployments = [deployed('2', 9, 'sha-c'), deployed('1', 9, 'sha-a')]
  expect(told(link(LINE, deployments))).toEqual([
    ['1', 'first_deployment', 'a'],
    ['2', 'carries', 'b', 'c'],
  ])
})

test('services of one repository share its main line and carry their own and common changes', () => {
  const changes = [
    merged('shop 1', 1),
    merged('cart 1', 2, { serviceId: 'cart' }),
    merged('both 1', 3, { serviceId: null }),
    merged('cart 2', 4, { serviceId: 'cart' }),
    merged('fork', 4, { serviceId: null, repositoryId: 'fork', mergeSha: 'sha-both 1' }),
  ]
  const deployments = [
    deployed('shop a', 1.5, 'sha-shop 1'),
    deployed('cart a', 1.5, 'sha-shop 1', { serviceId: 'cart' }),
    deployed('shop b', 5, 'sha-cart 2'),
    deployed('cart b', 5, 'sha-both 1', { serviceId: 'cart' }),
  ]
  const services = [SHOP, { id: 'cart', repositoryId: 'shop' }]
  expect(told(link(changes, deployments, services))).toEqual([
    ['cart a', 'first_deployment'],
    ['cart b', 'carries', 'cart 1', 'both 1'],
    ['shop a', 'first_deployment', 'shop 1'],
    ['shop b', 'carries', 'both 1'],
  ])
})

test('a service without a known repository has the changes that name it', () => {
  const deployments = [deployed('1', 1.5, 'sha-a'), deployed('2', 4, 'sha-b')]
  expect(told(link(LINE, deployments, [{ id: 'shop', repositoryId: null }]))).toEqual([
    ['1', 'first_deployment', 'a'],
    ['2', 'carries', 'b'],
  ])
})

test('a batch is counted only where it is known', () => {
  const deployments = [
    deployed('1', 1.5, 'sha-a'),
    deployed('2', 3.5, 'sha-c'),
    deployed('3', 3.6, 'sha-c'),
    deployed('4', 3.7, null),
    deployed('5', 3.8, 'elsewhere'),
  ]
  expect(link(LINE, deployments).map(batchSizeOf)).toEqual([null, 2, 0, null, null])
})

test('without facts there are no links', () => {
  expect(link([], [])).toEqual([])
  expect(link(LINE, [])).toEqual([])
  expect(told(link([], [deployed('1', 1, 'sha-a')]))).toEqual([['1', 'not_on_main_line']])
})

/** A few changes, and deployments of them in any order. */
const anyFacts = fc
  .record({
    hours: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 8 }),
    deployments: fc.array(
      fc.record({
        hours: fc.integer({ min: 0, max: 20 }),
        change: fc.option(fc.nat({ max: 9 })),
        kind: fc.constantFrom('planned' as const, 'rollback' as const),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ hours, deployments }) => ({
    changes: hours.map((hour, index) => merged(`${index}`, hour, { number: index })),
    deployments: deployments.map(({ hours: hour, change, kind }, index) =>
      deployed(`${index}`, hour, change === null ? null : `sha-${change}`, { kind }),
    ),
  }))

test('the order of facts does not matter, and no change is carried twice', () => {
  fc.assert(
    fc.property(anyFacts, ({ changes, deployments }) => {
      const carriages = link(changes, deployments)
      expect(link(changes.toReversed(), deployments.toReversed())).toEqual(carriages)
      const ids = toDeployedChanges(carriages).map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(carriages).toHaveLength(deployments.length)
    }),
  )
})

test('links are those that looking at every pair finds', () => {
  fc.assert(
    fc.property(anyFacts, ({ changes, deployments }) => {
      const order = changes.toSorted(
        (a, b) => (a.mergedAt?.getTime() ?? 0) - (b.mergedAt?.getTime() ?? 0),
      )
      const placeOf = (sha: string | null) => order.findIndex(({ mergeSha }) => mergeSha === sha)
      const inTime = link(changes, deployments).map(({ deployment }) => deployment)
      const placed = inTime.filter(({ sha, kind }) => placeOf(sha) >= 0 && kind !== 'rollback')
      const expected = order.map(
        (_, place) => placed.find(({ sha }) => placeOf(sha) >= place)?.nativeId,
      )
      const carriers = new Map(
        link(changes, deployments).flatMap(({ deployment, changes: own }) =>
          own.map(({ nativeId }) => [nativeId, deployment.nativeId]),
        ),
      )
      expect(order.map(({ nativeId }) => carriers.get(nativeId))).toEqual(expected)
    }),
  )
})
