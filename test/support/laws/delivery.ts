import fc from 'fast-check'
import { automatedFulfilmentRate } from '#scorecards/metrics/automated-fulfilment-rate.ts'
import { changeFailRate } from '#scorecards/metrics/change-fail-rate.ts'
import { changeLeadTime } from '#scorecards/metrics/change-lead-time.ts'
import { deploymentFrequency } from '#scorecards/metrics/deployment-frequency.ts'
import { deploymentReworkRate } from '#scorecards/metrics/deployment-rework-rate.ts'
import { failedDeploymentRecoveryTime } from '#scorecards/metrics/failed-deployment-recovery-time.ts'
import { failedProvisioningRate } from '#scorecards/metrics/failed-provisioning-rate.ts'
import { humanWaitShare } from '#scorecards/metrics/human-wait-share.ts'
import { platformCausedFailureShare } from '#scorecards/metrics/platform-caused-failure-share.ts'
import { rollbackRate } from '#scorecards/metrics/rollback-rate.ts'
import { timeToUsableEnvironment } from '#scorecards/metrics/time-to-usable-environment.ts'
import {
  ASOF,
  aCase,
  aCoveredService,
  aDeployedChange,
  aRequest,
  aStep,
  daysAgo,
  hoursAgo,
  plusHours,
} from '#test/support/delivery.ts'
import { casesAddUp, countAddsUp, law, numbered, shareAddsUp } from '#test/support/laws/law.ts'

/** Deployments of a quarter, most of them to production. */
const aboutDeployment = fc.record({
  finishedAt: fc.integer({ min: 1, max: 91 * 24 }).map(hoursAgo),
  team: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', null),
  environmentTier: fc.constantFrom('production' as const, 'production' as const, null),
  outcome: fc.constantFrom(
    'success' as const,
    'success' as const,
    'failure' as const,
    'unknown' as const,
  ),
})

const STAGED = aCase({ id: 'left out', environmentTier: 'staging' })

const SHOPS = ['shop', 'till'].map((id) => aCoveredService(id, 91))

const aboutRequest = fc.record({
  hours: fc.integer({ min: 1, max: 28 * 24 }),
  took: fc.integer({ min: 0, max: 200 }),
  result: fc.constantFrom(
    'usable' as const,
    'usable' as const,
    'failed' as const,
    'timeout' as const,
    'cancelled' as const,
    'open' as const,
  ),
})

/** Requests of a month, each for something else; what ended after the as-of was open until then. */
const anyRequests = numbered(aboutRequest, ({ hours, took, result }, id) => {
  const requestedAt = hoursAgo(hours)
  const ended = plusHours(requestedAt, took)
  const isUsable = result === 'usable'
  return {
    ...aRequest({ id, requestedAt, result, usableAt: isUsable ? ended : null }),
    endedAt: isUsable || result === 'open' ? null : ended,
  }
})

/** Each logged with one step from its beginning on, if at all. */
const anyLogged = fc
  .tuple(
    anyRequests,
    fc.array(
      fc.option(
        fc.record({
          kind: fc.constantFrom('auto' as const, 'human_work' as const, 'human_wait' as const),
          actorGroup: fc.constantFrom('platform', 'requester', null),
          hours: fc.integer({ min: 0, max: 9 }),
        }),
      ),
      { minLength: 1 },
    ),
  )
  .map(([requests, logs]) =>
    requests.map((request, index) => {
      const log = logs[index % logs.length] ?? null
      const startedAt = request.requestedAt
      return {
        ...request,
        causeCode: null,
        firstHumanStepAt: null,
        steps:
          log === null
            ? []
            : [
                aStep({
                  kind: log.kind,
                  actorGroup: log.actorGroup,
                  startedAt,
                  endedAt: plusHours(startedAt, log.hours),
                }),
              ],
      }
    }),
  )

const REJECTED = {
  ...aRequest({ id: 'left out', result: 'rejected', usableAt: null }),
  endedAt: daysAgo(6),
  causeCode: null,
  firstHumanStepAt: null,
  steps: [],
}

export const DELIVERY_LAWS = {
  'SPD-01': law({
    metric: timeToUsableEnvironment,
    rows: anyRequests,
    toInput: (requests) => ({ asOf: ASOF, requests }),
    leftOut: aRequest({ id: 'left out', team: 'left out', requestedAt: daysAgo(92) }),
    addsUp: casesAddUp,
  }),
  'SPD-02': law({
    metric: changeLeadTime,
    rows: numbered(
      fc.record({
        hours: fc.option(fc.integer({ min: -5, max: 400 })),
        deployedAt: fc.integer({ min: 1, max: 91 * 24 }).map(hoursAgo),
        isOfFirstDeployment: fc.constantFrom(false, false, true),
      }),
      ({ hours, ...change }, id) => aDeployedChange(hours, { id, ...change }),
    ),
    toInput: (changes) => ({ asOf: ASOF, changes }),
    leftOut: aDeployedChange(5, { id: 'left out', authorKind: 'bot' }),
    leftOutParts: ['nBot'],
    addsUp: casesAddUp,
  }),
  'SPD-03': law({
    metric: deploymentFrequency,
    rows: numbered(
      fc.record({
        about: aboutDeployment,
        serviceId: fc.constantFrom('shop', 'till'),
        changeCount: fc.option(fc.integer({ min: 1, max: 9 })),
      }),
      ({ about, ...more }, id) => ({ ...aCase({ id, ...about }), ...more }),
    ),
    toInput: (deployments) => ({ asOf: ASOF, services: SHOPS, deployments }),
    leftOut: { ...STAGED, serviceId: 'shop', changeCount: 1 },
    unread: (input) => ({ ...input, services: SHOPS.map(({ id }) => ({ id, covered: [] })) }),
    addsUp: countAddsUp,
  }),
  'SPD-04': law({
    metric: automatedFulfilmentRate,
    rows: anyLogged,
    toInput: (requests) => ({ asOf: ASOF, requests }),
    leftOut: REJECTED,
    addsUp: shareAddsUp,
  }),
  'SPD-05': law({
    metric: humanWaitShare,
    rows: anyLogged.map((requests) => requests.slice(0, 5)),
    toInput: (requests) => ({ asOf: ASOF, requests, changes: [] }),
    leftOut: REJECTED,
    addsUp: casesAddUp,
  }),
  'REL-01': law({
    metric: failedProvisioningRate,
    rows: anyRequests,
    toInput: (attempts) => ({ asOf: ASOF, attempts }),
    leftOut: REJECTED,
    leftOutParts: ['excludedRejected'],
    addsUp: shareAddsUp,
  }),
  'REL-02': law({
    metric: rollbackRate,
    rows: numbered(
      fc.record({
        about: aboutDeployment,
        serviceId: fc.constantFrom('shop', 'till'),
        rollback: fc.constantFrom(
          'explicit' as const,
          'lower_version' as const,
          'unknown' as const,
        ),
        isAborted: fc.constantFrom(true, false, null),
      }),
      ({ about, ...more }, id) => ({ ...aCase({ id, ...about }), ...more }),
    ),
    toInput: (deployments) => ({ asOf: ASOF, services: SHOPS, deployments }),
    leftOut: { ...STAGED, serviceId: 'shop', rollback: 'explicit', isAborted: null },
    addsUp: shareAddsUp,
  }),
  'REL-03': law({
    metric: changeFailRate,
    rows: numbered(
      fc.record({
        about: aboutDeployment,
        failedBy: fc.constantFrom(
          'explicit' as const,
          'hotfix' as const,
          'inferred' as const,
          'none' as const,
          null,
        ),
      }),
      ({ about, failedBy }, id) => ({ ...aCase({ id, ...about }), failedBy }),
    ),
    toInput: (deployments) => ({ asOf: ASOF, reach: 'path' as const, deployments, incidents: [] }),
    leftOut: { ...STAGED, failedBy: 'explicit' },
    addsUp: shareAddsUp,
  }),
  'REL-04': law({
    metric: failedDeploymentRecoveryTime,
    rows: numbered(
      fc.record({
        about: aboutDeployment,
        failedBy: fc.constantFrom('explicit' as const, 'inferred' as const),
        startedAfter: fc.option(fc.integer({ min: 0, max: 20 })),
        hours: fc.option(fc.integer({ min: -5, max: 100 })),
      }),
      ({ about, failedBy, startedAfter, hours }, id) => {
        const detectedAt = startedAfter === null ? null : plusHours(about.finishedAt, startedAfter)
        const restoredAt =
          detectedAt === null || hours === null ? null : plusHours(detectedAt, hours)
        const incidents = [{ startedAt: null, detectedAt, restoredAt }]
        return { ...aCase({ id, ...about }), failedBy, incidents }
      },
    ),
    toInput: (deployments) => ({ asOf: ASOF, deployments }),
    leftOut: { ...STAGED, failedBy: 'explicit', incidents: [] },
    addsUp: casesAddUp,
  }),
  'REL-05': law({
    metric: deploymentReworkRate,
    rows: numbered(
      fc.record({
        about: aboutDeployment,
        kind: fc.constantFrom('planned' as const, 'hotfix' as const, 'rollback' as const, null),
        isRemedy: fc.boolean(),
      }),
      ({ about, ...more }, id) => ({ ...aCase({ id, ...about }), ...more }),
    ),
    toInput: (deployments) => ({ asOf: ASOF, deployments }),
    leftOut: { ...STAGED, kind: 'hotfix', isRemedy: false },
    addsUp: shareAddsUp,
  }),
  'REL-06': law({
    metric: platformCausedFailureShare,
    rows: numbered(
      fc.record({
        at: fc.integer({ min: 1, max: 28 }).map(daysAgo),
        causes: fc.array(fc.constantFrom('platform' as const, 'policy' as const, null), {
          maxLength: 3,
        }),
      }),
      (row, id) => ({ id, ...row }),
    ),
    toInput: (failures) => ({ asOf: ASOF, failures }),
    leftOut: null,
    addsUp: shareAddsUp,
  }),
}
