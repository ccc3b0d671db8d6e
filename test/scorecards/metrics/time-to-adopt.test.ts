import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import { measure } from '#scorecards/measure.ts'
import {
  type AdoptionTimes,
  type MandatedOnset,
  timeToAdopt,
} from '#scorecards/metrics/time-to-adopt.ts'
import { ASOF, daysAgo, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import { anOnset, aTrail, LONG_AGO, times } from '#test/support/trails.ts'

const aTeam = (
  team: string,
  states: readonly AdoptionState[],
  more: Partial<MandatedOnset> = {},
): MandatedOnset => ({ ...anOnset(team, states), mandateAnnouncedAt: null, ...more })

/** Adopts at the end of its `week`th week. */
const anAdopter = (team: string, week: number, more: Partial<MandatedOnset> = {}) =>
  aTeam(team, [...times(week - 1, 'trying'), 'adopted', 'adopted'], more)

const input = (
  teams: readonly MandatedOnset[],
  more: Partial<AdoptionTimes> = {},
): AdoptionTimes => ({ ...LONG_AGO, asOf: ASOF, teams, hasMandateRegister: true, ...more })

const compute = (...terms: Parameters<typeof input>) => timeToAdopt.compute(input(...terms))

test('days run until the end of the first week in state adopted; who has not got there is watched', () => {
  const result = compute([
    anAdopter('a', 2),
    anAdopter('b', 3),
    aTeam('partial', times(5, 'partial')),
    aTeam('eligible', times(1, 'eligible')),
  ])
  // Of three watched for 14 days one adopts, then one of two: 2/3, then 1/3 are left.
  expect(result).toMatchObject({ value: 21, n: 4, parts: { events: 2, censored: 2 } })
  expect(result.parts['adoptedBy28Days']).toBeCloseTo(2 / 3, 12)
  expect(setsOf(result)).toEqual({
    counted: ['a', 'b'],
    'not_counted:censored': ['eligible', 'partial'],
  })
})

test('the clock starts when the path is both available and meant for the team', () => {
  const early = anAdopter('early', 3, { eligibleFrom: daysAgo(300) })
  expect(compute([early], { availableSince: daysAgo(17) }).value).toBe(10)
  const late = anAdopter('late', 3, { eligibleFrom: daysAgo(12) })
  expect(compute([late]).value).toBe(5)
})

test('a team that could adopt before anything was read is left out, as prevalent if it had', () => {
  const before = { eligibleFrom: daysAgo(100) }
  const firstCoveredAt = daysAgo(99)
  const result = compute(
    [
      aTeam('waiting', ['unknown', 'eligible', 'adopted'], before),
      aTeam('there', ['unknown', 'adopted'], before),
      aTeam('on the day', ['adopted'], { eligibleFrom: daysAgo(99) }),
    ],
    { firstCoveredAt },
  )
  expect(setsOf(result)).toEqual({
    counted: ['on the day'],
    'excluded:eligible_before_covered': ['waiting'],
    'excluded:prevalent': ['there'],
  })
  expect(result.parts['prevalent']).toBe(1)
  expect(compute([anAdopter('a', 1)], { firstCoveredAt: null }).n).toBe(0)
})

test('a team that had adopted before the path was meant for it is prevalent', () => {
  const result = compute([anAdopter('a', 1, { eligibleFrom: daysAgo(7) })])
  expect(setsOf(result)).toEqual({ 'excluded:prevalent': ['a'] })
})

test('a team for which the path is not meant, or not yet, is left out', () => {
  const result = compute([
    aTeam('never', times(3, 'not_eligible'), { eligibleFrom: null }),
    aTeam('at the as-of', times(3, 'not_eligible'), { eligibleFrom: ASOF }),
  ])
  expect(setsOf(result)).toEqual({ 'excluded:not_eligible': ['at the as-of', 'never'] })
})

test('a team is watched until the last week in which it could still adopt', () => {
  const watchedDays = (...last: AdoptionState[]) => {
    // The others are watched for longer, so that the share by 14 days falls with those at risk.
    const one = aTeam('one', ['eligible', ...last])
    return compute([one, ...['a', 'b'].map((id) => anAdopter(id, 2))]).parts['adoptedBy28Days']
  }
  expect(watchedDays('unknown')).toBe(1)
  expect(watchedDays('excepted')).toBe(1)
  expect(watchedDays('not_eligible')).toBe(1)
  expect(watchedDays('lapsed')).toBeNull()
  expect(watchedDays('unknown', 'adopted')).toBe(1)
})

test('of an unknown spell nothing is lost when the team comes back', () => {
  expect(compute([aTeam('a', ['trying', 'unknown', 'adopted'])]).value).toBe(21)
})

test('a team that could never be seen to adopt is unknown, waits, or is left out', () => {
  const result = compute([
    aTeam('dark', times(3, 'unknown')),
    aTeam('excused', times(3, 'excepted')),
    aTeam('new', [], { eligibleFrom: daysAgo(3) }),
    aTeam('newer', ['eligible'], { weeks: aTrail(['eligible'], 1), eligibleFrom: daysAgo(7) }),
  ])
  expect(setsOf(result)).toEqual({
    'excluded:excepted': ['excused'],
    not_matured: ['new', 'newer'],
    unknown: ['dark'],
  })
  expect(result).toMatchObject({ n: 0, nUnknown: 1, notMatured: 2, flags: ['has_unknown'] })
})

test('what happened after the as-of is not known', () => {
  const result = compute([anAdopter('a', 3)], { asOf: daysAgo(14) })
  expect(setsOf(result)).toEqual({ 'not_counted:censored': ['a'] })
})

test('a share by a day that nobody was watched for is empty, unless all have adopted', () => {
  const partsOf = (...teams: MandatedOnset[]) => compute(teams).parts
  const waiting = aTeam('waiting', times(8, 'trying'))
  expect(partsOf(waiting)).toMatchObject({
    adoptedBy28Days: 0,
    adoptedBy56Days: 0,
    adoptedBy91Days: null,
  })
  expect(partsOf(waiting, anAdopter('a', 4))).toMatchObject({ adoptedBy28Days: 1 / 2 })
  expect(partsOf(anAdopter('a', 3))).toMatchObject({ adoptedBy28Days: 1, adoptedBy91Days: 1 })
})

test('for the voluntary median a team is watched until its mandate is announced', () => {
  const teams = [
    anAdopter('free', 2),
    anAdopter('told', 4, { mandateAnnouncedAt: daysAgo(7 * 3) }),
    anAdopter('told after', 3, { mandateAnnouncedAt: daysAgo(7) }),
    anAdopter('told before', 1, { mandateAnnouncedAt: daysAgo(90) }),
  ]
  // Watched for 14 (adopted), 14 (told) and 21 days (adopted): 2/3, then none.
  expect(compute(teams).parts).toMatchObject({ voluntaryMedian: 21, voluntaryEvents: 2 })
  expect(compute(teams, { hasMandateRegister: false }).parts).toMatchObject({
    voluntaryMedian: null,
    voluntaryEvents: null,
  })
})

test('the window is the life of the path', () => {
  expect(compute([]).window).toEqual({ from: LONG_AGO.availableSince, to: ASOF })
})

test('eight teams are enough of which four have adopted', () => {
  const statusOf = (adopters: number, others: number) => {
    const teams = [
      ...Array.from({ length: adopters }, (_, id) => anAdopter(`adopter ${id}`, 2)),
      ...Array.from({ length: others }, (_, id) => aTeam(`other ${id}`, times(9, 'trying'))),
    ]
    return measure(timeToAdopt, input(teams), aContext()).status
  }
  expect(statusOf(0, 0)).toBe('no_denominator')
  expect(statusOf(4, 3)).toBe('insufficient_sample')
  expect(statusOf(3, 5)).toBe('insufficient_sample')
  expect(statusOf(4, 4)).toBe('ok')
})

test('the order of teams and weeks does not matter, and one left out changes only its count', () => {
  const anyState = fc.constantFrom<AdoptionState>('eligible', 'adopted', 'unknown', 'excepted')
  fc.assert(
    fc.property(fc.array(fc.array(anyState, { maxLength: 12 }), { maxLength: 12 }), (trails) => {
      const teams = trails.map((states, id) => aTeam(`${id}`, states))
      const result = compute(teams)
      const turned = teams.toReversed().map((team) => ({ ...team, weeks: team.weeks.toReversed() }))
      expect(compute(turned)).toEqual(result)
      const ids = result.evidence.flatMap((set) => set.ids)
      expect(ids.toSorted()).toEqual(teams.map(({ team }) => team).toSorted())
      const prevalent = anAdopter('there', 1, { eligibleFrom: daysAgo(7) })
      expect({ ...compute([...teams, prevalent]), evidence: [] }).toEqual({
        ...result,
        parts: { ...result.parts, prevalent: 1 },
        evidence: [],
      })
    }),
  )
})
