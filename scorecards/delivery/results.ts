import { type Period, toInstantText } from '#lib/period.ts'
import { type Ordered, ordered } from '#lib/stats/ordered.ts'
import type { LedgerPart } from '#scorecards/delivery/ledger.ts'
import {
  type DeliveryTally,
  type HoursColumn,
  hoursOf,
  type TallyWindow,
} from '#scorecards/delivery/tally.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { type Absence, type Computed, type Metric, measure } from '#scorecards/measure.ts'
import { changeFailRate, changeFailRateOf } from '#scorecards/metrics/change-fail-rate.ts'
import { changeLeadTime, changeLeadTimeOf } from '#scorecards/metrics/change-lead-time.ts'
import {
  deploymentFrequency,
  deploymentFrequencyOf,
} from '#scorecards/metrics/deployment-frequency.ts'
import {
  deploymentReworkRate,
  deploymentReworkRateOf,
} from '#scorecards/metrics/deployment-rework-rate.ts'
import {
  failedDeploymentRecoveryTime,
  recoveryTimeOf,
} from '#scorecards/metrics/failed-deployment-recovery-time.ts'
import { rollbackRate, rollbackRateOf } from '#scorecards/metrics/rollback-rate.ts'
import type { Reach } from '#scorecards/metrics/work-counts.ts'
import type { MetricResult, Scope } from '#scorecards/result.ts'

/** A scope over a window, as delivery is measured. */
export interface DeliverySubject {
  readonly scope: Scope
  /** One for each team of the scope. */
  readonly teams: readonly DeliveryTally[]
  /** All of them together. */
  readonly all: DeliveryTally
  readonly window: TallyWindow
  /** Of the whole window, also what is still to come of it. */
  readonly end: number
  /** What its changes took, where somebody has that in order already. */
  readonly hours?: ((column: HoursColumn) => Ordered) | undefined
}

/** What can be known of delivery at all. */
export interface DeliverySources {
  readonly hasDeployments: boolean
  readonly hasChanges: boolean
  readonly hasIncidents: boolean
  /** Covered share of [from, to) of the incidents. */
  readonly incidentsRead: (window: TallyWindow) => number
  /**
   * Source id → instant until which it was read for a team, or for all, at most the window's end; of
   * some kinds of facts.
   */
  readonly watermarks: (
    team: string | undefined,
    window: TallyWindow,
    facts: readonly Fact[],
  ) => Record<string, string>
}

export type Fact = 'deployments' | 'changes' | 'incidents'

interface Scorer {
  readonly metric: Pick<Metric<never>, 'definition' | 'windowDays'>
  readonly needs: readonly Fact[]
  readonly compute: (subject: DeliverySubject, reach: Reach) => Computed
}

const SCORERS: readonly Scorer[] = [
  {
    metric: changeLeadTime,
    needs: ['deployments', 'changes'],
    compute: ({ all, hours = (column) => ordered(hoursOf(all.counted, column)) }) =>
      changeLeadTimeOf({
        hours: hours('hours'),
        commitToOpen: hours('commitToOpen'),
        openToReview: hours('openToReview'),
        reviewToMerge: hours('reviewToMerge'),
        mergeToDeploy: hours('mergeToDeploy'),
        negativeStage: all.negativeStage,
        unknown: all.changesUnknown,
        anomalous: all.anomalous,
        bot: all.bot,
        firstDeployment: all.firstDeployment,
      }),
  },
  {
    metric: deploymentFrequency,
    needs: ['deployments'],
    compute: ({ all }) =>
      deploymentFrequencyOf({
        counted: all.deployed,
        unknown: all.deployedUnknown,
        unmapped: all.deployedUnmapped,
        days: all.readDays,
        weeksSeen: all.readWeeks,
        weeksNotCovered: all.unreadWeeks,
        weeksWithDeployment: all.weeksWithDeployment,
        wholeWeeks: all.wholeWeeks.filter((count) => count !== null),
        weekdays: all.weekdays,
        batchSizes: all.batchSizes,
      }),
  },
  {
    metric: rollbackRate,
    needs: ['deployments'],
    compute: ({ all }) =>
      rollbackRateOf({
        numerator: all.rolledBack,
        denominator: all.rolledBack + all.notRolledBack,
        nUnknown: all.unknown,
        seen: all.rolledBackInReadWeeks,
        weeks: all.readDays / 7,
        weeksNotCovered: all.unreadWeeks,
        automaticAborts: null,
        unordered: all.unordered,
        unmapped: all.unmapped,
      }),
  },
  {
    metric: changeFailRate,
    needs: ['deployments', 'incidents'],
    compute: ({ all, teams }, reach) =>
      changeFailRateOf(
        {
          teams: teams.map(toFailCounts),
          inferred: all.inferred,
          unlinkedIncidents: all.unlinkedIncidents,
          unmapped: all.unmapped,
        },
        reach,
      ),
  },
  {
    metric: failedDeploymentRecoveryTime,
    needs: ['deployments', 'incidents'],
    compute: ({ all }) =>
      recoveryTimeOf({
        watches: all.watches,
        hasDetectedStart: all.hasDetectedStart,
        unknown: all.failedUnknown,
        noStart: all.noStart,
        reversed: all.reversed,
        inferred: all.recoveryInferred,
        unmapped: all.failedUnmapped,
      }),
  },
  {
    metric: deploymentReworkRate,
    needs: ['deployments'],
    compute: ({ all }) =>
      deploymentReworkRateOf({
        numerator: all.mended,
        denominator: all.mended + all.notMending,
        nUnknown: all.unknown + all.kindUnknown,
        notMatured: all.notMatured,
        hotfixes: all.hotfixes,
        rollbacks: all.rollbacks,
        linkedOnly: all.linkedOnly,
        unmapped: all.unmapped,
      }),
  },
]

const toFailCounts = (tally: DeliveryTally) => ({
  numerator: tally.failed,
  denominator: tally.failed + tally.notFailed,
  nUnknown: tally.notTold + tally.unknown,
  notMatured: tally.notMatured,
})

/** The part of a ledger that a metric is computed from. */
export const partOf = (metricId: string): LedgerPart =>
  metricId === changeLeadTime.definition.id ? 'changes' : 'deployments'

/** Ids of the metrics of delivery. */
export const DELIVERY_METRICS = SCORERS.map(({ metric }) => metric.definition.id)

/** Facts that a metric of delivery rests on; none: it is none. */
export const factsOf = (metricId: string): readonly Fact[] =>
  SCORERS.find(({ metric }) => metric.definition.id === metricId)?.needs ?? []

/** Days that a metric of delivery looks back on of its own accord; undefined: it is none. */
export const ownDaysOf = (metricId: string) =>
  SCORERS.find(({ metric }) => metric.definition.id === metricId)?.metric.windowDays

/** Metrics of delivery of one subject over one window; those named, or all. */
export function deliveryResults(
  subject: DeliverySubject,
  sources: DeliverySources,
  computedAt: Date,
  metricIds: readonly string[] = DELIVERY_METRICS,
): MetricResult[] {
  const moments = toMoments(subject)
  return SCORERS.filter(({ metric }) => metricIds.includes(metric.definition.id)).map((scorer) =>
    toResult(scorer, subject, sources, { computedAt, ...moments }),
  )
}

/** What all metrics of one subject share. */
interface Moments {
  readonly period: Period
  readonly asOf: Date
  /** The terms of a question for the rows, but for the metric. */
  readonly terms: string
  readonly computedAt: Date
}

function toResult(
  { metric, needs, compute }: Scorer,
  subject: DeliverySubject,
  sources: DeliverySources,
  { computedAt, period, asOf, terms }: Moments,
): MetricResult {
  const { scope, window } = subject
  const reach = scope.teamId === undefined ? 'path' : 'team'
  const absence = absenceOf(needs, sources)
  return measure(
    {
      ...metric,
      compute: () => ({
        ...computeOnce(metric.definition.id, subject.all, reach, () => compute(subject, reach)),
        window: period,
        evidence: toEvidenceQuery(metric.definition.id, terms),
      }),
    },
    undefined,
    {
      scope,
      asOf,
      computedAt,
      engineVersion: ENGINE_VERSION,
      parameters: {},
      watermarks: sources.watermarks(scope.teamId, window, needs),
      coverage: coverageOf(needs, subject, sources),
      ...(absence && { absence }),
    },
  )
}

/** Paths that all teams could use ask for the same as all teams together. */
function computeOnce(
  metricId: string,
  all: DeliveryTally,
  reach: Reach,
  compute: () => Computed,
): Computed {
  if (reach === 'team') return compute()
  const known = COMPUTED.get(all) ?? new Map<string, Computed>()
  COMPUTED.set(all, known)
  const computed = known.get(metricId) ?? compute()
  known.set(metricId, computed)
  return computed
}

const COMPUTED = new WeakMap<DeliveryTally, Map<string, Computed>>()

function absenceOf(needs: readonly Fact[], sources: DeliverySources): Absence | undefined {
  const has = {
    deployments: sources.hasDeployments,
    changes: sources.hasChanges,
    incidents: sources.hasIncidents,
  }
  return needs.every((fact) => has[fact]) ? undefined : 'source_missing'
}

/** The covered share of that which was read least; of nothing to read all was. */
function coverageOf(
  needs: readonly Fact[],
  { all, window }: DeliverySubject,
  sources: DeliverySources,
): number {
  const share = (days: number) => (all.ownedDays === 0 ? 1 : days / all.ownedDays)
  const shares = {
    deployments: share(all.deploymentDays),
    changes: share(all.changeDays),
    incidents: sources.incidentsRead(window),
  }
  return Math.min(...needs.map((fact) => shares[fact]))
}

/** The rows are many, so that an id is the question that gives them. */
const toEvidenceQuery = (metricId: string, terms: string) => [
  { kind: 'query', ids: [`delivery?metric=${metricId}&${terms}`] },
]

function toMoments({ scope, window, end }: DeliverySubject): Omit<Moments, 'computedAt'> {
  const asOf = new Date(window.asOf)
  const terms = new URLSearchParams({
    ...(scope.pathId !== undefined && { path: scope.pathId }),
    ...(scope.teamId !== undefined && { team: scope.teamId }),
    from: toInstantText(new Date(window.from)),
    to: toInstantText(new Date(window.to)),
    // What has ended is told by all that is known by now.
    ...(window.asOf === window.to && { asof: toInstantText(asOf) }),
  })
  return {
    period: { from: new Date(window.from), to: new Date(end) },
    asOf,
    terms: terms.toString(),
  }
}
