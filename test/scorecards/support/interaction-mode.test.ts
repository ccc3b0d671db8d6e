import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Help,
  helpOf,
  inferMode,
  type WorkedRequest,
} from '#scorecards/support/interaction-mode.ts'
import { aWorkedRequest } from '#test/support/requests.ts'

/** One request about which nothing is known, no approval. */
const aHelp = (help: Partial<Help> = {}): Help => ({
  isRead: true,
  linkedRequests: 1,
  hasManualApproval: false,
  hasCoDesign: false,
  sessions: 0,
  platformPeople: 0,
  haveBothSidesChanged: false,
  executedBy: null,
  types: [],
  ...help,
})

const modeOf = (help: Partial<Help>) => inferMode(aHelp(help))

test('silence is self-service only where a request would have been seen', () => {
  expect(modeOf({ linkedRequests: 0 })).toBe('self_service')
  expect(modeOf({ linkedRequests: 0, isRead: false })).toBeNull()
  expect(modeOf({ isRead: false, hasCoDesign: true })).toBeNull()
})

test('an approval that nobody knows of is not one that was not needed', () => {
  expect(modeOf({ linkedRequests: 0, hasManualApproval: null })).toBeNull()
  expect(modeOf({ hasManualApproval: null, executedBy: 'requester' })).toBeNull()
  expect(modeOf({ hasManualApproval: null, executedBy: 'platform' })).toBe('handoff')
})

test('designed together is collaboration, and so are two meetings with changes by both sides', () => {
  expect(modeOf({ hasCoDesign: true, executedBy: 'platform' })).toBe('collaboration')
  const joint = { sessions: 2, platformPeople: 1, haveBothSidesChanged: true }
  expect(modeOf(joint)).toBe('collaboration')
  expect(modeOf({ ...joint, sessions: 1 })).toBeNull()
  expect(modeOf({ ...joint, platformPeople: 0 })).toBeNull()
  expect(modeOf({ ...joint, haveBothSidesChanged: false })).toBeNull()
})

test('who does it after a meeting or a lesson is facilitated, approved by hand or not', () => {
  const own = { executedBy: 'requester' as const, hasManualApproval: true }
  expect(modeOf({ ...own, sessions: 1 })).toBe('facilitation')
  expect(modeOf({ ...own, types: ['how_to'] })).toBe('facilitation')
  expect(modeOf({ ...own, types: ['access', 'onboarding'] })).toBe('facilitation')
  expect(modeOf({ ...own, types: ['coaching'] })).toBe('facilitation')
  expect(modeOf({ ...own, types: ['access'] })).toBe('handoff')
})

test('done by the platform team or approved by hand is a hand-off', () => {
  expect(modeOf({ executedBy: 'platform', sessions: 1, types: ['how_to'] })).toBe('handoff')
  expect(modeOf({ linkedRequests: 0, hasManualApproval: true })).toBe('handoff')
})

test('done by the one who asked is facilitation, done by nobody knows whom is unknown', () => {
  expect(modeOf({ executedBy: 'requester' })).toBe('facilitation')
  expect(modeOf({})).toBeNull()
})

const known = { isRead: true, hasManualApproval: false }

test('several requests are taken together', () => {
  const requests = [
    aWorkedRequest({ type: 'how_to', sessionCount: 1, executedBy: 'requester' }),
    aWorkedRequest({
      type: 'question',
      sessionCount: 1,
      platformPeopleCount: 2,
      executedBy: 'requester',
      bothSidesChanged: true,
      coDesign: false,
    }),
  ]
  expect(helpOf(requests, known)).toEqual({
    ...known,
    linkedRequests: 2,
    hasCoDesign: false,
    sessions: 2,
    platformPeople: 2,
    haveBothSidesChanged: true,
    executedBy: 'requester',
    types: ['how_to'],
  })
})

test('any part done by the platform team is done there, a part done by nobody knows whom is unknown', () => {
  const executorOf = (...executors: readonly WorkedRequest['executedBy'][]) =>
    helpOf(
      executors.map((executedBy) => aWorkedRequest({ executedBy })),
      known,
    ).executedBy
  expect(executorOf('requester', 'platform', null)).toBe('platform')
  expect(executorOf('requester', null)).toBeNull()
  expect(executorOf()).toBeNull()
})

test('the order of requests does not matter to the mode', () => {
  const anyWorked = fc.record({
    type: fc.constantFrom('how_to', 'access', null),
    sessionCount: fc.constantFrom(0, 1, null),
    executedBy: fc.constantFrom('requester' as const, 'platform' as const, null),
    coDesign: fc.constantFrom(true, false, null),
  })
  fc.assert(
    fc.property(fc.array(anyWorked.map(aWorkedRequest), { maxLength: 4 }), (requests) => {
      const turned = inferMode(helpOf(requests.toReversed(), known))
      expect(turned).toBe(inferMode(helpOf(requests, known)))
    }),
  )
})
