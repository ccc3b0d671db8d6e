import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measure } from '#scorecards/measure.ts'
import { type Interactions, interactionModeMix } from '#scorecards/metrics/interaction-mode-mix.ts'
import { ASOF, aStep, daysAgo, hoursAgo, plusHours, setsOf } from '#test/support/delivery.ts'
import { aContext } from '#test/support/metrics.ts'
import {
  aProvisioningRequest,
  aTeamUse,
  aWorkedRequest,
  coveredFor,
  OUTSIDE,
} from '#test/support/requests.ts'

const AT = daysAgo(7)

const input = (facts: Partial<Interactions>): Interactions => ({
  asOf: ASOF,
  pathAgeWeeks: 52,
  uses: [],
  provisioningRequests: [],
  attempts: [],
  requests: [],
  teams: [],
  covered: coveredFor(92),
  ...facts,
})

const compute = (facts: Partial<Interactions>) => interactionModeMix.compute(input(facts))

/** What the one use of `payments` a week ago is, given these support requests. */
const setOfUse = (...requests: readonly Parameters<typeof aWorkedRequest>[0][]) =>
  compute({ uses: [aTeamUse()], requests: requests.map(aWorkedRequest) }).evidence[0]?.kind

const uses = (length: number, more: Parameters<typeof aTeamUse>[0] = {}) =>
  Array.from({ length }, (_, index) => aTeamUse({ id: `use ${index}`, ...more }))

test('uses, provisioning requests and attempts are episodes, one without a request self-service', () => {
  const result = compute({
    uses: [aTeamUse()],
    provisioningRequests: [aProvisioningRequest({ steps: [aStep()] })],
    attempts: [{ id: 'attempt', teamId: 'payments', startedAt: AT }],
  })
  expect(setsOf(result)).toEqual({ counted: ['attempt', 'provisioning', 'use'] })
  expect(result).toMatchObject({ value: 1, n: 3 })
})

test('a request belongs to what its team did up to 24 hours after and 72 before it', () => {
  const handed = { executedBy: 'platform' as const }
  const opened = (hours: number) => setOfUse({ ...handed, openedAt: plusHours(AT, hours) })
  expect(opened(-24)).toBe('not_counted:handoff')
  expect(opened(-24.01)).toBe('counted')
  expect(opened(71.99)).toBe('not_counted:handoff')
  expect(opened(72)).toBe('counted')
  expect(setOfUse({ ...handed, teamId: 'search' })).toBe('counted')
})

test('a request that names a provisioning request is of that one, whenever it was opened', () => {
  const result = compute({
    uses: [aTeamUse()],
    provisioningRequests: [aProvisioningRequest({ id: 'x', nativeId: 'R-1', steps: [aStep()] })],
    requests: [
      aWorkedRequest({ linkedRequestId: 'R-1', openedAt: daysAgo(1), executedBy: 'platform' }),
    ],
  })
  expect(setsOf(result)).toEqual({ counted: ['use'], 'not_counted:handoff': ['x'] })
})

test('what is not about the path or is no request of a team is linked to nothing', () => {
  for (const request of Object.values(OUTSIDE)) {
    expect(setOfUse({ ...request, executedBy: 'platform' })).toBe('counted')
  }
})

test('the log of a provisioning request tells of approvals, a missing one tells nothing', () => {
  const approved = aStep({ kind: 'human_wait', actorGroup: 'security' })
  const result = compute({
    provisioningRequests: [
      aProvisioningRequest({ id: 'approved', steps: [aStep(), approved] }),
      aProvisioningRequest({ id: 'automatic', steps: [aStep()] }),
      aProvisioningRequest({ id: 'dark' }),
    ],
  })
  expect(setsOf(result)).toEqual({
    counted: ['automatic'],
    'not_counted:handoff': ['approved'],
    unknown: ['dark'],
  })
  expect(result).toMatchObject({ value: 0.5, bounds: { low: 1 / 3, high: 2 / 3 } })
})

test('only what a person did by the path is an episode', () => {
  const result = compute({
    uses: [
      aTeamUse({ id: 'around', mechanism: 'manual_change' }),
      aTeamUse({ id: 'machine', userInitiated: false }),
      aTeamUse({ id: 'way unknown', mechanism: null }),
      aTeamUse({ id: 'initiator unknown', userInitiated: null }),
      aTeamUse({ id: 'nobody', teamId: null }),
      aTeamUse({ id: 'failed', result: 'failure' }),
    ],
  })
  expect(setsOf(result)).toEqual({
    counted: ['failed'],
    'excluded:automated': ['machine'],
    'excluded:not_by_path': ['around'],
    unknown: ['initiator unknown', 'nobody', 'way unknown'],
  })
})

test('a source that tells of requests tells of provisioning by them', () => {
  const provisioning = aTeamUse({ kind: 'provisioning', sourceId: 'portal' })
  const setWith = (sourceId: string) =>
    setsOf(
      compute({
        uses: [provisioning],
        provisioningRequests: [aProvisioningRequest({ sourceId, steps: [aStep()] })],
      }),
    )
  expect(setWith('portal')).toEqual({
    counted: ['provisioning'],
    'excluded:told_by_request': ['use'],
  })
  expect(setWith('other')).toEqual({ counted: ['provisioning', 'use'] })
})

test('an episode waits for 72 hours, since help may still be asked for', () => {
  const at = (hours: number) => compute({ uses: [aTeamUse({ occurredAt: hoursAgo(hours) })] })
  expect(at(72)).toMatchObject({ n: 1, notMatured: 0 })
  expect(at(71.99)).toMatchObject({ n: 0, notMatured: 1 })
})

test('where requests were not read around an episode it is unknown, never self-service', () => {
  const readFrom = (hours: number) =>
    compute({
      uses: [aTeamUse()],
      covered: [{ from: plusHours(AT, hours).getTime(), to: ASOF.getTime() }],
    })
  expect(setsOf(readFrom(-24))).toEqual({ counted: ['use'] })
  expect(setsOf(readFrom(-23))).toEqual({ unknown: ['use'] })
})

test('the window is half-open: 28 days ago is in', () => {
  const at = (occurredAt: Date) => compute({ uses: [aTeamUse({ occurredAt })] }).evidence.length
  expect(at(daysAgo(28))).toBe(1)
  expect(at(new Date(daysAgo(28).getTime() - 1))).toBe(0)
  expect(at(ASOF)).toBe(0)
})

test('the other modes are parts, each with its interval', () => {
  const result = compute({
    uses: ['a', 'b', 'c', 'd'].map((teamId) => aTeamUse({ id: teamId, teamId })),
    requests: [
      aWorkedRequest({ teamId: 'a', executedBy: 'platform' }),
      aWorkedRequest({ teamId: 'b', executedBy: 'requester' }),
      aWorkedRequest({ teamId: 'c', coDesign: true }),
    ],
  })
  expect(result.value).toBe(0.25)
  expect(result.parts).toMatchObject({
    handoffShare: 0.25,
    facilitationShare: 0.25,
    collaborationShare: 0.25,
  })
  // One of four, as the value.
  expect(result.parts['handoffShareLow']).toBe(result.ci?.low)
  expect(result.parts['handoffShareHigh']).toBe(result.ci?.high)
})

test('a team is new up to its first use, a newcomer for eight weeks, then established', () => {
  const partsOf = (firstUsedAt: Date | null) => {
    const teams = [{ id: 'payments', firstUsedAt }]
    const requests = [aWorkedRequest({ executedBy: 'requester' })]
    const { parts } = compute({ teams, uses: [aTeamUse()], requests })
    return [
      parts['selfServiceShareFirstUse'],
      parts['selfServiceShareNewcomer'],
      parts['selfServiceShareEstablished'],
      parts['facilitationShareEstablished'],
    ]
  }
  expect(partsOf(null)).toEqual([0, null, null, null])
  expect(partsOf(AT)).toEqual([0, null, null, null])
  expect(partsOf(plusHours(AT, -1))).toEqual([null, 0, null, null])
  expect(partsOf(plusHours(AT, -8 * 7 * 24 + 1))).toEqual([null, 0, null, null])
  expect(partsOf(plusHours(AT, -8 * 7 * 24))).toEqual([null, null, 0, 1])
})

/** Facilitated so many days ago by a group of the platform's side. */
const facilitated = (teamId: string, days: number, actorGroup: string) => {
  const id = `${teamId} ${days}`
  const steps = [aStep({ kind: 'human_work', actorGroup })]
  const terms = { id, teamId, requestedAt: daysAgo(days), steps }
  return {
    episode: aProvisioningRequest(terms),
    request: aWorkedRequest({ id, linkedRequestId: id, sessionCount: 1, executedBy: 'requester' }),
  }
}

const sameHelperShare = (...cases: readonly ReturnType<typeof facilitated>[]) =>
  compute({
    provisioningRequests: cases.map(({ episode }) => episode),
    requests: cases.map(({ request }) => request),
  }).parts['sameHelperShare']

test('help is a habit when the same group gave it in three periods of four weeks', () => {
  const habit = [10, 40, 70].map((days) => facilitated('a', days, 'platform'))
  expect(sameHelperShare(...habit)).toBe(1)
  expect(sameHelperShare(...habit.slice(0, 2))).toBe(0)
  expect(sameHelperShare(...habit, facilitated('b', 10, 'platform'))).toBe(0.5)
  const changing = [10, 40].map((days) => facilitated('a', days, 'platform'))
  expect(sameHelperShare(...changing, facilitated('a', 70, 'security'))).toBe(0)
  // Nobody was helped in the last four weeks.
  expect(sameHelperShare(...habit.slice(1))).toBeNull()
})

test('twenty episodes are enough, and a path in its first 26 weeks has no band', () => {
  const of = (length: number, pathAgeWeeks: number) => {
    const facts = input({ uses: uses(length), pathAgeWeeks })
    const { status, band } = measure(interactionModeMix, facts, aContext())
    return [status, band]
  }
  expect(of(0, 52)).toEqual(['no_denominator', 'insufficient'])
  expect(of(19, 52)).toEqual(['insufficient_sample', 'insufficient'])
  expect(of(20, 26)).toEqual(['ok', 'good'])
  expect(of(20, 25)).toEqual(['ok', 'none'])
})

const anyFacts = fc
  .record({
    used: fc.array(
      fc.record({
        days: fc.integer({ min: 1, max: 40 }),
        teamId: fc.constantFrom('payments', 'search', null),
        userInitiated: fc.constantFrom(true, false, null),
      }),
      { maxLength: 15 },
    ),
    asked: fc.array(
      fc.record({
        days: fc.integer({ min: 1, max: 40 }),
        teamId: fc.constantFrom('payments', 'search', null),
        executedBy: fc.constantFrom('requester' as const, 'platform' as const, null),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ used, asked }) => ({
    uses: used.map(({ days, ...one }, id) =>
      aTeamUse({ id: `${id}`, occurredAt: daysAgo(days), ...one }),
    ),
    requests: asked.map(({ days, ...one }, id) =>
      aWorkedRequest({ id: `${id}`, openedAt: daysAgo(days), ...one }),
    ),
  }))

test('the order of facts does not matter', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const turned = { uses: facts.uses.toReversed(), requests: facts.requests.toReversed() }
      expect(compute(turned)).toEqual(compute(facts))
    }),
  )
})

test('work that is left out changes nothing but its count', () => {
  const around = aTeamUse({ id: 'around', mechanism: 'parallel_pipeline' })
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const more = compute({ ...facts, uses: [...facts.uses, around] })
      expect({ ...more, evidence: [] }).toEqual({ ...compute(facts), evidence: [] })
    }),
  )
})
