import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Attempt } from '#scorecards/delivery/attempts.ts'
import { measure } from '#scorecards/measure.ts'
import { failedProvisioningRate } from '#scorecards/metrics/failed-provisioning-rate.ts'
import { ASOF, aRequest, daysAgo, hoursAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

const compute = (attempts: readonly Attempt[]) =>
  failedProvisioningRate.compute({ asOf: ASOF, attempts })

const ended = (result: Attempt['result'], endedAt: Date | null = daysAgo(6), id: string = result) =>
  aRequest({ id, result, usableAt: null, endedAt })

const open = (hours: number, id = 'open') =>
  aRequest({ id, result: 'open', usableAt: null, requestedAt: hoursAgo(hours) })

test('failures and timeouts count, rejections and cancellations do not', () => {
  const result = compute([
    aRequest({ id: 'usable' }),
    ended('failed'),
    ended('timeout'),
    ended('rejected'),
    ended('cancelled'),
    open(1),
  ])
  expect(setsOf(result)).toEqual({
    counted: ['failed', 'timeout'],
    'excluded:cancelled': ['cancelled'],
    'excluded:open': ['open'],
    'excluded:rejected': ['rejected'],
    not_counted: ['usable'],
  })
  expect(result).toMatchObject({
    value: 2 / 3,
    numerator: 2,
    denominator: 3,
    nUnknown: 0,
    parts: {
      failed: 1,
      timedOut: 1,
      excludedRejected: 1,
      excludedCancelled: 1,
      excludedOpen: 1,
    },
  })
})

test('an attempt fails when it is open for more than 24 hours', () => {
  const kinds = [23, 24, 24.001].map((hours) => compute([open(hours)]).evidence[0]?.kind)
  expect(kinds).toEqual(['excluded:open', 'excluded:open', 'counted'])
})

test('one that timed out did so 24 hours after it began', () => {
  expect(compute([open(29 * 24)]).n).toBe(1)
  expect(compute([open(29 * 24 + 0.001)]).n).toBe(0)
})

test('what ended after the as-of was still open then, and may have timed out', () => {
  const young = aRequest({ id: 'young', requestedAt: hoursAgo(5), usableAt: ASOF })
  const old = aRequest({ id: 'old', requestedAt: hoursAgo(30), usableAt: ASOF })
  const future = aRequest({ id: 'future', requestedAt: ASOF })
  expect(setsOf(compute([young, old, future]))).toEqual({
    counted: ['old'],
    'excluded:open': ['young'],
  })
})

test('the window is half-open by the end: 28 days ago is in', () => {
  const at = (instant: Date) =>
    compute([{ ...ended('failed', instant), requestedAt: daysAgo(40) }]).n
  expect(at(daysAgo(28))).toBe(1)
  expect(at(new Date(daysAgo(28).getTime() - 1))).toBe(0)
})

test('an end at an unknown moment is put where the attempt began', () => {
  const dark = [
    ended('failed', null),
    aRequest({ id: 'usable', usableAt: null }),
    { ...ended('failed', null, 'old'), requestedAt: daysAgo(29) },
  ]
  expect(setsOf(compute(dark))).toEqual({ counted: ['failed'], not_counted: ['usable'] })
})

test('what was open at the end of an earlier window is not in it', () => {
  const window = { from: daysAgo(14), to: daysAgo(7) }
  const result = failedProvisioningRate.compute({ asOf: ASOF, window, attempts: [open(1)] })
  expect(result.evidence).toEqual([])
})

test('five attempts are enough for the value, twenty for a band', () => {
  const of = (length: number) =>
    measure(
      failedProvisioningRate,
      {
        asOf: ASOF,
        attempts: Array.from({ length }, (_, id) => ended('failed', daysAgo(6), `${id}`)),
      },
      aContext(),
    )
  expect([0, 4, 5, 19, 20].map((n) => [of(n).status, of(n).band])).toEqual([
    ['no_denominator', 'insufficient'],
    ['insufficient_sample', 'insufficient'],
    ['ok', 'insufficient'],
    ['ok', 'insufficient'],
    ['ok', 'bad'],
  ])
})

test('order does not matter, sets hold every attempt once, a rejection changes only its count', () => {
  const anyResult = fc.constantFrom<Attempt['result']>('usable', 'failed', 'cancelled', 'open')
  fc.assert(
    fc.property(fc.array(anyResult, { maxLength: 20 }), (results) => {
      const attempts = results.map((result, id) => ended(result, daysAgo(6), `${id}`))
      const found = compute(attempts)
      expect(compute(attempts.toReversed())).toEqual(found)
      const ids = found.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(attempts.map(({ id }) => id).toSorted())
      expect(found.value ?? 0).toBeGreaterThanOrEqual(0)
      expect(found.value ?? 1).toBeLessThanOrEqual(1)
      const more = compute([...attempts, ended('rejected')])
      expect({ ...more, evidence: [] }).toEqual({
        ...found,
        evidence: [],
        parts: { ...found.parts, excludedRejected: 1 },
      })
    }),
  )
})
