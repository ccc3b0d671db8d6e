import { millisecondsInHour, millisecondsInMinute, millisecondsInWeek } from 'date-fns/constants'
import { z } from 'zod'
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
import {
  ASOF,
  aCase,
  aDeployedChange,
  anIncident,
  aRequest,
  aStep,
  daysAgo,
  hoursAgo,
} from '#test/support/delivery.ts'
import { day, record, rowsOf } from '#test/vectors/record.ts'
import { adapter } from '#test/vectors/statistic-adapters.ts'

const count = z.int().nonnegative().default(0)

/** The `length` weeks before the as-of. */
const weeksBefore = (length: number) => ({ from: daysAgo(7 * length), to: ASOF })

const Deployments = z.object({
  deployments: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['planned', 'hotfix', 'rollback']).nullable(),
      failed: z.boolean().nullable(),
      matured: z.boolean(),
    }),
  ),
})

/** At the edge of the time that a failure is given to show, on the side that the vector says. */
const toCases = ({ deployments }: z.output<typeof Deployments>) =>
  deployments.map(({ id, kind, failed, matured }) => ({
    ...aCase({ id, finishedAt: hoursAgo(matured ? 72 : 71) }),
    kind,
    failed,
  }))

const FAILED_BY = { true: 'explicit', false: 'none', null: null } as const

export const deliveryAdapters: Readonly<Record<string, (inputs: unknown) => unknown>> = {
  'SPD-02': adapter(
    z.object({
      changes: z.array(
        z.object({
          committedAt: day.nullable(),
          deployedAt: day.nullable(),
          bot: z.boolean().default(false),
        }),
      ),
    }),
    ({ changes }) => {
      const deployed = changes.flatMap(({ committedAt, deployedAt, bot }, index) => {
        const authorKind = bot ? ('bot' as const) : ('human' as const)
        const terms = { id: `${index}`, firstCommitAt: committedAt, authorKind }
        return deployedAt === null ? [] : [aDeployedChange(null, { ...terms, deployedAt })]
      })
      const asOf = new Date('2100-01-01T00:00:00Z')
      const window = { from: new Date(0), to: asOf }
      return record(changeLeadTime, { asOf, window, changes: deployed }, asOf)
    },
  ),
  'SPD-03': adapter(
    z.object({ successfulDeploymentsByWeek: z.array(z.int().nullable()), service: z.string() }),
    ({ successfulDeploymentsByWeek: weeks, service }) => {
      const window = weeksBefore(weeks.length)
      const startOf = (week: number) => window.from.getTime() + week * millisecondsInWeek
      const deployments = weeks.flatMap((deployed, week) =>
        rowsOf(`${week}`, deployed ?? 0, (id) => ({
          ...aCase({ id, finishedAt: new Date(startOf(week)) }),
          serviceId: service,
          changeCount: null,
        })),
      )
      const covered = weeks.flatMap((deployed, week) =>
        deployed === null ? [] : [{ from: startOf(week), to: startOf(week + 1) }],
      )
      const services = [{ id: service, covered }]
      return record(deploymentFrequency, { asOf: ASOF, window, services, deployments }, ASOF)
    },
  ),
  'SPD-04': adapter(
    z.object({
      requests: z.object({
        fulfilledNoHuman: count,
        fulfilledWithHuman: count,
        humanStepUnknown: count,
        notTerminal: count,
      }),
    }),
    ({ requests }) => {
      const byHand = aStep({ kind: 'human_work', actorGroup: 'platform' })
      const logged = (steps: readonly ReturnType<typeof aStep>[]) => (id: string) => ({
        ...aRequest({ id }),
        firstHumanStepAt: null,
        steps,
      })
      const open = { requestedAt: hoursAgo(1), usableAt: null, result: 'open' } as const
      return record(
        automatedFulfilmentRate,
        {
          asOf: ASOF,
          requests: [
            ...rowsOf('automatic', requests.fulfilledNoHuman, logged([aStep()])),
            ...rowsOf('by hand', requests.fulfilledWithHuman, logged([aStep(), byHand])),
            ...rowsOf('unknown', requests.humanStepUnknown, logged([])),
            ...rowsOf('open', requests.notTerminal, logged([])).map((one) => ({
              ...one,
              ...open,
            })),
          ],
        },
        ASOF,
      )
    },
  ),
  'SPD-05': adapter(
    z.object({
      chains: z.array(z.object({ totalMin: z.number(), humanWaitMin: z.number().nullable() })),
    }),
    ({ chains }) => {
      // In the order of the vector, since the bootstrap draws by place.
      const requests = chains.map(({ totalMin, humanWaitMin }, index) => {
        const usableAt = new Date(daysAgo(7).getTime() + index * millisecondsInMinute)
        const requestedAt = new Date(usableAt.getTime() - totalMin * millisecondsInMinute)
        const actedAt = new Date(requestedAt.getTime() + (humanWaitMin ?? 0) * millisecondsInMinute)
        const wait = aStep({ kind: 'human_wait', startedAt: requestedAt, endedAt: actedAt })
        const work = aStep({ startedAt: actedAt, endedAt: usableAt })
        const steps = humanWaitMin === null ? [] : [wait, work]
        return { ...aRequest({ id: `${index}`, requestedAt, usableAt }), steps }
      })
      return record(humanWaitShare, { asOf: ASOF, requests, changes: [] }, ASOF)
    },
  ),
  'REL-01': adapter(
    z.object({
      requests: z.object({
        usable: count,
        failed: count,
        timedOut: count,
        policyRejected: count,
        userCancelled: count,
        open: count,
      }),
    }),
    ({ requests }) => {
      const ended = { usableAt: null, endedAt: daysAgo(6) }
      const rows = (result: Parameters<typeof aRequest>[0], length: number) =>
        rowsOf(result?.result ?? '', length, (id) => aRequest({ id, ...result }))
      const result = record(
        failedProvisioningRate,
        {
          asOf: ASOF,
          attempts: [
            ...rows({ result: 'usable' }, requests.usable),
            ...rows({ result: 'failed', ...ended }, requests.failed),
            ...rows({ result: 'timeout', ...ended }, requests.timedOut),
            ...rows({ result: 'rejected', ...ended }, requests.policyRejected),
            ...rows({ result: 'cancelled', ...ended }, requests.userCancelled),
            ...rows({ result: 'open', usableAt: null, requestedAt: hoursAgo(1) }, requests.open),
          ],
        },
        ASOF,
      )
      const { excludedRejected, excludedCancelled, excludedOpen } = result.parts
      return {
        ...result,
        excluded: {
          policyRejected: excludedRejected,
          userCancelled: excludedCancelled,
          open: excludedOpen,
        },
      }
    },
  ),
  'REL-02': adapter(
    z.object({ deployments: count, rollbacks: count, automaticAborts: count, weeks: z.int() }),
    (inputs) => {
      const window = weeksBefore(inputs.weeks)
      const covered = [{ from: window.from.getTime(), to: window.to.getTime() }]
      const row = (rollback: 'explicit' | 'no') => (id: string) => ({
        ...aCase({ id, finishedAt: window.from }),
        serviceId: 'service',
        rollback,
        isAborted: false,
      })
      const deployments = [
        ...rowsOf('rollback', inputs.rollbacks, row('explicit')),
        ...rowsOf('deployment', inputs.deployments - inputs.rollbacks, row('no')),
        ...rowsOf('abort', inputs.automaticAborts, row('no')).map((one) => ({
          ...one,
          outcome: 'failure' as const,
          isAborted: true,
        })),
      ]
      const services = [{ id: 'service', covered }]
      const result = record(rollbackRate, { asOf: ASOF, window, services, deployments }, ASOF)
      return { ...result, perWeekCI: [result.parts['perWeekLow'], result.parts['perWeekHigh']] }
    },
  ),
  'REL-03': adapter(Deployments, (inputs) => {
    const deployments = toCases(inputs).map(({ failed, ...one }) => ({
      ...one,
      failedBy: FAILED_BY[`${failed}`],
    }))
    return record(changeFailRate, { asOf: ASOF, reach: 'team', deployments, incidents: [] }, ASOF)
  }),
  'REL-04': adapter(
    z.object({ failures: z.array(z.object({ hours: z.number(), restored: z.boolean() })) }),
    ({ failures }) => {
      const deployments = failures.map(({ hours, restored }, index) => {
        const restoredAt = restored ? daysAgo(6) : null
        const end = (restoredAt ?? ASOF).getTime()
        const startedAt = new Date(end - hours * millisecondsInHour)
        const incidents = [anIncident({ nativeId: `${index}`, startedAt, restoredAt })]
        return { ...aCase({ id: `${index}` }), failedBy: 'explicit' as const, incidents }
      })
      return record(failedDeploymentRecoveryTime, { asOf: ASOF, deployments }, ASOF)
    },
  ),
  'REL-05': adapter(Deployments, (inputs) => {
    const deployments = toCases(inputs).map((one) => ({ ...one, isRemedy: false }))
    return record(deploymentReworkRate, { asOf: ASOF, deployments }, ASOF)
  }),
  'REL-06': adapter(
    z.object({
      failures: z.object({
        platform: count,
        userInput: count,
        policy: count,
        dependency: count,
        unknown: count,
      }),
    }),
    ({ failures }) => {
      const rows = (cause: 'platform' | 'user_input' | 'policy' | 'dependency' | null, n: number) =>
        rowsOf(`${cause}`, n, (id) => ({ id, at: daysAgo(7), causes: [cause] }))
      return record(
        platformCausedFailureShare,
        {
          asOf: ASOF,
          failures: [
            ...rows('platform', failures.platform),
            ...rows('user_input', failures.userInput),
            ...rows('policy', failures.policy),
            ...rows('dependency', failures.dependency),
            ...rows(null, failures.unknown),
          ],
        },
        ASOF,
      )
    },
  ),
}
