import { at, standardError } from '#scorecards/impact/influence.ts'
import { type CellPlan, COMPARED, type Study, TREATED } from '#scorecards/impact/study.ts'

/** The effect in cohort `g` in period `t`: ATT(g, t). */
export interface Cell {
  readonly g: number
  readonly t: number
  /** In units of the outcome. */
  readonly att: number
  /** Null in the base period itself, where the effect is 0 by definition. */
  readonly se: number | null
  readonly nTreated: number
  readonly nComparison: number | null
  /** From the beginning of treatment on. */
  readonly isPost: boolean
  /** ψ: n times what the estimate would change by, to first order, if the unit weighed more. */
  readonly influence: Float64Array
}

export interface CellOptions {
  /** Which cells; all when left out. */
  readonly only?: 'pre' | 'post'
  /** Influence of each side scaled by √(m / (m - 1)), for m units on it, against small samples. */
  readonly isSmallSample?: boolean
}

/**
 * Effects by cohort and period: what changed since the base period in the cohort, less what changed
 * in the comparison. B. Callaway and P. H. C. Sant'Anna, Difference-in-differences with multiple
 * time periods, Journal of Econometrics 225 (2021), without covariates. By cohort, then period.
 */
export function estimateCells(study: Study, options: CellOptions = {}): Cell[] {
  const { only, isSmallSample = false } = options
  return study.plans
    .filter(({ isPost }) => only === undefined || isPost === (only === 'post'))
    .map((plan) => estimateCell(study, plan, isSmallSample))
}

function estimateCell(study: Study, plan: CellPlan, isSmallSample: boolean): Cell {
  const { g, t, isPost, nTreated, nComparison } = plan
  const subject = { g, t, isPost, nTreated, nComparison }
  if (nComparison === null) {
    return { ...subject, att: 0, se: null, influence: new Float64Array(study.units.length) }
  }
  const change = changes(study, plan)
  const own = sumOver(study, plan, change, TREATED) / nTreated
  const other = sumOver(study, plan, change, COMPARED) / nComparison
  const n = study.units.length
  const scale = (units: number) =>
    isSmallSample && units > 1 ? (n / units) * Math.sqrt(units / (units - 1)) : n / units
  const [toTreated, toCompared] = [scale(nTreated), -scale(nComparison)]
  // What was the change of a unit becomes its influence.
  for (let unit = 0; unit < n; unit += 1) {
    const role = at(plan.roles, at(study.cohortOf, unit))
    if (role === TREATED) change[unit] = toTreated * (at(change, unit) - own)
    else change[unit] = role === COMPARED ? toCompared * (at(change, unit) - other) : 0
  }
  return {
    ...subject,
    att: own - other,
    se: standardError(change, study.clusters),
    influence: change,
  }
}

/** What changed in every unit since the base period. */
function changes({ outcomes }: Study, { place, base }: CellPlan): Float64Array {
  const before = outcomes[base] as Float64Array // A plan names places of the panel.
  return (outcomes[place] as Float64Array).map((value, unit) => value - at(before, unit))
}

function sumOver({ cohortOf }: Study, { roles }: CellPlan, change: Float64Array, role: number) {
  let sum = 0
  for (let unit = 0; unit < change.length; unit += 1) {
    if (at(roles, at(cohortOf, unit)) === role) sum += at(change, unit)
  }
  return sum
}
