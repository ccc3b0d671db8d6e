import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  type Failure,
  platformCausedFailureShare,
} from '#scorecards/metrics/platform-caused-failure-share.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

const aFailure = (id: string, causes: Failure['causes'], at = daysAgo(7)): Failure => ({
  id,
  at,
  causes,
})

const compute = (failures: readonly Failure[]) =>
  platformCausedFailureShare.compute({ asOf: ASOF, failures })

test('the share is of failures with a known cause', () => {
  const result = compute([
    aFailure('platform', ['platform']),
    aFailure('user', ['user_input']),
    aFailure('policy', ['policy']),
    aFailure('outside', ['dependency']),
    aFailure('dark', [null]),
  ])
  expect(setsOf(result)).toEqual({
    counted: ['platform'],
    'not_counted:dependency': ['outside'],
    'not_counted:policy': ['policy'],
    'not_counted:user_input': ['user'],
    unknown: ['dark'],
  })
  expect(result).toMatchObject({
    value: 1 / 4,
    nUnknown: 1,
    parts: { unknownShare: 1 / 5, userInput: 1, policy: 1, dependency: 1 },
  })
})

test('incidents of one failure tell its cause as far as they agree', () => {
  const result = compute([
    aFailure('agree', ['platform', null, 'platform']),
    aFailure('differ', ['platform', 'user_input']),
    aFailure('none', []),
  ])
  expect(setsOf(result)).toEqual({ counted: ['agree'], unknown: ['differ', 'none'] })
})

test('the window is half-open: 28 days ago is in, the as-of is not', () => {
  const at = (instant: Date) => compute([aFailure('x', ['platform'], instant)]).n
  expect(at(daysAgo(28))).toBe(1)
  expect(at(new Date(daysAgo(28).getTime() - 1))).toBe(0)
  expect(at(ASOF)).toBe(0)
})

test('ten failures of known cause are enough', () => {
  const of = (known: number, unknown = 0) =>
    measure(
      platformCausedFailureShare,
      {
        asOf: ASOF,
        failures: [
          ...Array.from({ length: known }, (_, id) => aFailure(`${id}`, ['platform'])),
          ...Array.from({ length: unknown }, (_, id) => aFailure(`d${id}`, [])),
        ],
      },
      aContext(),
    )
  expect([of(0), of(9), of(10)].map(({ status, band }) => [status, band])).toEqual([
    ['no_denominator', 'insufficient'],
    ['insufficient_sample', 'insufficient'],
    ['ok', 'bad'],
  ])
  expect([of(12, 3).status, of(12, 4).status]).toEqual(['ok', 'source_partial'])
})

test('without failures there is neither a share nor an unknown share', () => {
  expect(compute([])).toMatchObject({ value: null, n: 0, parts: { unknownShare: null } })
  expect(compute([aFailure('x', [])])).toMatchObject({ value: null, parts: { unknownShare: 1 } })
})

test('order does not matter, sets hold every failure once, earlier ones change nothing', () => {
  const anyCause = fc.constantFrom('platform' as const, 'policy' as const, null)
  fc.assert(
    fc.property(fc.array(fc.array(anyCause, { maxLength: 3 }), { maxLength: 20 }), (causes) => {
      const failures = causes.map((own, id) => aFailure(`${id}`, own))
      const result = compute(failures)
      expect(compute(failures.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(failures.map(({ id }) => id).toSorted())
      expect(result.value ?? 0).toBeGreaterThanOrEqual(0)
      expect(result.value ?? 1).toBeLessThanOrEqual(1)
      expect(compute([...failures, aFailure('old', ['platform'], daysAgo(29))])).toEqual(result)
    }),
  )
})
