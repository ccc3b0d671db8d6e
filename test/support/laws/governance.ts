import { millisecondsInDay } from 'date-fns/constants'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Period } from '#lib/period.ts'
import type { GovernedDeployment, GovernedRequest } from '#scorecards/governance/evidence-cases.ts'
import type { Computed } from '#scorecards/measure.ts'
import { automatedEvidenceShare } from '#scorecards/metrics/automated-evidence-share.ts'
import { completePolicyEvidenceChanges } from '#scorecards/metrics/complete-policy-evidence-changes.ts'
import { completePolicyEvidenceRequests } from '#scorecards/metrics/complete-policy-evidence-requests.ts'
import { evidenceTimeliness } from '#scorecards/metrics/evidence-timeliness.ts'
import { exceptionDecisionTime } from '#scorecards/metrics/exception-decision-time.ts'
import { exceptionPrevalence } from '#scorecards/metrics/exception-prevalence.ts'
import { linkageRate } from '#scorecards/metrics/linkage-rate.ts'
import { overdueExceptions } from '#scorecards/metrics/overdue-exceptions.ts'
import { sourceCoverage } from '#scorecards/metrics/source-coverage.ts'
import { ASOF, daysAgo, hoursAgo, plusHours } from '#test/support/delivery.ts'
import {
  aGovernedDeployment,
  aGovernedRequest,
  anEvidence,
  aRequirement,
} from '#test/support/governance.ts'
import { anyTeamStates, NOT_MEANT } from '#test/support/laws/adoption.ts'
import { casesAddUp, law, numbered, shareAddsUp } from '#test/support/laws/law.ts'

const aboutSubject = fc.record({
  at: fc.integer({ min: 1, max: 28 * 24 }).map(hoursAgo),
  team: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  uncovered: fc.constantFrom<ReadonlySet<string>>(new Set(), new Set(), new Set(['scan'])),
})

const REQUIREMENTS = [aRequirement()]

/** A pass of every other one, by turns before its effect, after it, and too late. */
const evidenceOf = (
  subjectType: 'request' | 'deployment',
  subjects: readonly { readonly id: string; readonly at: Date | null }[],
) =>
  subjects.flatMap(({ id, at }, index) => {
    const after = [-1, null, 5, 30][index % 4] ?? null
    if (at === null || after === null) return []
    return [anEvidence({ subjectType, subjectId: id, producedAt: plusHours(at, after) })]
  })

const anyRequests = numbered(aboutSubject, ({ at, ...more }, id) =>
  aGovernedRequest({ id, effectAt: at, ...more }),
)

const ofRequests = (requests: readonly GovernedRequest[]) => ({
  asOf: ASOF,
  requirements: REQUIREMENTS,
  requests,
  evidence: evidenceOf(
    'request',
    // By their own number, so that their order is no matter.
    inOrder(requests).map(({ id, effectAt }) => ({ id, at: effectAt })),
  ),
})

const ofDeployments = (deployments: readonly GovernedDeployment[]) => ({
  asOf: ASOF,
  requirements: REQUIREMENTS,
  deployments,
  evidence: evidenceOf(
    'deployment',
    inOrder(deployments).map(({ id, finishedAt }) => ({ id, at: finishedAt })),
  ),
})

const inOrder = <Row extends { readonly id: string }>(rows: readonly Row[]) =>
  rows.toSorted((a, b) => Number(a.id) - Number(b.id) || 0)

/** Days that the intervals of a set span. */
const daysOf = ({ evidence }: Computed, kind: string) =>
  evidence
    .filter((set) => set.kind === kind)
    .flatMap(({ ids }) => ids)
    .map((id) => id.split('/').map(Date.parse))
    .reduce((sum, [from = 0, to = 0]) => sum + (to - from) / millisecondsInDay, 0)

function timeAddsUp(computed: Computed): void {
  const covered = daysOf(computed, 'counted')
  expect(computed.numerator).toBeCloseTo(covered, 9)
  expect(computed.denominator).toBeCloseTo(covered + daysOf(computed, 'not_counted'), 9)
}

const WINDOW: Period = { from: daysAgo(28), to: ASOF }

const NO_RECORDS = {
  deployment_team: null,
  deployment_changes: null,
  deployment_path: null,
  incident_deployment: null,
  service_owner: null,
}

export const GOVERNANCE_LAWS = {
  'GOV-01': law({
    metric: completePolicyEvidenceRequests,
    rows: anyRequests,
    toInput: (requests) => ({ reach: 'path' as const, ...ofRequests(requests) }),
    leftOut: aGovernedRequest({ id: 'left out', effectAt: null }),
    addsUp: shareAddsUp,
  }),
  'GOV-02': law({
    metric: completePolicyEvidenceChanges,
    rows: numbered(aboutSubject, ({ at, ...more }, id) =>
      aGovernedDeployment({ id, finishedAt: at, ...more }),
    ),
    toInput: (deployments) => ({ reach: 'path' as const, ...ofDeployments(deployments) }),
    leftOut: aGovernedDeployment({ id: 'left out', environmentTier: 'staging' }),
    addsUp: shareAddsUp,
  }),
  'GOV-03': law({
    metric: evidenceTimeliness,
    rows: anyRequests,
    toInput: (requests) => ({ ...ofRequests(requests), deployments: [] }),
    leftOut: aGovernedRequest({ id: 'left out', effectAt: null }),
    addsUp: shareAddsUp,
  }),
  'GOV-04': law({
    metric: automatedEvidenceShare,
    rows: numbered(
      fc.record({
        producedAt: fc.integer({ min: 1, max: 28 * 24 }).map(hoursAgo),
        collectorKind: fc.constantFrom('automated' as const, 'manual' as const, null),
      }),
      (row, id) => ({ id, ...row }),
    ),
    toInput: (evidence) => ({ asOf: ASOF, evidence }),
    leftOut: null,
    addsUp: shareAddsUp,
  }),
  'GOV-05': law({
    metric: exceptionPrevalence,
    rows: anyTeamStates,
    toInput: (teams) => ({ teams }),
    leftOut: NOT_MEANT,
    addsUp: shareAddsUp,
  }),
  'GOV-06': law({
    metric: overdueExceptions,
    rows: numbered(
      fc.record({
        isOpen: fc.boolean(),
        expiresOn: fc.option(fc.integer({ min: -30, max: 30 }).map(daysAgo)),
      }),
      (row, id) => ({ id, ...row }),
    ),
    toInput: (exceptions) => ({ asOf: ASOF, exceptions }),
    leftOut: { id: 'left out', isOpen: false, expiresOn: daysAgo(1) },
    addsUp: shareAddsUp,
  }),
  'GOV-07': law({
    metric: exceptionDecisionTime,
    rows: numbered(
      fc.record({
        requestedAt: fc.option(fc.integer({ min: 1, max: 91 }).map(daysAgo)),
        decidedAt: fc.option(fc.integer({ min: 1, max: 91 }).map(daysAgo)),
        decision: fc.constantFrom(
          'approved' as const,
          'rejected' as const,
          'withdrawn' as const,
          null,
        ),
      }),
      (row, id) => ({ id, ...row }),
    ),
    toInput: (exceptions) => ({ asOf: ASOF, exceptions }),
    leftOut: { id: 'left out', requestedAt: null, decidedAt: null, decision: null },
    addsUp: casesAddUp,
  }),
  'DQ-01': law({
    metric: sourceCoverage,
    rows: fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 200 }))
        .map(([hours, long]) => ({ from: hoursAgo(hours), to: plusHours(hoursAgo(hours), long) })),
      { maxLength: 6 },
    ),
    toInput: (intervals) => ({ window: WINDOW, intervals }),
    leftOut: null,
    addsUp: timeAddsUp,
  }),
  'DQ-02': law({
    metric: linkageRate,
    rows: numbered(
      fc.record({
        at: fc.option(fc.integer({ min: 1, max: 28 * 24 }).map(hoursAgo)),
        isLinked: fc.boolean(),
      }),
      (row, id) => ({ id, ...row }),
    ),
    toInput: (records) => ({ asOf: ASOF, records: { ...NO_RECORDS, deployment_team: records } }),
    leftOut: null,
    addsUp: shareAddsUp,
  }),
}
