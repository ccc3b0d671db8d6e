import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Step } from '#scorecards/delivery/facts.ts'
import { measure } from '#scorecards/measure.ts'
import { type HumanWaits, humanWaitShare } from '#scorecards/metrics/human-wait-share.ts'
import {
  ASOF,
  aRequest,
  aStep,
  daysAgo,
  hoursAgo,
  plusHours,
  setsOf,
} from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

type Request = NonNullable<HumanWaits['requests']>[number]

/** A step from one hour of a request to another. */
const step = (start: Date, from: number, to: number | null, kind: Step['kind'] = 'human_wait') =>
  aStep({
    kind,
    startedAt: plusHours(start, from),
    endedAt: to === null ? null : plusHours(start, to),
  })

const START = daysAgo(7)

/** Usable after ten hours, of which a person was waited for in the first `waited`. */
function aWaiting(id: string, waited: number, more: Partial<Request> = {}): Request {
  const start = more.requestedAt ?? START
  const steps = [step(start, 0, waited), step(start, waited, 10, 'auto')]
  return { ...aRequest({ id, requestedAt: start, usableAt: plusHours(start, 10) }), steps, ...more }
}

const compute = (requests: HumanWaits['requests'], changes: HumanWaits['changes'] = []) =>
  humanWaitShare.compute({ asOf: ASOF, requests, changes })

/** Steps with ids: `a 1`, `a 2` … */
const toChanges = (changes: readonly { readonly sha: string; readonly steps: readonly Step[] }[]) =>
  changes.map(({ sha, steps }) => ({
    sha,
    steps: steps.map((one, index) => ({ ...one, id: `${sha} ${index + 1}` })),
  }))

test('the share is of all time of all chains together, with the middle of the shares beside it', () => {
  const long = aWaiting('long', 90, {
    usableAt: plusHours(START, 100),
    steps: [step(START, 0, 90), step(START, 90, 100, 'human_work')],
  })
  const result = compute([long, aWaiting('a', 0), aWaiting('b', 5)])
  expect(result).toMatchObject({
    value: 95 / 120,
    numerator: 95 * 60,
    denominator: 120 * 60,
    n: 3,
    parts: { medianOfShares: 0.5 },
  })
})

test('two waits at a time count once, and only within the chain', () => {
  const steps = [
    step(START, -5, 2),
    step(START, 1, 4),
    step(START, 1, 3),
    step(START, 6, 7, 'human_work'),
    step(START, 9, 20),
  ]
  expect(compute([aWaiting('x', 0, { steps })]).value).toBe(0.5)
})

test('a chain goes from its first request to the last, through a failure', () => {
  const failed = aWaiting('1', 0, {
    targetKey: 'db',
    usableAt: null,
    endedAt: plusHours(START, 10),
    result: 'failed',
  })
  const again = aWaiting('2', 10, { targetKey: 'db', requestedAt: plusHours(START, 30) })
  const result = compute([again, failed])
  expect(result).toMatchObject({ value: 10 / 40, n: 1 })
  expect(setsOf(result)).toEqual({ counted: ['1', '2'] })
  const dark = compute([again, { ...failed, steps: [] }])
  expect(setsOf(dark)).toEqual({ unknown: ['1', '2'] })
})

test('a chain is unknown without a log, or where a step has no end', () => {
  const result = compute([
    aWaiting('none', 0, { steps: [] }),
    aWaiting('endless', 0, { steps: [step(START, 0, null, 'auto')] }),
    aWaiting('timeless', 0, { usableAt: null }),
  ])
  expect(setsOf(result)).toEqual({ unknown: ['endless', 'none', 'timeless'] })
  expect(result).toMatchObject({ value: null, n: 0, nUnknown: 3, flags: ['has_unknown'] })
})

test('what never became usable, or did so before it was asked for, is left out and counted', () => {
  const ended = { usableAt: null, endedAt: plusHours(START, 1) }
  const result = compute([
    aWaiting('instant', 0, { usableAt: START }),
    aWaiting('reversed', 0, { usableAt: plusHours(START, -1) }),
    aWaiting('open', 0, { usableAt: null, result: 'open' }),
    aWaiting('failed', 0, { ...ended, result: 'failed' }),
    aWaiting('rejected', 0, { ...ended, result: 'rejected' }),
    aWaiting('dark', 0, { usableAt: null, endedAt: null, result: 'cancelled' }),
    aWaiting('usable later', 0, { usableAt: plusHours(ASOF, 1) }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:not_after_request': ['instant', 'reversed'],
    'excluded:not_usable': ['dark', 'failed', 'open', 'rejected', 'usable later'],
  })
})

test('the window is half-open by the end: 28 days ago is in, the as-of is not', () => {
  const ended = (usableAt: Date) =>
    compute([aWaiting('x', 1, { requestedAt: daysAgo(40), usableAt })]).n
  expect(ended(daysAgo(28))).toBe(1)
  expect(ended(new Date(daysAgo(28).getTime() - 1))).toBe(0)
  expect(ended(ASOF)).toBe(0)
})

test('six chains are enough', () => {
  const of = (length: number) =>
    measure(
      humanWaitShare,
      {
        asOf: ASOF,
        requests: Array.from({ length }, (_, id) => aWaiting(`${id}`, 0)),
        changes: [],
      },
      aContext(),
    )
  expect([5, 6].map((n) => [of(n).status, of(n).band])).toEqual([
    ['insufficient_sample', 'insufficient'],
    ['ok', 'good'],
  ])
  expect(of(6).parameters).toMatchObject({ seed: 42 })
})

test('chains that are alike leave no doubt, one chain says nothing of others', () => {
  const of = (length: number) => compute(Array.from({ length }, (_, id) => aWaiting(`${id}`, 5))).ci
  expect(of(2)).toMatchObject({ low: 0.5, high: 0.5 })
  expect(of(1)).toBeNull()
})

test('the interval lies within the shares of the chains', () => {
  const { ci, value } = compute(
    [1, 2, 5, 8, 8, 9].map((hours) => aWaiting(`${hours}`, hours)).with(4, aWaiting('8b', 8)),
  )
  expect(ci?.low).toBeGreaterThanOrEqual(0.1)
  expect(ci?.high).toBeLessThanOrEqual(0.9)
  expect(ci?.low).toBeLessThan(value ?? 0)
  expect(ci?.high).toBeGreaterThan(value ?? 1)
})

test('a change waited as long as its steps say; without a wait, no time', () => {
  const changes = toChanges([
    { sha: 'a', steps: [step(START, 0, 4), step(START, 2, 6), step(START, 6, 8, 'auto')] },
    { sha: 'b', steps: [step(START, 0, 1, 'auto')] },
    { sha: 'c', steps: [step(START, 0, 20)] },
    { sha: 'no steps', steps: [] },
    { sha: 'endless', steps: [step(START, 0, 90), step(START, 90, null)] },
    { sha: 'before', steps: [step(hoursAgo(28 * 24 + 50), 0, 49)] },
    { sha: 'after', steps: [step(hoursAgo(1), 0, 1)] },
  ])
  const result = compute([], changes)
  expect(result.parts).toMatchObject({ approvalWaitHours: 6, changesWithSteps: 3 })
  expect(setsOf(result)).toEqual({
    'beside:approvalWaitHours': ['a 1', 'a 2', 'a 3', 'b 1', 'c 1'],
  })
})

test('where nobody tells what changes waited for, that is unknown and not zero', () => {
  const parts = { approvalWaitHours: null, changesWithSteps: null }
  expect(compute([], null)).toMatchObject({ parts, flags: ['approvals_unread'] })
  expect(compute([], []).parts).toMatchObject({ approvalWaitHours: null, changesWithSteps: 0 })
})

test('of a path that takes no requests only the waits of changes are told', () => {
  const changes = toChanges([{ sha: 'a', steps: [step(START, 0, 4)] }])
  const result = measure(
    humanWaitShare,
    { asOf: ASOF, requests: null, changes },
    aContext({ isBrief: true }),
  )
  expect(result).toMatchObject({
    status: 'not_applicable',
    value: null,
    parts: { approvalWaitHours: 4, changesWithSteps: 1 },
    evidence: [{ kind: 'beside:approvalWaitHours', count: 1 }],
  })
})

test('nothing at all has no value', () => {
  expect(compute([])).toMatchObject({
    value: null,
    n: 0,
    ci: null,
    flags: [],
    parts: { medianOfShares: null, approvalWaitHours: null },
  })
})

test('order does not matter, sets hold every request once, the share is a share', () => {
  const anyRequest = fc.record({
    waited: fc.integer({ min: 0, max: 10 }),
    result: fc.constantFrom('usable' as const, 'rejected' as const),
    hasSteps: fc.boolean(),
    hours: fc.integer({ min: 0, max: 400 }),
  })
  fc.assert(
    fc.property(fc.array(anyRequest, { maxLength: 10 }), (rows) => {
      const requests = rows.map(({ waited, result, hasSteps, hours }, id) => ({
        ...aWaiting(`${id}`, waited, { requestedAt: hoursAgo(500 - hours) }),
        result,
        endedAt: hoursAgo(20),
        ...(!hasSteps && { steps: [] }),
      }))
      const result = compute(requests)
      expect(compute(requests.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(requests.map(({ id }) => id).toSorted())
      expect(result.value ?? 0).toBeGreaterThanOrEqual(0)
      expect(result.value ?? 1).toBeLessThanOrEqual(1)
      const more = [...requests, aWaiting('no', 9, { result: 'rejected', endedAt: hoursAgo(9) })]
      expect({ ...compute(more), evidence: [] }).toEqual({ ...result, evidence: [] })
    }),
    { numRuns: 30 },
  )
})
