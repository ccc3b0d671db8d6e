import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PathAttempt } from '#scorecards/adoption/path-attempts.ts'
import { measure } from '#scorecards/measure.ts'
import {
  type FirstSuccesses,
  timeToFirstSuccess,
} from '#scorecards/metrics/time-to-first-success.ts'
import { ASOF, daysAgo, hoursAgo, plusHours, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { anAttempt } from '#test/support/trails.ts'

const input = (
  attempts: readonly PathAttempt[],
  more: Partial<FirstSuccesses> = {},
): FirstSuccesses => ({ asOf: ASOF, reach: 'path', attempts, ...more })

const compute = (...terms: Parameters<typeof input>) => timeToFirstSuccess.compute(input(...terms))

const START = daysAgo(10)

/** Begun so many hours after the start, over an hour later. */
const tried = (hours: number, result: PathAttempt['result'], more: Partial<PathAttempt> = {}) => {
  const startedAt = plusHours(START, hours)
  return anAttempt({ startedAt, endedAt: plusHours(startedAt, 1), result, ...more })
}

test('the clock runs from the first attempt, whatever came of it, to the end of the first success', () => {
  const result = compute([tried(0, 'failure'), tried(5, 'cancelled'), tried(9, 'success')])
  expect(result).toMatchObject({ value: 10, n: 1, parts: { events: 1, medianAttemptsBefore: 2 } })
  expect(compute([tried(0, 'success'), tried(5, 'success')])).toMatchObject({
    value: 1,
    parts: { medianAttemptsBefore: 0 },
  })
})

test('the first success is that which ended first', () => {
  const long = tried(0, 'success', { endedAt: plusHours(START, 30) })
  expect(compute([long, tried(2, 'success')])).toMatchObject({
    value: 3,
    parts: { medianAttemptsBefore: 1 },
  })
})

test('a team without a success is watched until the as-of', () => {
  const result = compute([
    anAttempt({ team: 'a', startedAt: hoursAgo(5), result: 'failure' }),
    anAttempt({ team: 'b', startedAt: hoursAgo(3), result: 'open', endedAt: null }),
    anAttempt({ team: 'c', startedAt: hoursAgo(8), endedAt: hoursAgo(4) }),
  ])
  // At 4 hours two are watched, and one of them succeeds.
  expect(result).toMatchObject({ value: 4, n: 3, parts: { events: 1, censored: 2 } })
  expect(setsOf(result)).toEqual({ counted: ['c'], 'not_counted:censored': ['a', 'b'] })
})

test('a success after the as-of is not known yet, nor an attempt at it', () => {
  const late = anAttempt({ startedAt: hoursAgo(2), endedAt: ASOF })
  expect(setsOf(compute([late]))).toEqual({ 'not_counted:censored': ['payments'] })
  expect(compute([anAttempt({ startedAt: ASOF })]).evidence).toEqual([])
})

test('a success at an unknown moment is unknown, one that ended before it began an error', () => {
  const result = compute([
    anAttempt({ team: 'dark', endedAt: null }),
    anAttempt({ team: 'odd', endedAt: daysAgo(8) }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:ended_before_start': ['odd'],
    unknown: ['dark'],
  })
  expect(result).toMatchObject({ value: null, n: 0, nUnknown: 1, flags: ['has_unknown'] })
})

test('the window is half-open by the first attempt, and older attempts say which that is', () => {
  const kindAt = (startedAt: Date) => compute([anAttempt({ startedAt })]).evidence[0]?.kind
  expect(kindAt(daysAgo(91))).toBe('counted')
  expect(kindAt(new Date(daysAgo(91).getTime() - 1))).toBe('excluded:before_window')
  const older = [anAttempt({ startedAt: daysAgo(92), result: 'failure' }), anAttempt()]
  expect(setsOf(compute(older))).toEqual({ 'excluded:before_window': ['payments'] })
})

test('of an earlier window it is known what came after it', () => {
  const window = { from: daysAgo(14), to: daysAgo(9) }
  const attempts = [
    tried(0, 'failure'),
    tried(48, 'success'),
    anAttempt({ team: 'later', startedAt: daysAgo(9) }),
  ]
  expect(compute(attempts, { window })).toMatchObject({ value: 49, n: 1, window })
})

test('of one team its own time is told, without an interval and without a band', () => {
  const attempts = [tried(0, 'success')]
  const ofTeam = measure(timeToFirstSuccess, input(attempts, { reach: 'team' }), aContext())
  expect(ofTeam).toMatchObject({ value: 1, status: 'ok', ci: null, band: 'insufficient' })
  const waiting = measure(
    timeToFirstSuccess,
    input([tried(0, 'failure')], { reach: 'team' }),
    aContext(),
  )
  expect(waiting).toMatchObject({ value: null, status: 'ok' })
  expect(waiting.flags).toContain('median_not_reached')
})

test('six teams are enough', () => {
  const of = (length: number) => {
    const attempts = Array.from({ length }, (_, id) => anAttempt({ team: `${id}` }))
    return measure(timeToFirstSuccess, input(attempts), aContext())
  }
  expect([0, 5, 6].map((n) => [of(n).status, of(n).band])).toEqual([
    ['no_denominator', 'insufficient'],
    ['insufficient_sample', 'insufficient'],
    ['ok', 'good'],
  ])
})

test('the order of attempts does not matter, and a team left out changes only its set', () => {
  const anyAttempt = fc.record({
    team: fc.constantFrom('a', 'b', 'c'),
    hours: fc.nat(60),
    result: fc.constantFrom<PathAttempt['result']>('success', 'failure', 'open'),
  })
  fc.assert(
    fc.property(fc.array(anyAttempt, { maxLength: 20 }), (rows) => {
      const attempts = rows.map(({ team, hours, result }, id) =>
        tried(hours, result, { id: `${id}`, team }),
      )
      const result = compute(attempts)
      expect(compute(attempts.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual([...new Set(rows.map(({ team }) => team))].toSorted())
      const old = anAttempt({ team: 'old', startedAt: daysAgo(200) })
      expect({ ...compute([...attempts, old]), evidence: [] }).toEqual({ ...result, evidence: [] })
    }),
  )
})
