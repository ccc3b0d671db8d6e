import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  type RequestsAndUses,
  supportRequestsPer100Uses,
} from '#scorecards/metrics/support-requests-per-100-uses.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { aSupportRequest, aUse, coveredFor, OUTSIDE } from '#test/support/requests.ts'

const input = (facts: Partial<RequestsAndUses>): RequestsAndUses => ({
  asOf: ASOF,
  requests: [],
  uses: [],
  covered: coveredFor(182),
  ...facts,
})

const compute = (facts: Partial<RequestsAndUses>) => supportRequestsPer100Uses.compute(input(facts))

const uses = (length: number, more: Parameters<typeof aUse>[0] = {}) =>
  Array.from({ length }, (_, index) => aUse({ id: `use ${index}`, ...more }))

const requests = (length: number, openedAt = daysAgo(7)) =>
  Array.from({ length }, (_, index) => aSupportRequest({ id: `request ${index}`, openedAt }))

test('the value is requests for a hundred successful uses', () => {
  expect(compute({ requests: requests(3), uses: uses(40) })).toMatchObject({
    value: 7.5,
    numerator: 3,
    denominator: 40,
    n: 40,
  })
})

test('only what worked, by the path, and was not set off by a machine is a use', () => {
  const result = compute({
    requests: [...requests(1), ...Object.values(OUTSIDE)],
    uses: [
      aUse(),
      aUse({ id: 'initiator unknown', userInitiated: null }),
      aUse({ id: 'machine', userInitiated: false }),
      aUse({ id: 'failed', result: 'failure' }),
      aUse({ id: 'around', mechanism: 'off_path' }),
      aUse({ id: 'failed somehow', result: 'failure', mechanism: null }),
      aUse({ id: 'way unknown', mechanism: null }),
      aUse({ id: 'result unknown', result: 'unknown' }),
    ],
  })
  expect(setsOf(result)).toEqual({
    counted: ['request 0'],
    'not_counted:use': ['initiator unknown', 'use'],
    'excluded:automated': ['machine'],
    'excluded:bot': ['bot'],
    'excluded:no_path': ['no path'],
    'excluded:not_by_path': ['around'],
    'excluded:not_successful': ['failed', 'failed somehow'],
    'excluded:platform_team': ['platform'],
    unknown: ['nobody', 'result unknown', 'way unknown'],
  })
  // One request and two uses; two more uses at best, one more request at worst.
  expect(result).toMatchObject({
    value: 50,
    nUnknown: 3,
    bounds: { low: 25, high: 100 },
    flags: ['has_unknown'],
    parts: { usesOfUnknownInitiator: 1, automatedUses: 1 },
  })
})

test('the window is half-open: 28 days ago is in', () => {
  const at = (instant: Date) => {
    const { numerator, denominator } = compute({
      requests: requests(1, instant),
      uses: uses(1, { occurredAt: instant }),
    })
    return [numerator, denominator]
  }
  expect(at(daysAgo(28))).toEqual([1, 1])
  expect(at(new Date(daysAgo(28).getTime() - 1))).toEqual([0, 0])
  expect(at(ASOF)).toEqual([0, 0])
})

test('requests and uses of hours that were not read are left out together', () => {
  const facts = { requests: requests(1), uses: uses(1), covered: coveredFor(6) }
  expect(setsOf(compute(facts))).toEqual({ 'excluded:not_covered': ['request 0', 'use 0'] })
})

test('without a use there is no value, below thirty no headline', () => {
  const of = (length: number) => {
    const facts = input({ requests: requests(3), uses: uses(length) })
    const { value, status, band } = measure(supportRequestsPer100Uses, facts, aContext())
    return [value, status, band]
  }
  expect(of(0)).toEqual([null, 'no_denominator', 'insufficient'])
  expect(of(24)).toEqual([12.5, 'insufficient_sample', 'insufficient'])
  expect(of(30)).toEqual([10, 'ok', 'watch'])
})

test('no request at all is a true zero', () => {
  expect(compute({ uses: uses(1000) })).toMatchObject({ value: 0, numerator: 0 })
})

test('a week without a use is a gap of the chart, however many requests it has', () => {
  const weekly = Array.from({ length: 26 }, (_, week) =>
    aUse({ id: `${week}`, occurredAt: daysAgo(7 * week + 1) }),
  )
  expect(compute({ uses: weekly }).parts).toMatchObject({ chartPoints: 26, trendUp: false })
  expect(compute({ uses: weekly, requests: requests(1, daysAgo(3)) }).parts['trendUp']).toBe(true)
  const fewer = { uses: weekly.slice(1), requests: requests(1, daysAgo(3)) }
  expect(compute(fewer).parts).toMatchObject({ chartPoints: 25, trendUp: false })
})

const anyFacts = fc
  .record({
    asked: fc.array(
      fc.record({
        days: fc.integer({ min: 1, max: 40 }),
        teamId: fc.constantFrom('payments', null),
        openedByGroup: fc.constantFrom('developers', null),
      }),
      { maxLength: 12 },
    ),
    used: fc.array(
      fc.record({
        days: fc.integer({ min: 1, max: 40 }),
        mechanism: fc.constantFrom('path' as const, 'off_path' as const, null),
        userInitiated: fc.constantFrom(true, false, null),
      }),
      { maxLength: 20 },
    ),
  })
  .map(({ asked, used }) => ({
    requests: asked.map(({ days, ...one }, id) =>
      aSupportRequest({ id: `r${id}`, openedAt: daysAgo(days), ...one }),
    ),
    uses: used.map(({ days, ...one }, id) =>
      aUse({ id: `u${id}`, occurredAt: daysAgo(days), ...one }),
    ),
  }))

test('the order of requests and uses does not matter', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const turned = { requests: facts.requests.toReversed(), uses: facts.uses.toReversed() }
      expect(compute(turned)).toEqual(compute(facts))
    }),
  )
})

test('work and requests that are left out change nothing but what is told of them', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const more = {
        requests: [...facts.requests, aSupportRequest({ id: 'bot', bot: true })],
        uses: [...facts.uses, aUse({ id: 'around', mechanism: 'manual_change' })],
      }
      expect({ ...compute(more), evidence: [] }).toEqual({ ...compute(facts), evidence: [] })
    }),
  )
})
