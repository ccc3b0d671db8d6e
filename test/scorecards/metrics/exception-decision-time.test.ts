import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  exceptionDecisionTime,
  type RequestedException,
} from '#scorecards/metrics/exception-decision-time.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

/** Requested 30 days ago and approved after four. */
const anException = (exception: Partial<RequestedException> = {}): RequestedException => ({
  id: 'exception',
  requestedAt: daysAgo(30),
  decidedAt: daysAgo(26),
  decision: 'approved',
  ...exception,
})

const compute = (exceptions: readonly RequestedException[]) =>
  exceptionDecisionTime.compute({ asOf: ASOF, exceptions })

test('approved and rejected ones end, open and withdrawn ones are censored', () => {
  const result = compute([
    anException({ id: 'approved' }),
    anException({ id: 'rejected', decision: 'rejected' }),
    anException({ id: 'open', decidedAt: null, decision: null }),
    anException({ id: 'withdrawn', decision: 'withdrawn' }),
    anException({ id: 'later', decidedAt: ASOF }),
  ])
  expect(setsOf(result)).toEqual({
    counted: ['approved', 'rejected'],
    'not_counted:censored': ['later', 'open', 'withdrawn'],
  })
  expect(result).toMatchObject({ n: 5, parts: { events: 2, censored: 3 } })
})

test('open ones push the median beyond the decided ones, and then it is not reached', () => {
  const open = (id: string) => anException({ id, decidedAt: null, decision: null })
  const result = compute([anException(), open('a'), open('b')])
  expect(result).toMatchObject({ value: null, parts: { naiveMedianOfCompleted: 4 } })
  expect(result.flags).toContain('median_not_reached')
})

test('what has no date is left out, and what was decided nobody knows when is unknown', () => {
  const result = compute([
    anException({ id: 'undated', requestedAt: null }),
    anException({ id: 'dark', decidedAt: null }),
    anException({ id: 'backwards', decidedAt: daysAgo(31) }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:decided_before_request': ['backwards'],
    'excluded:no_request_date': ['undated'],
    unknown: ['dark'],
  })
  expect(result).toMatchObject({ value: null, n: 0, nUnknown: 1 })
})

test('the window is half-open: requested 91 days ago is in', () => {
  const at = (requestedAt: Date) => compute([anException({ requestedAt })]).evidence.length
  expect([at(daysAgo(91)), at(new Date(daysAgo(91).getTime() - 1)), at(ASOF)]).toEqual([1, 0, 0])
})

test('five requests are enough', () => {
  const of = (length: number) => {
    const exceptions = Array.from({ length }, (_, index) =>
      anException({ id: `${index}`, decidedAt: daysAgo(10) }),
    )
    return measure(exceptionDecisionTime, { asOf: ASOF, exceptions }, aContext({ asOf: ASOF }))
  }
  expect(of(0)).toMatchObject({ status: 'no_denominator', value: null })
  expect(of(4)).toMatchObject({ status: 'insufficient_sample' })
  expect(of(5)).toMatchObject({ status: 'ok', value: 20 })
})
