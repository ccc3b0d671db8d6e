import { chiSquareAbove } from '#lib/stats/distributions.ts'
import { at, innerProduct } from '#scorecards/impact/influence.ts'
import { preCellsThatVary } from '#scorecards/impact/randomisation.ts'
import type { Study } from '#scorecards/impact/study.ts'

export interface Pretest {
  readonly W: number
  readonly df: number
  readonly p: number
}

/**
 * The joint Wald test that no effect shows before treatment, n a' V⁻¹ a over the cells that vary.
 * Only to agree with the R package `did`: with as few units as teams are it rejects far too often
 * (section 11.5 of the metric reference) and is not to be shown. Null without such cells, or when
 * they are too many for the units to tell them apart.
 */
export function waldPretest(study: Study): Pretest | null {
  const cells = preCellsThatVary(study)
  const n = study.units.length
  if (cells.length === 0) return null
  const covariance = cells.map((one) =>
    Float64Array.from(
      cells,
      (other) => innerProduct(one.influence, other.influence, study.clusters) / n,
    ),
  )
  const statistic = quadraticForm(
    covariance,
    Float64Array.from(cells, ({ att }) => att),
  )
  if (statistic === null) return null
  const W = n * statistic
  return { W, df: cells.length, p: chiSquareAbove(W, cells.length) }
}

/**
 * a' V⁻¹ a by the Cholesky factor L of V, as |L⁻¹a|². Null when V is singular. Overwrites V and a.
 */
function quadraticForm(V: Float64Array[], a: Float64Array): number | null {
  let sum = 0
  for (const [j, row] of V.entries()) {
    const pivot = Math.sqrt(at(row, j) - dot(row, row, j))
    // Not-a-number as well: below 0 by rounding.
    if (!(pivot > SINGULAR * Math.sqrt(at(row, j)))) return null
    row[j] = pivot
    for (const below of V.slice(j + 1)) below[j] = (at(below, j) - dot(below, row, j)) / pivot
    a[j] = (at(a, j) - dot(row, a, j)) / pivot
    sum += at(a, j) ** 2
  }
  return sum
}

const SINGULAR = 1e-7

/** Over the first `count` places. */
function dot(one: Float64Array, other: Float64Array, count: number): number {
  let sum = 0
  for (let index = 0; index < count; index += 1) sum += at(one, index) * at(other, index)
  return sum
}
