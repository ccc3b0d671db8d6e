import { millisecondsInMinute } from 'date-fns/constants'
import { compareText } from '#lib/order.ts'
import { daysBefore } from '#lib/period.ts'
import { medianInterval } from '#lib/stats/quantiles.ts'
import type { Duration } from '#lib/stats/survival.ts'
import type { Span } from '#scorecards/delivery/production.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { timeToEvent } from '#scorecards/time-to-event.ts'

/** A request for an environment on one path; instants are null when they did not come or are not known. */
export interface EnvironmentRequest {
  readonly id: string
  readonly team: string
  /** What is asked for; null when the source does not say. */
  readonly targetKey: string | null
  /** The source's own name of the chain that the request belongs to. */
  readonly chainKey: string | null
  readonly requestedAt: Date
  readonly usableAt: Date | null
  readonly endedAt: Date | null
  readonly result: 'usable' | 'failed' | 'timeout' | 'rejected' | 'cancelled' | 'open'
}

export interface EnvironmentRequests extends Span {
  /** Standard requests of the path, those before the window too: a chain may begin there. */
  readonly requests: readonly EnvironmentRequest[]
}

export const timeToUsableEnvironment: Metric<EnvironmentRequests> = {
  definition: {
    id: 'SPD-01',
    key: 'time_to_usable_environment',
    name: 'Median time to a usable environment',
    area: 'speed',
    isHeadline: true,
    unit: 'minutes',
    direction: 'lower',
    definition:
      'How long it takes from the first request to the moment at which the environment can be used ' +
      'and the team knows, through all retries; requests that never got there count as still waiting.',
    formula:
      'Kaplan-Meier median over chains of requests; p90 is the first time by which at most 10 % still ' +
      'wait. A chain joins requests of one team for the same thing where the next comes before seven ' +
      'days have passed since the last one failed. It ends when its last request is usable. Else it ' +
      'is watched until the as-of if that one is open, until seven days after it failed or timed ' +
      'out, and until it was rejected or cancelled',
    eligibleSet: 'Standard requests for what the path offers.',
    window:
      'Chains that began in 28 days; in 91 days when those are fewer than 12. Any other window stays as ' +
      'it is asked for.',
    minimumSample: 'Six chains for the value, twelve for a band.',
    missingData:
      'Without a source that tells when an environment is usable there is no value. A chain that ' +
      'ended at an unknown moment is left out and reported; more than 20 % of them: no band. One ' +
      'that was usable before it was asked for is left out as an error.',
    interval:
      'Brookmeyer-Crowley on the log-log scale, 95 %; order statistics of the median when no chain ' +
      'still waits.',
    bands: 'Good up to 30 minutes, bad above a day (1440 minutes).',
    misleadsWhen:
      'Open and failed requests are left out; "provisioned" is taken for usable; the path serves ' +
      'only the easy cases.',
    guardrails: ['REL-01', 'GOV-01', 'SPD-05'],
    version: '1.0.0',
  },
  windowDays: 28,

  compute({ asOf, window, requests }) {
    const chains = toChains(requests, asOf)
    const recent = sortChains(chains, window?.from ?? daysBefore(asOf, 28))
    const isShort = window === undefined && watchesOf(recent).length < ENOUGH_FOR_BAND
    const sorted = isShort ? sortChains(chains, daysBefore(asOf, 91)) : recent
    const nUnknown = sorted.filter(({ kind }) => kind === 'unknown').length
    const watches = watchesOf(sorted)
    const result = timeToEvent(watches, {
      nUnknown,
      cutPoints: { good: 30, bad: 1440 },
      valueFrom: ENOUGH_FOR_VALUE,
      bandFrom: ENOUGH_FOR_BAND,
    })
    return {
      ...result,
      ...(watches.every(({ ended }) => ended) && orderStatistics(watches, result.flags)),
      evidence: toEvidence(
        sorted.flatMap(({ chain, kind }) => chain.requests.map(({ id }) => ({ id, kind }))),
      ),
      ...(isShort && { windowDays: 91 }),
    }
  },
}

const ENOUGH_FOR_VALUE = 6
const ENOUGH_FOR_BAND = 12

/** Requests of one team for one thing, in order, with how long they took together. */
export interface Chain {
  readonly requests: readonly EnvironmentRequest[]
  readonly startedAt: Date
  /** In minutes. Null when the moment of its end is not known. */
  readonly watch: Duration | null
}

/** Chains of what had been asked for before `asOf`, as they stood then, in the order of their start. */
export function toChains(requests: readonly EnvironmentRequest[], asOf: Date): Chain[] {
  const known = requests
    .filter(({ requestedAt }) => requestedAt < asOf)
    .map((request) => asKnownAt(request, asOf))
    .toSorted(oldestFirst)
  return [...Map.groupBy(known, subjectOf).values()]
    .flatMap(linkRetries)
    .map((members) => toChain(members, asOf))
    .toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
}

const oldestFirst = (a: EnvironmentRequest, b: EnvironmentRequest) =>
  a.requestedAt.getTime() - b.requestedAt.getTime() || compareText(a.id, b.id)

/** What ended later was still open. */
function asKnownAt(request: EnvironmentRequest, asOf: Date): EnvironmentRequest {
  const end = request.result === 'usable' ? request.usableAt : request.endedAt
  if (end === null || end <= asOf) return request
  return { ...request, usableAt: null, endedAt: null, result: 'open' }
}

/** A request for nobody knows what is a chain of its own. */
function subjectOf({ id, team, targetKey, chainKey }: EnvironmentRequest): string {
  return JSON.stringify([team, chainKey ?? targetKey ?? ['request', id], chainKey !== null])
}

type Members = [EnvironmentRequest, ...EnvironmentRequest[]]

function linkRetries(requests: readonly EnvironmentRequest[]): Members[] {
  const chains: Members[] = []
  for (const request of requests) {
    const chain = chains.at(-1)
    const previous = chain?.at(-1)
    if (chain && previous && isRetry(previous, request)) chain.push(request)
    else chains.push([request])
  }
  return chains
}

/** The source's word for it, else a request soon after a failure. */
function isRetry(previous: EnvironmentRequest, next: EnvironmentRequest): boolean {
  if (next.chainKey !== null) return true
  const closesAt = hasFailed(previous) ? closingOf(previous) : null
  return closesAt !== null && next.requestedAt.getTime() < closesAt
}

const RETRY_DAYS_MS = 7 * 24 * 60 * millisecondsInMinute

const hasFailed = ({ result }: EnvironmentRequest) => result === 'failed' || result === 'timeout'

/** When a failure ends its chain, unless the team tries again. */
const closingOf = ({ endedAt }: EnvironmentRequest) =>
  endedAt === null ? null : endedAt.getTime() + RETRY_DAYS_MS

function toChain(requests: Members, asOf: Date): Chain {
  const startedAt = requests[0].requestedAt
  const last = requests.at(-1) ?? requests[0]
  const end = endOf(last, asOf.getTime())
  if (end === null) return { requests, startedAt, watch: null }
  const time = (end - startedAt.getTime()) / millisecondsInMinute
  return { requests, startedAt, watch: { time, ended: last.result === 'usable' } }
}

/** Until when the chain was watched; null when that is not known. */
function endOf(last: EnvironmentRequest, asOf: number): number | null {
  if (last.result === 'usable') return last.usableAt?.getTime() ?? null
  if (last.result === 'open') return asOf
  if (!hasFailed(last)) return last.endedAt?.getTime() ?? null
  const closesAt = closingOf(last)
  return closesAt === null ? null : Math.min(asOf, closesAt)
}

interface SortedChain {
  readonly chain: Chain
  readonly kind: EvidenceKind
}

const sortChains = (chains: readonly Chain[], from: Date): SortedChain[] =>
  chains.map((chain) => ({ chain, kind: setOf(chain, from) }))

function setOf({ startedAt, watch }: Chain, from: Date): EvidenceKind {
  if (startedAt < from) return 'excluded:before_window'
  if (watch === null) return 'unknown'
  if (watch.time < 0) return 'excluded:ended_before_request'
  return watch.ended ? 'counted' : CENSORED
}

const CENSORED = 'not_counted:censored'

const watchesOf = (chains: readonly SortedChain[]): Duration[] =>
  chains.flatMap(({ chain, kind }) =>
    chain.watch !== null && (kind === 'counted' || kind === CENSORED) ? [chain.watch] : [],
  )

/** Of waits that have all ended, an interval that holds whatever their distribution. */
function orderStatistics(
  watches: readonly Duration[],
  flags: readonly string[],
): Pick<Computed, 'ci' | 'flags'> {
  const limits = medianInterval(watches.map(({ time }) => time))
  const isMissing = watches.length > 0 && limits === null
  const others = flags.filter((flag) => flag !== 'ci_unattainable')
  return {
    ci: limits && { ...limits, level: 0.95, method: 'order statistics' },
    flags: isMissing ? [...others, 'ci_unattainable'] : others,
  }
}
