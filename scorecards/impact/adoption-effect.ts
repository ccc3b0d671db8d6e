import { Z } from '#lib/stats/level.ts'
import { type Aggregate, dynamicAggregate, groupAggregate } from '#scorecards/impact/aggregate.ts'
import { estimateCells } from '#scorecards/impact/cells.ts'
import { DEFAULT_MULTIPLIER, multiplierBootstrap } from '#scorecards/impact/multiplier-bootstrap.ts'
import { spanOf } from '#scorecards/impact/outcome-series.ts'
import { randomise } from '#scorecards/impact/randomisation.ts'
import { flagsOf, type ImpactFlag, type Refusal, refusalsOf } from '#scorecards/impact/refusals.ts'
import { lapsedShare, type Sample, toSample } from '#scorecards/impact/sample.ts'
import { smallSampleOverall } from '#scorecards/impact/small-sample.ts'
import { DEFAULT_STUDY, type Study, type StudyOptions } from '#scorecards/impact/study.ts'
import {
  type ExclusionReason,
  type PanelQuestion,
  type TeamPanel,
  toTeamPanel,
} from '#scorecards/impact/team-panel.ts'
import { type Computed, type EvidenceKind, toEvidence } from '#scorecards/measure.ts'
import type { Interval } from '#scorecards/result.ts'

export interface AdoptionEffectQuestion extends PanelQuestion {
  readonly study?: StudyOptions
  readonly replicates?: number
  readonly seed?: number
}

/** What adopting changed for the teams that adopted, or why nobody can tell yet. */
export interface AdoptionEffect {
  /** Null when it is refused: then there is no number at all. */
  readonly estimate: EffectEstimate | null
  /** All that hold; empty when there is an estimate. */
  readonly refusals: readonly Refusal[]
  readonly adopters: number
  /** Teams that did not adopt within the panel. */
  readonly others: number
  readonly cohorts: number
  /** Teams that are in no count, by reason. */
  readonly dropped: Readonly<Partial<Record<DropCount, number>>>
  readonly lapsedShare: number | null
  readonly periodWeeks: number
  readonly periods: number
  /** What the panel spans; null when it has no period. */
  readonly window: { readonly from: Date; readonly to: Date } | null
  readonly flags: readonly ImpactFlag[]
  readonly evidence: Computed['evidence']
  readonly seed: number
  readonly replicates: number
}

export type DropCount = ExclusionReason | 'nothing_to_compare'

export interface EffectEstimate {
  /** The overall effect by cohort, in units of the outcome: log points for a logarithm. */
  readonly att: number
  readonly ci: Interval
  /** The same as a share of what it would have been (-0.3: 30 % less); null unless a logarithm. */
  readonly asShare: { readonly value: number; readonly low: number; readonly high: number } | null
  /** The interval holds 0: compatible with anything from its low to its high end. */
  readonly coversZero: boolean
  /** Null from 30 adopters on. */
  readonly randomisationP: number | null
  /** Null without a period before treatment that could be compared. Nothing found proves nothing. */
  readonly pretrendP: number | null
  /** One row for each cohort, by the period in which it adopted. */
  readonly byCohort: readonly EffectRow[]
  /** One row for each number of periods since adoption, also before it; simultaneous bands. */
  readonly eventStudy: readonly EffectRow[]
}

export interface EffectRow {
  readonly e: number
  readonly att: number
  readonly se: number | null
  /** Null where nothing was estimated, and for cohorts. */
  readonly band: { readonly low: number; readonly high: number } | null
}

const ADOPTERS_FOR_THE_NORMAL_INTERVAL = 30
const REPLICATES = 999
const SEED = 1

/**
 * Section 11 of the metric reference. Adopters chose themselves and their moment, and what else
 * happened at that time is not removed: whoever shows the number says so.
 */
export function adoptionEffect(question: AdoptionEffectQuestion): AdoptionEffect {
  const { study = DEFAULT_STUDY, replicates = REPLICATES, seed = SEED } = question
  const teamPanel = toTeamPanel(question)
  const sample = toSample(teamPanel, question.teams, study)
  const refusals = refusalsOf(sample)
  const draw = { replicates, seed }
  const isLog = question.statistic === 'log_median'
  const estimate =
    refusals.length === 0 && sample.study !== null
      ? estimateEffect(sample.study, sample.adopters.length, { ...draw, isLog })
      : null
  const variation: Refusal[] = refusals.length === 0 && estimate === null ? ['no_variation'] : []
  return {
    ...countsOf(teamPanel, sample),
    estimate,
    refusals: [...refusals, ...variation],
    flags: flagsOf(sample, estimate?.pretrendP ?? null),
    ...draw,
  }
}

interface EstimateOptions {
  readonly replicates: number
  readonly seed: number
  readonly isLog: boolean
}

/** Null when all teams changed alike. */
function estimateEffect(
  study: Study,
  adopters: number,
  { isLog, ...draw }: EstimateOptions,
): EffectEstimate | null {
  const cells = estimateCells(study)
  const groups = groupAggregate(study, cells)
  const isSmall = adopters < ADOPTERS_FOR_THE_NORMAL_INTERVAL
  const overall = isSmall ? smallSampleInterval(study) : normalInterval(study, groups)
  if (overall === null) return null
  const { att, ci } = overall
  const toShare = (points: number) => Math.expm1(points)
  return {
    att,
    ci: { ...ci, level: 0.95, method: isSmall ? 'small-sample t' : 'influence function, normal' },
    asShare: isLog ? { value: toShare(att), low: toShare(ci.low), high: toShare(ci.high) } : null,
    coversZero: ci.low <= 0 && ci.high >= 0,
    randomisationP: isSmall ? randomise(study, { ...draw, statistic: 'group_overall_t' }).p : null,
    pretrendP: randomise(study, { ...draw, statistic: 'pretrend_max_t' }).p,
    byCohort: groups.rows.map(({ e, att: effect, se }) => ({ e, att: effect, se, band: null })),
    eventStudy: withBands(dynamicAggregate(study, cells), draw),
  }
}

interface OverallInterval {
  readonly att: number
  readonly ci: { readonly low: number; readonly high: number }
}

function smallSampleInterval(study: Study): OverallInterval | null {
  const found = smallSampleOverall(study)
  if (found === null || found.ci === null || found.se <= study.noise) return null
  return { att: found.overall, ci: found.ci }
}

function normalInterval(study: Study, { overall }: Aggregate): OverallInterval | null {
  if (overall === null || overall.se === null || overall.se <= study.noise) return null
  const { att, se } = overall
  return { att, ci: { low: att - Z * se, high: att + Z * se } }
}

function withBands({ rows }: Aggregate, draw: Pick<EstimateOptions, 'replicates' | 'seed'>) {
  const columns = rows.map(({ influence }) => influence)
  const { errors, critical } = multiplierBootstrap(columns, { ...DEFAULT_MULTIPLIER, ...draw })
  return rows.map(({ e, att, se }, column): EffectRow => {
    const error = errors[column]
    if (se === null || critical === null || error === undefined) return { e, att, se, band: null }
    return { e, att, se, band: { low: att - critical * error, high: att + critical * error } }
  })
}

function countsOf({ panel, grid, dropped }: TeamPanel, sample: Sample) {
  const { adopters, others, idle, cohorts } = sample
  const left: readonly { readonly unit: string; readonly why: DropCount }[] = [
    ...dropped,
    ...idle.map(({ team }) => ({ unit: team, why: 'nothing_to_compare' as const })),
  ]
  const periods = sample.study?.periods ?? panel.periods
  const [first, last] = [periods[0], periods.at(-1)]
  return {
    adopters: adopters.length,
    others: others.length,
    cohorts,
    dropped: Object.fromEntries(
      [...Map.groupBy(left, ({ why }) => why)].map(([why, units]) => [why, units.length]),
    ),
    lapsedShare: lapsedShare(sample),
    periodWeeks: grid.weeks,
    periods: periods.length,
    window: first === undefined || last === undefined ? null : spanOf(grid, first, last),
    evidence: toEvidence([
      ...adopters.map(({ team }) => ({ id: team, kind: 'counted' as const })),
      ...others.map(({ team }) => ({ id: team, kind: 'not_counted:comparison' as const })),
      ...left.map(({ unit, why }) => ({ id: unit, kind: setOf(why) })),
    ]),
  }
}

const setOf = (why: DropCount): EvidenceKind =>
  why === 'treatment_unknown' ? 'unknown' : `excluded:${why}`

/** The figures of IMP-01's record: without an estimate it has counts, and the reasons, and no value. */
export function toComputed(effect: AdoptionEffect): Computed {
  const { estimate, adopters, others, dropped, window } = effect
  return {
    value: estimate?.att ?? null,
    numerator: adopters,
    denominator: adopters + others,
    n: adopters + others,
    nUnknown: dropped.treatment_unknown ?? 0,
    notMatured: 0,
    ci: estimate?.ci ?? null,
    bounds: null,
    parts: partsOf(effect),
    flags: effect.flags,
    evidence: effect.evidence,
    isTooSmall: estimate === null,
    isTooSmallForBand: true,
    cutPoints: null,
    parameters: {
      refusals: effect.refusals,
      periodWeeks: effect.periodWeeks,
      seed: effect.seed,
      replicates: effect.replicates,
    },
    ...(window === null ? {} : { window }),
  }
}

function partsOf({ estimate, adopters, others, cohorts, dropped, ...rest }: AdoptionEffect) {
  return {
    adopters,
    others,
    cohorts,
    periods: rest.periods,
    lapsedShare: rest.lapsedShare,
    changeShare: estimate?.asShare?.value ?? null,
    changeShareLow: estimate?.asShare?.low ?? null,
    changeShareHigh: estimate?.asShare?.high ?? null,
    randomisationP: estimate?.randomisationP ?? null,
    pretrendP: estimate?.pretrendP ?? null,
    droppedTreatedFromStart: dropped.treated_from_start ?? 0,
    droppedMissingPeriod: dropped.missing_period ?? 0,
    droppedOtherOrigin: dropped.other_origin ?? 0,
    droppedNothingToCompare: dropped.nothing_to_compare ?? 0,
  }
}
