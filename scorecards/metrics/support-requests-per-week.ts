import { type Period, trailingWeeks, weeksIn } from '#lib/period.ts'
import type { RequestType } from '#lib/request-types.ts'
import { isOverdispersed, poissonRate } from '#lib/stats/counts.ts'
import { isIn, type Span } from '#scorecards/delivery/production.ts'
import { type Computed, type EvidenceKind, type Metric, toEvidence } from '#scorecards/measure.ts'
import { CHART_WEEKS, chartParts } from '#scorecards/process-chart.ts'
import { requestTypeOf } from '#scorecards/support/request-types.ts'
import {
  type Covered,
  countAsked,
  isRead,
  openedIn,
  type SupportRequest,
  setOutside,
} from '#scorecards/support/requests.ts'

export interface SupportRequests extends Span {
  /** Requests about the path, and those that nobody has attributed to one, for 26 weeks. */
  readonly requests: readonly TypedRequest[]
  readonly covered: Covered
}

/** A request with what it is, as the source spells it; null when it does not say. */
export interface TypedRequest extends SupportRequest {
  readonly type: string | null
}

const WEEKS = 4
const MINIMUM_WEEKS = 3

export const supportRequestsPerWeek: Metric<SupportRequests> = {
  definition: {
    id: 'SUP-01',
    key: 'support_requests_per_week',
    name: 'Support requests per week',
    area: 'support load',
    isHeadline: true,
    unit: 'requests per week',
    direction: 'none',
    definition: 'How many requests about the path reach the platform team in a week.',
    formula:
      'requests / weeks that were read from beginning to end; beside it how many there are of each ' +
      'type, and the process-behaviour (XmR) chart of the weekly counts: chartMean, its natural ' +
      'limits chartUpper and chartLower, and trendUp, which is true when a week above the upper limit ' +
      'or the eighth week in a row above the mean is among the last eight',
    eligibleSet:
      'Requests and threads that are attributed to the path and were opened outside the platform ' +
      'team; those of machines are left out and counted.',
    window:
      'The last four ISO weeks that are over; 26 of them for the chart. Of another window the ISO ' +
      'weeks that lie in it with all of their days.',
    minimumSample: 'Three weeks that were read for the value, ten for the limits of the chart.',
    missingData:
      'A week that was not read is a gap, and its requests are left out; one that was read without ' +
      'any is a true zero. A request that names neither a team nor a group may be the platform ' +
      "team's own: it is reported with bounds, and more than 20 % of them make the status " +
      'source_partial. Requests attributed to no path are left out, and unattributedShare says what ' +
      'part they are of all that may be about it.',
    interval:
      'Garwood exact Poisson, 95 %; with the flag overdispersed weeks differ too much for it, and ' +
      'the chart says more.',
    bands: 'None: the signals of the chart say when something changed.',
    misleadsWhen:
      'People give up asking, or ask in private, and it falls; more teams come, and it rises.',
    guardrails: ['SUP-02', 'ADO-12', 'SAT-01'],
    version: '1.0.0',
  },
  windowDays: WEEKS * 7,

  compute({ asOf, requests, covered, ...span }) {
    const window = span.window ?? trailingWeeks(asOf, WEEKS)
    const whole = weeksIn(window).filter(({ from, to }) => window.from <= from && to <= window.to)
    const read = whole.filter((week) => isRead(covered, week))
    const rows = openedIn(requests, window).map((request) => ({
      id: request.id,
      request,
      kind: setOf(request, whole, read),
    }))
    const ofKind = (kind: EvidenceKind) =>
      rows.filter((row) => row.kind === kind).map(({ request }) => request)
    const [counted, nUnknown] = [ofKind('counted'), ofKind('unknown').length]
    const series = weeklyCounts(requests, covered, trailingWeeks(asOf, CHART_WEEKS))
    const isUneven = isOverdispersed(series.filter((count) => count !== null))
    return {
      ...rateOf(counted.length, nUnknown, read.length),
      flags: [...(nUnknown > 0 ? ['has_unknown'] : []), ...(isUneven ? ['overdispersed'] : [])],
      parts: {
        weeksNotCovered: whole.length - read.length,
        ...unattributedParts(ofKind('excluded:no_path').length, counted.length + nUnknown),
        ...chartParts(series),
        ...countTypes(counted),
      },
      evidence: toEvidence(rows),
      window,
    }
  },
}

function setOf(
  request: SupportRequest,
  whole: readonly Period[],
  read: readonly Period[],
): EvidenceKind {
  const isOf = (weeks: readonly Period[]) => weeks.some((week) => isIn(week, request.openedAt))
  if (isOf(read)) return setOutside(request) ?? 'counted'
  return isOf(whole) ? 'excluded:week_not_covered' : 'excluded:part_of_week'
}

/** Oldest first; null of a week that was not read. */
function weeklyCounts(requests: readonly SupportRequest[], covered: Covered, period: Period) {
  return weeksIn(period).map((week) => (isRead(covered, week) ? countAsked(requests, week) : null))
}

function rateOf(
  counted: number,
  nUnknown: number,
  weeks: number,
): Omit<Computed, 'flags' | 'parts' | 'evidence'> {
  const { value, ci } = poissonRate(counted, weeks)
  return {
    value,
    numerator: counted,
    denominator: weeks,
    n: weeks,
    knownCases: counted,
    nUnknown,
    notMatured: 0,
    ci: ci && { ...ci, level: 0.95, method: 'Garwood' },
    bounds:
      nUnknown === 0 || weeks === 0
        ? null
        : { low: counted / weeks, high: (counted + nUnknown) / weeks },
    isTooSmall: weeks < MINIMUM_WEEKS,
    isTooSmallForBand: true,
    cutPoints: null,
  }
}

function unattributedParts(unattributed: number, attributed: number) {
  const all = unattributed + attributed
  return { unattributed, unattributedShare: all === 0 ? null : unattributed / all }
}

/** How many there are of each type that occurs, and how many of none. */
function countTypes(requests: readonly TypedRequest[]): Partial<Record<TypeKey, number>> {
  const byType = Map.groupBy(requests, ({ type }): TypeKey => requestTypeOf(type) ?? 'unclassified')
  return Object.fromEntries([...byType].map(([type, own]) => [type, own.length]))
}

type TypeKey = RequestType | 'unclassified'
