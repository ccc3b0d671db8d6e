import { millisecondsInHour, millisecondsInMinute } from 'date-fns/constants'
import { compareText } from '#lib/order.ts'
import type { Period } from '#lib/period.ts'
import { median } from '#lib/stats/quantiles.ts'
import { bootstrapInterval } from '#lib/stats/random.ts'
import type { LoggedChange } from '#scorecards/delivery/approvals.ts'
import type { Step } from '#scorecards/delivery/facts.ts'
import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import { humanWait, isComplete } from '#scorecards/delivery/step-log.ts'
import { type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import {
  type Chain,
  type EnvironmentRequest,
  toChains,
} from '#scorecards/metrics/time-to-usable-environment.ts'
import type { Interval } from '#scorecards/result.ts'

export interface HumanWaits extends Span {
  /** Standard requests of the path, those before the window too: a chain may begin there. Null where it takes none. */
  readonly requests: readonly (EnvironmentRequest & { readonly steps: readonly Step[] })[] | null
  /** Null where nobody tells what changes waited for. */
  readonly changes: readonly LoggedChange[] | null
}

const WINDOW_DAYS = 28
const MINIMUM = 6
/** Of the bootstrap; stored with the result. */
const SEED = 42

export const humanWaitShare: Metric<HumanWaits> = {
  definition: {
    id: 'SPD-05',
    key: 'human_wait_share',
    name: 'Share of elapsed time spent waiting for a person',
    area: 'speed',
    unit: 'fraction of time',
    direction: 'lower',
    definition:
      'How much of the time from the first request until the environment was usable went by waiting ' +
      'for a person.',
    formula:
      'time in steps of waiting for a person / time from the first request of the chain until it was ' +
      'usable, both summed over chains; beside it medianOfShares over chains and approvalWaitHours, ' +
      'the median over changes of the time that their steps waited for a person. Two waits at a time ' +
      'count once',
    eligibleSet:
      'Chains of requests (see SPD-01) that became usable and whose steps are all known. Others are ' +
      'left out and counted. Changes: merged, of services that the path is meant for; also of a path ' +
      'that takes no requests.',
    window: 'Chains that became usable in 28 days, and changes whose last step ended then.',
    minimumSample: 'Six chains for value and band.',
    missingData:
      'A chain is unknown when one of its requests has no log of steps, or a step has no end; more ' +
      'than 20 % of them: no band. A chain that was usable no later than it was asked for is left out ' +
      'as an error. A change without steps, or with one that has no end, is not in approvalWaitHours. ' +
      'That is unknown where less than 90 % of the window was read by a source that tells such steps.',
    interval:
      'Bootstrap over chains, 2000 samples from a fixed seed, percentiles 2.5 and 97.5; none below ' +
      'two chains.',
    bands: 'Good up to 10 %, bad above 50 %.',
    misleadsWhen:
      'Steps are logged only from when a person acts: the queue before that is not seen.',
    guardrails: ['SPD-01'],
    version: '1.1.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const requests = input.requests ?? []
    const steps = new Map(requests.map((request) => [request.id, request.steps]))
    const approved = input.changes?.filter(isApprovedIn(period)) ?? null
    const rows = toChains(requests, input.asOf).flatMap((chain) => toRow(chain, steps, period))
    const waits = rows.flatMap(({ wait }) => wait ?? []).toSorted(byEnd)
    const nUnknown = rows.filter(({ kind }) => kind === 'unknown').length
    const [waited, elapsed] = [sumOf(waits, 'waited'), sumOf(waits, 'elapsed')]
    return {
      value: shareOf(waits),
      numerator: waited / millisecondsInMinute,
      denominator: elapsed / millisecondsInMinute,
      n: waits.length,
      nUnknown,
      notMatured: 0,
      ci: intervalOf(waits),
      bounds: null,
      parts: {
        medianOfShares: median(waits.map((wait) => wait.waited / wait.elapsed)),
        ...approvalsOf(approved),
      },
      flags: [
        ...(nUnknown > 0 ? ['has_unknown'] : []),
        ...(approved === null ? ['approvals_unread'] : []),
      ],
      evidence: toEvidence([
        ...rows.flatMap(({ chain, kind }) => chain.requests.map(({ id }) => ({ id, kind }))),
        ...(approved ?? []).flatMap((change) =>
          change.steps.map(({ id }) => ({ id, kind: BESIDE })),
        ),
      ]),
      ...(input.requests === null && { absence: 'not_applicable' as const }),
      isTooSmall: waits.length < MINIMUM,
      isTooSmallForBand: waits.length < MINIMUM,
      cutPoints: { good: 0.1, bad: 0.5 },
      parameters: { seed: SEED },
      ...(input.window && { window: input.window }),
    }
  },
}

/** Of one chain, in milliseconds. */
interface Wait {
  readonly id: string
  readonly endedAt: number
  readonly waited: number
  readonly elapsed: number
}

/** The bootstrap draws by place, so the order must be that of the facts themselves. */
const byEnd = (a: Wait, b: Wait) => a.endedAt - b.endedAt || compareText(a.id, b.id)

interface Row {
  readonly chain: Chain
  readonly kind: EvidenceKind
  readonly wait: Wait | null
}

type StepsOf = ReadonlyMap<string, readonly Step[]>

/** Empty for a chain outside the period; one that was usable at an unknown moment is put where it began. */
function toRow(chain: Chain, steps: StepsOf, period: Period): Row[] {
  const { startedAt, requests } = chain
  const last = requests.at(-1)
  if (last?.result !== 'usable') return isWatchedIn(chain, period) ? [toUnfinished(chain)] : []
  if (!isIn(period, last.usableAt ?? startedAt)) return []
  return [toFinished(chain, last.usableAt, steps)]
}

function isWatchedIn({ startedAt, watch }: Chain, { from, to }: Period): boolean {
  const until = startedAt.getTime() + (watch?.time ?? 0) * millisecondsInMinute
  return startedAt < to && until >= from.getTime()
}

const toUnfinished = (chain: Chain): Row => ({ chain, kind: 'excluded:not_usable', wait: null })

function toFinished(chain: Chain, usableAt: Date | null, steps: StepsOf): Row {
  const logs = chain.requests.map(({ id }) => steps.get(id) ?? [])
  const from = chain.startedAt.getTime()
  const to = usableAt?.getTime() ?? null
  if (to !== null && to <= from) return { chain, kind: 'excluded:not_after_request', wait: null }
  if (to === null || !logs.every(isComplete)) return { chain, kind: 'unknown', wait: null }
  const id = chain.requests[0]?.id ?? ''
  const wait = { id, endedAt: to, waited: humanWait(logs.flat(), from, to), elapsed: to - from }
  return { chain, kind: 'counted', wait }
}

const sumOf = (waits: readonly Wait[], key: 'waited' | 'elapsed') =>
  waits.reduce((total, wait) => total + wait[key], 0)

/** Null without any chain; the elapsed time of each is more than none. */
const shareOf = (waits: readonly Wait[]) =>
  waits.length === 0 ? null : sumOf(waits, 'waited') / sumOf(waits, 'elapsed')

function intervalOf(waits: readonly Wait[]): Interval | null {
  if (waits.length < 2) return null
  const limits = bootstrapInterval([waits], ([drawn = []]) => shareOf(drawn), { seed: SEED })
  return limits && { ...limits, level: 0.95, method: 'bootstrap over chains, percentile' }
}

/** Steps of changes: in no share. */
const BESIDE: EvidenceKind = 'beside:approvalWaitHours'

const isApprovedIn =
  (period: Period) =>
  ({ steps }: LoggedChange): boolean =>
    isComplete(steps) && isIn(period, new Date(Math.max(...steps.map(endOf))))

const endOf = ({ endedAt }: Step) => endedAt?.getTime() ?? 0

function approvalsOf(changes: readonly LoggedChange[] | null) {
  if (changes === null) return { approvalWaitHours: null, changesWithSteps: null }
  const hours = changes.map(({ steps }) => {
    const first = Math.min(...steps.map(({ startedAt }) => startedAt.getTime()))
    return humanWait(steps, first, Math.max(...steps.map(endOf))) / millisecondsInHour
  })
  return { approvalWaitHours: median(hours), changesWithSteps: hours.length }
}
