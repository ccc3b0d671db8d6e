import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  type FailedDeployment,
  failedDeploymentRecoveryTime,
} from '#scorecards/metrics/failed-deployment-recovery-time.ts'
import { ASOF, aCase, daysAgo, hoursAgo, plusHours, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

type Outage = FailedDeployment['incidents'][number]

const START = daysAgo(6)

/** Restored after so many hours; null: not yet. */
const anOutage = (hours: number | null, more: Partial<Outage> = {}): Outage => ({
  startedAt: START,
  detectedAt: plusHours(START, 0.25),
  restoredAt: hours === null ? null : plusHours(START, hours),
  ...more,
})

function aFailed(
  id: string,
  incidents: readonly Outage[],
  more: Partial<FailedDeployment> = {},
): FailedDeployment {
  const { failedBy = 'explicit', ...deployment } = more
  return { ...aCase({ ...deployment, id }), failedBy, incidents }
}

const restoredAfter = (...hours: readonly (number | null)[]) =>
  hours.map((one, index) => aFailed(`${index}`, [anOutage(one)]))

const compute = (deployments: readonly FailedDeployment[]) =>
  failedDeploymentRecoveryTime.compute({ asOf: ASOF, deployments })

test('the value is the time by which half are restored, with those that are not yet', () => {
  expect(compute(restoredAfter(1, 2, 3)).value).toBe(2)
  const waiting = compute(restoredAfter(1, 2, 3, null, null))
  expect(waiting).toMatchObject({ value: 3, n: 5, parts: { events: 3, censored: 2 } })
  expect(setsOf(waiting)).toEqual({
    counted: ['0', '1', '2'],
    'not_counted:censored': ['3', '4'],
  })
})

test('most not restored: the middle is not reached', () => {
  const result = compute(restoredAfter(1, null, null))
  expect(result.value).toBeNull()
  expect(result.flags).toContain('median_not_reached')
})

test('restored at the very moment it began is no time at all, and counts', () => {
  expect(compute(restoredAfter(0)).value).toBe(0)
})

test('several incidents of a deployment are one outage, from the first to the last', () => {
  const first = anOutage(2)
  const second = anOutage(null, { startedAt: plusHours(START, 1) })
  const over = { ...second, restoredAt: plusHours(START, 5) }
  expect(compute([aFailed('x', [over, first])])).toMatchObject({ value: 5, n: 1 })
  expect(setsOf(compute([aFailed('x', [first, second])]))).toEqual({
    'not_counted:censored': ['x'],
  })
})

test('without a start it counts from when it was noticed, flagged; without either not at all', () => {
  const noticed = anOutage(4.25, { startedAt: null })
  expect(compute([aFailed('x', [noticed])])).toMatchObject({
    value: 4,
    flags: ['detected_start'],
  })
  const dark = anOutage(4, { startedAt: null, detectedAt: null })
  const result = compute([
    aFailed('dark', [dark]),
    aFailed('rolled back', [], { failedBy: 'rollback' }),
  ])
  expect(setsOf(result)).toEqual({ 'excluded:no_start': ['dark', 'rolled back'] })
  expect(result).toMatchObject({ value: null, n: 0, flags: [], parts: { excludedNoStart: 2 } })
})

test('of two beginnings at one moment the known one decides about the flag', () => {
  const known = anOutage(2)
  const noticed = anOutage(2, { startedAt: null, detectedAt: START })
  for (const incidents of [
    [known, noticed],
    [noticed, known],
  ]) {
    expect(compute([aFailed('x', incidents)]).flags).not.toContain('detected_start')
  }
})

test('restored before it began is left out as an error and counted', () => {
  const result = compute(restoredAfter(-1, 2))
  expect(setsOf(result)).toEqual({ counted: ['1'], 'excluded:restored_before_start': ['0'] })
  expect(result.parts['excludedReversed']).toBe(1)
})

test('an inferred failure is shown and not counted', () => {
  const result = compute([aFailed('x', [anOutage(1)], { failedBy: 'inferred' })])
  expect(setsOf(result)).toEqual({ 'excluded:inferred': ['x'] })
  expect(result).toMatchObject({ n: 0, parts: { inferred: 1 } })
})

test('what was restored after the as-of was still out then, what began after it was not', () => {
  const late = anOutage(null, { restoredAt: ASOF })
  expect(setsOf(compute([aFailed('x', [late])]))).toEqual({ 'not_counted:censored': ['x'] })
  const future = anOutage(null, { startedAt: ASOF })
  expect(setsOf(compute([aFailed('x', [future])]))).toEqual({ 'excluded:no_start': ['x'] })
})

test('a deployment need not be mature, and the window is half-open', () => {
  const at = (finishedAt: Date) => compute([aFailed('x', [anOutage(1)], { finishedAt })]).n
  expect(at(hoursAgo(1))).toBe(1)
  expect(at(daysAgo(91))).toBe(1)
  expect(at(new Date(daysAgo(91).getTime() - 1))).toBe(0)
  expect(at(ASOF)).toBe(0)
})

test('what did not reach production is left out, an unmapped environment is unknown', () => {
  const outage = [anOutage(1)]
  const result = compute([
    aFailed('stage', outage, { environmentTier: 'staging' }),
    aFailed('nobody', outage, { team: null }),
    aFailed('unmapped', outage, { environmentTier: null }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:not_production': ['stage'],
    'excluded:unowned': ['nobody'],
    unknown: ['unmapped'],
  })
  expect(result).toMatchObject({ nUnknown: 1, parts: { unmapped: 1 } })
})

test('six failures are enough', () => {
  const of = (length: number) =>
    measure(
      failedDeploymentRecoveryTime,
      { asOf: ASOF, deployments: restoredAfter(...Array<number>(length).fill(0.5)) },
      aContext(),
    )
  expect([0, 5, 6].map((n) => of(n).status)).toEqual([
    'no_denominator',
    'insufficient_sample',
    'ok',
  ])
})

test('order does not matter, sets hold every failure once, others change their count', () => {
  const anyHours = fc.option(fc.integer({ min: -2, max: 100 }))
  fc.assert(
    fc.property(fc.array(anyHours, { maxLength: 20 }), (hours) => {
      const deployments = restoredAfter(...hours)
      const result = compute(deployments)
      expect(compute(deployments.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(deployments.map(({ id }) => id).toSorted())
      const guessed = aFailed('guess', [anOutage(9)], { failedBy: 'inferred' })
      expect({ ...compute([...deployments, guessed]), evidence: [] }).toEqual({
        ...result,
        parts: { ...result.parts, inferred: 1 },
        evidence: [],
      })
    }),
  )
})
