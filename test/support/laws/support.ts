import fc from 'fast-check'
import { expect } from 'vitest'
import { interactionModeMix } from '#scorecards/metrics/interaction-mode-mix.ts'
import { newcomerSupportRatio } from '#scorecards/metrics/newcomer-support-ratio.ts'
import { supportRequestMix } from '#scorecards/metrics/support-request-mix.ts'
import {
  supportRequestsPer100Uses,
  type Use,
} from '#scorecards/metrics/support-requests-per-100-uses.ts'
import { supportRequestsPerWeek } from '#scorecards/metrics/support-requests-per-week.ts'
import { supportResolutionTime } from '#scorecards/metrics/support-resolution-time.ts'
import type { SupportRequest } from '#scorecards/support/requests.ts'
import { ASOF, daysAgo, hoursAgo, plusHours } from '#test/support/delivery.ts'
import {
  casesAddUp,
  countAddsUp,
  law,
  numbered,
  setSize,
  shareAddsUp,
} from '#test/support/laws/law.ts'
import {
  aSupportRequest,
  aTeamUse,
  aUse,
  aWorkedRequest,
  coveredFor,
} from '#test/support/requests.ts'

const aboutRequest = fc.record({
  openedAt: fc.integer({ min: 1, max: 60 * 24 }).map(hoursAgo),
  teamId: fc.constantFrom('a', 'b', 'c', null),
  openedByGroup: fc.constantFrom('developers', 'platform', null),
  pathId: fc.constantFrom('deploy', 'deploy', null),
})

const anyTyped = numbered(
  fc.record({ about: aboutRequest, type: fc.constantFrom('how_to', 'bug', 'nonsense', null) }),
  ({ about, type }, id) => ({ ...aSupportRequest({ id, ...about }), type }),
)

const BY_MACHINE = { ...aSupportRequest({ id: 'left out', bot: true }), type: null }

/** Read but for two days in the third week before. */
const READ = [
  { from: daysAgo(200).getTime(), to: daysAgo(20).getTime() },
  { from: daysAgo(18).getTime(), to: ASOF.getTime() },
]

type RequestOrUse = { readonly request: SupportRequest } | { readonly use: Use }

const anyRequestsAndUses = numbered<RequestOrUse, RequestOrUse>(
  fc.oneof(
    aboutRequest.map((about) => ({ request: aSupportRequest(about) })),
    fc
      .record({
        occurredAt: fc.integer({ min: 1, max: 60 * 24 }).map(hoursAgo),
        mechanism: fc.constantFrom('path' as const, 'path' as const, 'off_path' as const, null),
        result: fc.constantFrom('success' as const, 'failure' as const, 'unknown' as const),
        userInitiated: fc.constantFrom(true, false, null),
      })
      .map((use) => ({ use: aUse(use) })),
  ),
  (one, id) =>
    'use' in one
      ? { use: { ...one.use, id: `use ${id}` } }
      : { request: { ...one.request, id: `request ${id}` } },
  30,
)

export const SUPPORT_LAWS = {
  'SUP-01': law({
    metric: supportRequestsPerWeek,
    rows: anyTyped,
    toInput: (requests) => ({ asOf: ASOF, requests, covered: READ }),
    leftOut: BY_MACHINE,
    unread: (input) => ({ ...input, covered: [] }),
    addsUp: countAddsUp,
  }),
  'SUP-02': law({
    metric: supportRequestsPer100Uses,
    rows: anyRequestsAndUses,
    toInput: (rows) => ({
      asOf: ASOF,
      covered: READ,
      requests: rows.flatMap((row) => ('request' in row ? [row.request] : [])),
      uses: rows.flatMap((row) => ('use' in row ? [row.use] : [])),
    }),
    leftOut: { use: aUse({ id: 'left out', mechanism: 'manual_change' }) },
    unread: (input) => ({ ...input, covered: [] }),
    addsUp: (computed) => {
      countAddsUp(computed)
      expect(setSize(computed, 'not_counted:use')).toBe(computed.denominator)
    },
  }),
  'SUP-03': law({
    metric: supportRequestMix,
    rows: anyTyped,
    toInput: (requests) => ({ asOf: ASOF, requests }),
    leftOut: BY_MACHINE,
    addsUp: shareAddsUp,
  }),
  'SUP-04': law({
    metric: newcomerSupportRatio,
    rows: anyTyped,
    toInput: (requests) => ({
      asOf: ASOF,
      covered: READ,
      requests,
      teams: [
        { id: 'a', firstAttemptAt: daysAgo(300) },
        { id: 'b', firstAttemptAt: daysAgo(40) },
        { id: 'c', firstAttemptAt: null },
      ],
    }),
    leftOut: BY_MACHINE,
    unread: (input) => ({ ...input, covered: [] }),
    addsUp: (computed) => {
      casesAddUp(computed)
      expect(setSize(computed, 'counted')).toBe(computed.parts['newcomerRequests'])
    },
  }),
  'SUP-05': law({
    metric: supportResolutionTime,
    rows: numbered(
      fc.record({
        about: aboutRequest,
        hours: fc.option(fc.integer({ min: -5, max: 200 })),
        statusCategory: fc.constantFrom('open' as const, 'done' as const, null),
      }),
      ({ about, hours, statusCategory }, id) => ({
        ...aSupportRequest({ id, ...about }),
        resolvedAt: hours === null ? null : plusHours(about.openedAt, hours),
        statusCategory,
      }),
    ),
    toInput: (requests) => ({ asOf: ASOF, requests, slaHours: 24, isResolutionTold: true }),
    leftOut: { ...BY_MACHINE, resolvedAt: null, statusCategory: null },
    addsUp: casesAddUp,
  }),
  'SUP-06': law({
    metric: interactionModeMix,
    rows: numbered(
      fc.record({
        occurredAt: fc.integer({ min: 1, max: 28 * 24 }).map(hoursAgo),
        teamId: fc.constantFrom('a', 'b', 'c', null),
        mechanism: fc.constantFrom('path' as const, 'path' as const, 'off_path' as const, null),
        userInitiated: fc.constantFrom(true, true, false, null),
      }),
      (use, id) => aTeamUse({ id, ...use }),
    ),
    toInput: (uses) => ({
      asOf: ASOF,
      pathAgeWeeks: 52,
      covered: coveredFor(92),
      uses,
      provisioningRequests: [],
      attempts: [],
      teams: [{ id: 'a', firstUsedAt: daysAgo(300) }],
      requests: ['a', 'b', 'a'].map((teamId, index) =>
        aWorkedRequest({
          id: `${index}`,
          teamId,
          openedAt: daysAgo(5 * index + 4),
          executedBy: index === 0 ? 'requester' : 'platform',
        }),
      ),
    }),
    leftOut: aTeamUse({ id: 'left out', mechanism: 'parallel_pipeline' }),
    unread: (input) => ({ ...input, covered: [] }),
    addsUp: shareAddsUp,
  }),
}
