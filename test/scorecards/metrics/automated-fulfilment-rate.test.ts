import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  automatedFulfilmentRate,
  type LoggedRequest,
} from '#scorecards/metrics/automated-fulfilment-rate.ts'
import { ASOF, aRequest, aStep, daysAgo, hoursAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

/** Fulfilled by machines alone. */
function aLogged(id: string, more: Partial<LoggedRequest> = {}): LoggedRequest {
  const { firstHumanStepAt = null, steps = [aStep()], ...request } = more
  return { ...aRequest({ id, ...request }), firstHumanStepAt, steps }
}

const byHand = (actorGroup: string | null) => aStep({ kind: 'human_work', actorGroup })

const compute = (requests: readonly LoggedRequest[]) =>
  automatedFulfilmentRate.compute({ asOf: ASOF, requests })

test('only a person on the side of the platform makes a request one by hand', () => {
  const result = compute([
    aLogged('automatic'),
    aLogged('by its requester', { steps: [aStep(), byHand('requester')] }),
    aLogged('platform', { steps: [aStep(), byHand('platform')] }),
    aLogged('infra', { steps: [byHand('infra')] }),
    aLogged('waited for security', {
      steps: [aStep({ kind: 'human_wait', actorGroup: 'security' })],
    }),
  ])
  expect(setsOf(result)).toEqual({
    counted: ['automatic', 'by its requester'],
    not_counted: ['infra', 'platform', 'waited for security'],
  })
  expect(result).toMatchObject({ value: 0.4, numerator: 2, denominator: 5 })
})

test('a request is unknown where its log does not tell', () => {
  const result = compute([
    aLogged('no log', { steps: [] }),
    aLogged('some person', { steps: [byHand(null)] }),
    aLogged('a person the log does not know', { firstHumanStepAt: daysAgo(7) }),
  ])
  expect(setsOf(result)).toEqual({
    unknown: ['a person the log does not know', 'no log', 'some person'],
  })
  expect(result).toMatchObject({ value: null, n: 0, nUnknown: 3, bounds: { low: 0, high: 1 } })
})

test('what is known of the platform side outweighs what is not', () => {
  const steps = [byHand(null), byHand('platform')]
  const result = compute([
    aLogged('both', { steps }),
    aLogged('told', { steps: [byHand('requester')], firstHumanStepAt: daysAgo(7) }),
  ])
  expect(setsOf(result)).toEqual({ counted: ['told'], not_counted: ['both'] })
})

test('a request that is open or ended without anything usable is left out and counted', () => {
  const ended = { usableAt: null, endedAt: daysAgo(6) }
  const open = { usableAt: null, result: 'open' } as const
  const result = compute([
    aLogged('open', { ...open, requestedAt: hoursAgo(2) }),
    aLogged('open too long', { ...open, requestedAt: hoursAgo(25) }),
    aLogged('failed', { ...ended, result: 'failed' }),
    aLogged('timeout', { ...ended, result: 'timeout' }),
    aLogged('rejected', { ...ended, result: 'rejected' }),
    aLogged('cancelled', { ...ended, result: 'cancelled' }),
    aLogged('usable later', { requestedAt: hoursAgo(2), usableAt: ASOF }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:not_usable': ['cancelled', 'failed', 'open too long', 'rejected', 'timeout'],
    'excluded:open': ['open', 'usable later'],
  })
})

test('the window is half-open by the end: 28 days ago is in, the as-of is not', () => {
  const ended = (usableAt: Date) =>
    compute([aLogged('x', { requestedAt: daysAgo(40), usableAt })]).n
  expect(ended(daysAgo(28))).toBe(1)
  expect(ended(new Date(daysAgo(28).getTime() - 1))).toBe(0)
  expect(ended(ASOF)).toBe(0)
})

test('ten requests are enough', () => {
  const of = (length: number) =>
    measure(
      automatedFulfilmentRate,
      { asOf: ASOF, requests: Array.from({ length }, (_, id) => aLogged(`${id}`)) },
      aContext(),
    )
  expect([9, 10].map((n) => of(n).status)).toEqual(['insufficient_sample', 'ok'])
  // Wilson of 10 of 10 begins at 0.72.
  expect(of(10).band).toBe('good_uncertain')
  expect(of(0).status).toBe('no_denominator')
})

test('more than a fifth of unknown requests has no band', () => {
  const of = (unknown: number) =>
    measure(
      automatedFulfilmentRate,
      {
        asOf: ASOF,
        requests: [
          ...Array.from({ length: 12 }, (_, id) => aLogged(`${id}`)),
          ...Array.from({ length: unknown }, (_, id) => aLogged(`dark ${id}`, { steps: [] })),
        ],
      },
      aContext(),
    )
  expect([3, 4].map((n) => [of(n).status, of(n).band])).toEqual([
    ['ok', 'good_uncertain'],
    ['source_partial', 'insufficient'],
  ])
})

test('order does not matter, sets hold every request once, what is left out changes its count', () => {
  const anyRequest = fc.record({
    result: fc.constantFrom('usable' as const, 'failed' as const),
    steps: fc.array(
      fc
        .record({
          kind: fc.constantFrom('auto' as const, 'human_work' as const, 'human_wait' as const),
          actorGroup: fc.constantFrom('platform', 'requester', null),
        })
        .map(aStep),
      { maxLength: 3 },
    ),
  })
  fc.assert(
    fc.property(fc.array(anyRequest, { maxLength: 20 }), (rows) => {
      const requests = rows.map((row, id) => aLogged(`${id}`, { ...row, endedAt: daysAgo(6) }))
      const result = compute(requests)
      expect(compute(requests.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(requests.map(({ id }) => id).toSorted())
      if (result.value !== null) {
        expect(result.value).toBeGreaterThanOrEqual(0)
        expect(result.value).toBeLessThanOrEqual(1)
      }
      const rejected = aLogged('no', { result: 'rejected', endedAt: daysAgo(6) })
      expect({ ...compute([...requests, rejected]), evidence: [] }).toEqual({
        ...result,
        evidence: [],
      })
    }),
  )
})
