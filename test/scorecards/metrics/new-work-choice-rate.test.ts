import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import {
  type NewService,
  type NewWork,
  newWorkChoiceRate,
} from '#scorecards/metrics/new-work-choice-rate.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'

/** Freely created through the path `deploy`. */
const aService = (id: string, more: Partial<NewService> = {}): NewService => ({
  id,
  createdAt: daysAgo(7),
  createdVia: 'path:deploy',
  offPathOptionExisted: true,
  forced: false,
  ...more,
})

const input = (services: readonly NewService[], more: Partial<NewWork> = {}): NewWork => ({
  asOf: ASOF,
  pathId: 'deploy',
  services,
  ...more,
})

const compute = (...terms: Parameters<typeof input>) => newWorkChoiceRate.compute(input(...terms))

test('the path was chosen by what was created through it, and no other path is it', () => {
  const result = compute([
    aService('chosen'),
    aService('by hand', { createdVia: 'manual' }),
    aService('other path', { createdVia: 'path:build' }),
  ])
  expect(setsOf(result)).toEqual({ counted: ['chosen'], not_counted: ['by hand', 'other path'] })
  expect(result).toMatchObject({ value: 1 / 3, numerator: 1, denominator: 3 })
})

test('what was forced, or had no other way, says nothing of a choice', () => {
  const result = compute([
    aService('forced', { forced: true }),
    aService('forced, the rest unknown', {
      forced: true,
      createdVia: null,
      offPathOptionExisted: null,
    }),
    aService('forced, no other way', { forced: true, offPathOptionExisted: false }),
    aService('no other way', { offPathOptionExisted: false, forced: null }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:forced': ['forced', 'forced, no other way', 'forced, the rest unknown'],
    'excluded:no_other_way': ['no other way'],
  })
  expect(result).toMatchObject({
    value: null,
    n: 0,
    nUnknown: 0,
    parts: { excludedForced: 3, excludedNoOtherWay: 1 },
  })
})

test.each<Partial<NewService>>([
  { createdVia: null },
  { offPathOptionExisted: null },
  { forced: null },
])('what is not known of a service, %o, puts it in neither count', (more) => {
  const result = compute([aService('known'), aService('dark', more)])
  expect(setsOf(result)).toEqual({ counted: ['known'], unknown: ['dark'] })
  expect(result).toMatchObject({ value: 1, nUnknown: 1, bounds: { low: 1 / 2, high: 1 } })
})

test('the window is half-open by creation, and without a known one a service is left out', () => {
  const kindsAt = (createdAt: Date | null) =>
    compute([aService('a', { createdAt })]).evidence.map(({ kind }) => kind)
  expect(kindsAt(daysAgo(91))).toEqual(['counted'])
  expect(kindsAt(new Date(daysAgo(91).getTime() - 1))).toEqual([])
  expect(kindsAt(ASOF)).toEqual([])
  expect(kindsAt(null)).toEqual(['excluded:no_creation'])
})

test('it can look at another window', () => {
  const window = { from: daysAgo(182), to: daysAgo(91) }
  expect(compute([aService('a', { createdAt: daysAgo(100) })], { window })).toMatchObject({
    n: 1,
    window,
  })
})

test('eight new services are enough', () => {
  const of = (length: number) => {
    const services = Array.from({ length }, (_, id) => aService(`${id}`, { createdVia: 'manual' }))
    return measure(newWorkChoiceRate, input(services), aContext())
  }
  // None of eight: the upper Wilson limit is z² / (8 + z²) = .324.
  expect([0, 7, 8].map((n) => [of(n).status, of(n).band])).toEqual([
    ['no_denominator', 'insufficient'],
    ['insufficient_sample', 'insufficient'],
    ['ok', 'bad'],
  ])
})

test('order does not matter, sets hold every service once, a forced one changes only its count', () => {
  const answer = fc.constantFrom(true, false, null)
  const anyService = fc.record({
    createdVia: fc.constantFrom('path:deploy', 'manual', null),
    offPathOptionExisted: answer,
    forced: fc.constantFrom(false, null),
  })
  fc.assert(
    fc.property(fc.array(anyService, { maxLength: 20 }), (all) => {
      const services = all.map((service, id) => aService(`${id}`, service))
      const result = compute(services)
      expect(compute(services.toReversed())).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(services.map(({ id }) => id).toSorted())
      const more = compute([...services, aService('forced', { forced: true })])
      expect({ ...more, evidence: [] }).toEqual({
        ...result,
        parts: { ...result.parts, excludedForced: 1 },
        evidence: [],
      })
    }),
  )
})
