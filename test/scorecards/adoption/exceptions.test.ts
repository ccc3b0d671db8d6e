import { expect, test } from 'vitest'
import { daysBefore } from '#lib/period.ts'
import {
  type DecidedException,
  missingFields,
  type RoadmapException,
  roadmapCandidates,
} from '#scorecards/adoption/exceptions.ts'

const ASOF = new Date('2026-03-02T00:00:00Z')

const anException = (exception: Partial<RoadmapException> = {}): RoadmapException => ({
  team: 'payments',
  gapCode: 'gpu',
  requestedAt: daysBefore(ASOF, 10),
  decision: 'approved',
  renewals: 0,
  openDays: 10,
  ...exception,
})

const ofTeams = (teams: readonly string[], exception: Partial<RoadmapException> = {}) =>
  teams.map((team) => anException({ team, ...exception }))

const candidates = (exceptions: readonly RoadmapException[], eligibleTeams = 100) =>
  roadmapCandidates(exceptions, { asOf: ASOF, eligibleTeams })

test('a gap of three teams is a candidate, one of two is not', () => {
  expect(candidates(ofTeams(['a', 'b', 'c']))).toEqual([
    { gap: 'gpu', teams: 3, renewals: 0, medianOpenDays: 10, reach: 0.03, why: ['distinct_teams'] },
  ])
  expect(candidates(ofTeams(['a', 'b']))).toEqual([])
})

test('several exceptions of one team are one team', () => {
  expect(candidates(ofTeams(['a', 'a', 'a', 'b']))).toEqual([])
})

test('two teams are enough with two renewals, or when they are a tenth of the eligible', () => {
  const [first] = candidates([...ofTeams(['a'], { renewals: 2 }), ...ofTeams(['b'])])
  expect(first?.why).toEqual(['renewals'])
  expect(candidates(ofTeams(['a', 'b']), 20)[0]?.why).toEqual(['share_of_eligible'])
  expect(candidates(ofTeams(['a', 'b']), 21)).toEqual([])
})

test('one team is never a candidate, whatever it renews', () => {
  expect(candidates(ofTeams(['a'], { renewals: 9 }), 1)).toEqual([])
})

test('without eligible teams there is no reach', () => {
  expect(candidates(ofTeams(['a', 'b', 'c']), 0)[0]?.reach).toBeNull()
})

test('the window is half-open: 180 days ago is in, the as-of is not', () => {
  const others = ofTeams(['a', 'b'])
  const at = (requestedAt: Date) => candidates([...others, anException({ team: 'c', requestedAt })])
  expect(at(daysBefore(ASOF, 180))).toHaveLength(1)
  expect(at(new Date(daysBefore(ASOF, 180).getTime() - 1))).toEqual([])
  expect(at(ASOF)).toEqual([])
})

test.each<[string, Partial<RoadmapException>]>([
  ['rejected', { decision: 'rejected' }],
  ['withdrawn', { decision: 'withdrawn' }],
  ['without a gap code', { gapCode: null }],
  ['without a day of request', { requestedAt: null }],
])('an exception that is %s does not count', (_, exception) => {
  expect(candidates([...ofTeams(['a', 'b']), anException({ team: 'c', ...exception })])).toEqual([])
})

test('an undecided request counts', () => {
  const waiting = anException({ team: 'c', decision: null })
  expect(candidates([...ofTeams(['a', 'b']), waiting])).toHaveLength(1)
})

test('most teams come first, then renewals, then open days, then the code', () => {
  const gap = (gapCode: string, teams: number, renewals: number, openDays: number) =>
    Array.from({ length: teams }, (_, index) =>
      anException({ team: `${index}`, gapCode, renewals: index === 0 ? renewals : 0, openDays }),
    )
  const ranked = candidates([
    ...gap('d', 3, 0, 10),
    ...gap('c', 3, 0, 10),
    ...gap('b', 3, 0, 20),
    ...gap('e', 3, 1, 10),
    ...gap('f', 4, 0, 10),
  ])
  expect(ranked.map((one) => one.gap)).toEqual(['f', 'e', 'b', 'c', 'd'])
})

const aDecision = (decision: Partial<DecidedException> = {}): DecidedException => ({
  decision: 'approved',
  scope: 'full',
  serviceIds: [],
  explanation: null,
  alternative: null,
  owner: 'payments',
  expiresOn: ASOF,
  compensatingControl: 'manual review',
  ...decision,
})

test('a complete approval misses nothing', () => {
  expect(missingFields(aDecision())).toEqual([])
})

test('an approval needs scope, owner, expiry and a compensating control', () => {
  const bare = {
    owner: null,
    expiresOn: null,
    compensatingControl: null,
    scope: 'partial',
  } as const
  expect(missingFields(aDecision(bare))).toEqual([
    'scope',
    'owner',
    'expiry',
    'compensating control',
  ])
  expect(missingFields(aDecision({ scope: 'partial', serviceIds: ['checkout'] }))).toEqual([])
})

test('a rejection needs an explanation and an alternative', () => {
  const rejected = { decision: 'rejected', owner: null } as const
  expect(missingFields(aDecision(rejected))).toEqual(['explanation', 'alternative'])
  const kind = { ...rejected, explanation: 'planned', alternative: 'use the queue' }
  expect(missingFields(aDecision(kind))).toEqual([])
})

test('what is withdrawn or not decided misses nothing', () => {
  const bare = { owner: null, expiresOn: null, compensatingControl: null }
  expect(missingFields(aDecision({ ...bare, decision: 'withdrawn' }))).toEqual([])
  expect(missingFields(aDecision({ ...bare, decision: null }))).toEqual([])
})
