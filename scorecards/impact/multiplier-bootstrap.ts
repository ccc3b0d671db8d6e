import { mulberry32, type Random } from '#lib/stats/random.ts'
import { at } from '#scorecards/impact/influence.ts'

export interface MultiplierOptions {
  readonly weights: keyof typeof DRAWS
  readonly replicates: number
  readonly seed: number
  /** The chance that all true values lie within the band. */
  readonly level: number
}

export const DEFAULT_MULTIPLIER: Omit<MultiplierOptions, 'seed'> = {
  weights: 'rademacher',
  replicates: 999,
  level: 0.95,
}

/** For simultaneous bands: att ± `critical` × `errors[k]`. */
export interface MultiplierBootstrap {
  /** One for every column. */
  readonly errors: readonly number[]
  /** Null when no column varies. */
  readonly critical: number | null
}

/** P. Rademacher's signs, and the two-point law of E. Mammen, Annals of Statistics 21 (1993). */
const DRAWS = {
  rademacher: (u: number) => (u < 0.5 ? 1 : -1),
  mammen: (u: number) => (u < MAMMEN_SHARE ? (1 - Math.sqrt(5)) / 2 : (1 + Math.sqrt(5)) / 2),
} as const

const MAMMEN_SHARE = (1 + Math.sqrt(5)) / (2 * Math.sqrt(5))

/** The width of the middle half of the standard normal distribution. */
const NORMAL_QUARTILES = 1.3489795003921634

/**
 * How far estimates stray together, from their influence on each unit: one column for every row of an
 * aggregate, one weight for every unit in every draw (section 11.5 of the metric reference).
 */
export function multiplierBootstrap(
  columns: readonly Float64Array[],
  options: MultiplierOptions,
): MultiplierBootstrap {
  const units = columns[0]?.length ?? 0
  const draws = drawColumns(columns, units, options)
  const spreads = draws.map(spreadOf)
  const largest = Float64Array.from({ length: options.replicates }, (_, draw) =>
    draws.reduce((most, values, column) => {
      const spread = at(spreads, column)
      return spread === 0 ? most : Math.max(most, Math.abs(at(values, draw)) / spread)
    }, 0),
  )
  return {
    errors: spreads.map((spread) => spread / Math.sqrt(units)),
    critical: spreads.some((spread) => spread > 0) ? orderStatistic(largest, options.level) : null,
  }
}

/** For every column its value in every draw. */
function drawColumns(
  columns: readonly Float64Array[],
  units: number,
  { weights, replicates, seed }: MultiplierOptions,
): Float64Array[] {
  const random = mulberry32(seed)
  const draws = columns.map(() => new Float64Array(replicates))
  for (let draw = 0; draw < replicates; draw += 1) {
    const multipliers = drawWeights(units, random, DRAWS[weights])
    for (const [column, values] of draws.entries()) {
      values[draw] = dot(multipliers, columns[column] as Float64Array) / Math.sqrt(units)
    }
  }
  return draws
}

function drawWeights(units: number, random: Random, toWeight: (u: number) => number): Float64Array {
  const weights = new Float64Array(units)
  for (let unit = 0; unit < units; unit += 1) weights[unit] = toWeight(random())
  return weights
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let index = 0; index < one.length; index += 1) sum += at(one, index) * at(other, index)
  return sum
}

const spreadOf = (values: Float64Array) =>
  (orderStatistic(values, 0.75) - orderStatistic(values, 0.25)) / NORMAL_QUARTILES

/** The value of rank ⌈share × count⌉, counted from 1. */
function orderStatistic(values: Float64Array, share: number): number {
  // A product that is whole must not be rounded up because of its last bit.
  const rank = Math.ceil(share * values.length - 1e-9)
  return at(values.toSorted(), rank - 1)
}
