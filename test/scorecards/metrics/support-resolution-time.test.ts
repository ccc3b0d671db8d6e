import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  type ResolvedRequest,
  supportResolutionTime,
} from '#scorecards/metrics/support-resolution-time.ts'
import { ASOF, daysAgo, hoursAgo, plusHours, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { aSupportRequest, OUTSIDE } from '#test/support/requests.ts'

const OPENED = daysAgo(7)

/** Resolved after so many hours; null: still open. */
function aResolved(
  id: string,
  hours: number | null,
  more: Partial<ResolvedRequest> = {},
): ResolvedRequest {
  const { openedAt = OPENED } = more
  return {
    ...aSupportRequest({ id, openedAt }),
    statusCategory: hours === null ? 'open' : 'done',
    resolvedAt: hours === null ? null : plusHours(openedAt, hours),
    ...more,
  }
}

const input = (requests: readonly ResolvedRequest[]) => ({ asOf: ASOF, requests, slaHours: 24 })
const compute = (requests: readonly ResolvedRequest[]) =>
  supportResolutionTime.compute(input(requests))

const after = (...hours: readonly (number | null)[]) =>
  hours.map((one, index) => aResolved(`${index}`, one))

test('the value is the time by which half are resolved, with those still open', () => {
  expect(compute(after(1, 2, 3)).value).toBe(2)
  const waiting = compute(after(1, 2, 3, null, null))
  expect(waiting).toMatchObject({ value: 3, n: 5, parts: { events: 3, censored: 2 } })
  expect(setsOf(waiting)).toEqual({
    counted: ['0', '1', '2'],
    'not_counted:censored': ['3', '4'],
  })
})

test('most of them open: the middle is not reached', () => {
  const result = compute(after(1, null, null))
  expect(result.value).toBeNull()
  expect(result.flags).toContain('median_not_reached')
})

test('an open request is judged only when the agreed time has passed', () => {
  const open = (hours: number) => aResolved(`open ${hours}`, null, { openedAt: hoursAgo(hours) })
  // In time: 24. Late: 24.5 and what is open for 25 hours. What is open for 24 hours may still be.
  const { parts } = compute([...after(24, 24.5), open(24), open(25)])
  expect(parts).toMatchObject({ withinSla: 1 / 3, nJudged: 3 })
  expect(compute([open(1)]).parts).toMatchObject({
    withinSla: null,
    withinSlaLow: null,
    nJudged: 0,
  })
})

test('the agreed time is that of the path, and is told', () => {
  const result = supportResolutionTime.compute({ ...input(after(3, 5)), slaHours: 4 })
  expect(result).toMatchObject({ parts: { withinSla: 0.5 }, parameters: { slaHours: 4 } })
})

test('done at a time that nobody noted is unknown, never open', () => {
  const dark = aResolved('dark', null, { statusCategory: 'done' })
  expect(setsOf(compute([...after(1), dark]))).toEqual({ counted: ['0'], unknown: ['dark'] })
})

test('without a status a request is open where the source tells when others were resolved', () => {
  const blank = aResolved('blank', null, { statusCategory: null })
  expect(setsOf(compute([...after(1), blank]))).toEqual({
    counted: ['0'],
    'not_counted:censored': ['blank'],
  })
  expect(setsOf(compute([blank]))).toEqual({ unknown: ['blank'] })
})

test('where nothing tells when requests are resolved there is no value', () => {
  const statusOf = (...requests: readonly ResolvedRequest[]) =>
    measure(supportResolutionTime, input(requests), aContext()).status
  const done = aResolved('x', null, { statusCategory: 'done' })
  expect(statusOf(done)).toBe('source_missing')
  expect(statusOf(...after(null))).toBe('insufficient_sample')
  const nobody = aResolved('nobody', null, { teamId: null, openedByGroup: null })
  expect(statusOf(...after(null), nobody)).toBe('insufficient_sample')
})

test('what was resolved after the as-of was still open then', () => {
  const late = aResolved('x', 0, { resolvedAt: ASOF })
  expect(setsOf(compute([late]))).toEqual({ 'not_counted:censored': ['x'] })
})

test('resolved before it was opened is left out as an error and counted', () => {
  const result = compute(after(-1, 2))
  expect(setsOf(result)).toEqual({ counted: ['1'], 'excluded:resolved_before_opened': ['0'] })
  expect(result.parts['excludedReversed']).toBe(1)
})

test('requests that no metric of support load counts are left out', () => {
  const outside = Object.values(OUTSIDE).map((one) => ({ ...aResolved('', 1), ...one }))
  expect(setsOf(compute([...after(2), ...outside]))).toEqual({
    counted: ['0'],
    'excluded:bot': ['bot'],
    'excluded:no_path': ['no path'],
    'excluded:platform_team': ['platform'],
    unknown: ['nobody'],
  })
})

test('the window is half-open: 28 days ago is in', () => {
  const at = (openedAt: Date) => compute([aResolved('x', 1, { openedAt })]).n
  expect(at(daysAgo(28))).toBe(1)
  expect(at(new Date(daysAgo(28).getTime() - 1))).toBe(0)
  expect(at(ASOF)).toBe(0)
})

test('six requests are enough for value and band', () => {
  const of = (length: number, hours: number) => {
    const requests = after(...Array.from({ length }, () => hours))
    const { status, band } = measure(supportResolutionTime, input(requests), aContext())
    return [status, band]
  }
  expect(of(0, 1)).toEqual(['no_denominator', 'insufficient'])
  expect(of(5, 1)).toEqual(['insufficient_sample', 'insufficient'])
  expect(of(6, 8)).toEqual(['ok', 'good'])
  expect(of(6, 48.5)).toEqual(['ok', 'bad'])
})

const anyRequests = fc
  .array(fc.option(fc.integer({ min: -2, max: 160 })), { maxLength: 20 })
  .map((hours) => after(...hours))

test('the order of requests does not matter', () => {
  fc.assert(
    fc.property(anyRequests, (requests) => {
      expect(compute(requests.toReversed())).toEqual(compute(requests))
    }),
  )
})

test('a request that is left out changes nothing but its count', () => {
  const bot = aResolved('bot', null, { bot: true })
  fc.assert(
    fc.property(anyRequests, (requests) => {
      const more = compute([...requests, bot])
      expect({ ...more, evidence: [] }).toEqual({ ...compute(requests), evidence: [] })
    }),
  )
})
