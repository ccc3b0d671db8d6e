import type { Panel } from '#scorecards/impact/panel.ts'

export interface StudyOptions {
  /** Compared with units not treated yet (these and those never treated), or only with the latter. */
  readonly control: 'notyet' | 'never'
  /**
   * Before treatment compare with the period just before, or, like after it, with the last period
   * before treatment.
   */
  readonly basePeriod: 'varying' | 'universal'
  /** Periods before treatment in which it may show already. */
  readonly anticipation: number
}

export const DEFAULT_STUDY: StudyOptions = {
  control: 'notyet',
  basePeriod: 'varying',
  anticipation: 0,
}

/** A panel, sorted into cohorts, with what will be compared with what. */
export interface Study {
  readonly units: readonly string[]
  readonly periods: readonly number[]
  readonly outcomes: readonly Float64Array[]
  readonly clusters: Int32Array | null
  /** The period in which each cohort begins, ascending; the first is 0, for those never treated. */
  readonly cohorts: readonly number[]
  /** Units of each cohort. */
  readonly sizes: readonly number[]
  /** For every unit the place of its cohort in `cohorts`. */
  readonly cohortOf: Uint16Array
  readonly plans: readonly CellPlan[]
  /** A standard error up to this is 0 and a rounding error. */
  readonly noise: number
}

/** One comparison: cohort `g` in period `t` against others, each with its own base period. */
export interface CellPlan {
  readonly g: number
  readonly t: number
  readonly isPost: boolean
  /** Places of `t` and of the base period. */
  readonly place: number
  readonly base: number
  /** By cohort: `TREATED`, `COMPARED`, or 0 for those that take no part. */
  readonly roles: Uint8Array
  readonly nTreated: number
  /** Null for the base period itself, which is compared with nothing. */
  readonly nComparison: number | null
}

export const TREATED = 1
export const COMPARED = 2

/**
 * What section 11.3 of the metric reference compares. Null when units never treated are asked for
 * and there are none. Which cells there are depends on the sizes of cohorts alone, so a study stays
 * valid when `cohortOf` is shuffled.
 */
export function toStudy(panel: Panel, options: StudyOptions = DEFAULT_STUDY): Study | null {
  const hasNever = panel.firsts.includes(0)
  if (!hasNever && options.control === 'never') return null
  const { firsts, periods, outcomes } = hasNever ? panel : withLastAsControl(panel, options)
  const cohorts = [...new Set([0, ...firsts])].toSorted((a, b) => a - b)
  const places = new Map(cohorts.map((first, place) => [first, place]))
  const sizes = cohorts.map((cohort) => firsts.filter((first) => first === cohort).length)
  return {
    units: panel.units,
    periods,
    outcomes,
    clusters: panel.clusters,
    cohorts,
    sizes,
    cohortOf: Uint16Array.from(firsts, (first) => places.get(first) ?? 0), // All have a place.
    plans: planCells({ cohorts, sizes, periods }, options),
    noise: ROUNDING * largest(outcomes),
  }
}

const ROUNDING = 1e-12

const largest = (outcomes: readonly Float64Array[]) =>
  outcomes.reduce((most, values) => values.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0)

/**
 * The last cohort stands for those never treated, in the periods before its treatment can show. Other
 * cohorts keep their date even where the panel now ends before it: they may show it already.
 */
function withLastAsControl(panel: Panel, { anticipation }: StudyOptions) {
  const last = panel.firsts.reduce((latest, first) => Math.max(latest, first), 0)
  const periods = panel.periods.filter((period) => period < last - anticipation)
  return {
    periods,
    firsts: panel.firsts.map((first) => (first === last ? 0 : first)),
    outcomes: panel.outcomes.slice(0, periods.length),
  }
}

type Cohorts = Pick<Study, 'cohorts' | 'sizes' | 'periods'>

function planCells(study: Cohorts, options: StudyOptions): CellPlan[] {
  const { cohorts, periods } = study
  return cohorts.flatMap((g) => {
    if (g === 0) return []
    const last = periods.findLastIndex((period) => period + options.anticipation < g)
    if (last === -1) return []
    return periods.flatMap((_, place) => planCell(study, options, { g, place, last }))
  })
}

interface CellPlace {
  readonly g: number
  readonly place: number
  /** Place of the last period in which the cohort was certainly without treatment. */
  readonly last: number
}

function planCell(study: Cohorts, options: StudyOptions, { g, place, last }: CellPlace) {
  const t = periodAt(study, place)
  const isBefore = t < g - options.anticipation
  const base = isBefore && options.basePeriod === 'varying' ? place - 1 : last
  if (base < 0) return []
  const horizon = Math.max(t, periodAt(study, base)) + options.anticipation
  const roles = Uint8Array.from(study.cohorts, (cohort) => roleOf(cohort, g, horizon, options))
  const nTreated = countOf(study, roles, TREATED)
  const nComparison = base === place ? null : countOf(study, roles, COMPARED)
  if (nTreated === 0 || nComparison === 0) return []
  return [{ g, t, isPost: t >= g, place, base, roles, nTreated, nComparison }]
}

const periodAt = ({ periods }: Cohorts, place: number) => periods[place] as number // Of a place.

function roleOf(cohort: number, g: number, horizon: number, { control }: StudyOptions): number {
  if (cohort === g) return TREATED
  const isCompared = cohort === 0 || (control === 'notyet' && cohort > horizon)
  return isCompared ? COMPARED : 0
}

const countOf = ({ sizes }: Cohorts, roles: Uint8Array, role: number) =>
  sizes.reduce((sum, size, place) => (roles[place] === role ? sum + size : sum), 0)
