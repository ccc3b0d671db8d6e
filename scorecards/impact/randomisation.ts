import { mulberry32, type Random } from '#lib/stats/random.ts'
import { groupAggregate } from '#scorecards/impact/aggregate.ts'
import { type Cell, estimateCells } from '#scorecards/impact/cells.ts'
import { at } from '#scorecards/impact/influence.ts'
import type { Study } from '#scorecards/impact/study.ts'

export interface RandomisationOptions {
  readonly statistic: keyof typeof STATISTICS
  readonly replicates: number
  readonly seed: number
}

/** Null: the study does not have it. */
export interface Randomisation {
  readonly statistic: number | null
  readonly p: number | null
}

/**
 * How often the statistic would be as large if chance alone had said who is treated when: dates of
 * treatment are shuffled over the units, each time from where they lay before (section 11.5 of the
 * metric reference).
 */
export function randomise(study: Study, options: RandomisationOptions): Randomisation {
  const statisticOf = STATISTICS[options.statistic]
  const observed = statisticOf(study)
  if (observed === null) return { statistic: null, p: null }
  const random = mulberry32(options.seed)
  const cohortOf = study.cohortOf.slice()
  const reached = observed * (1 - ROUNDING)
  let atLeast = 0
  for (let draw = 0; draw < options.replicates; draw += 1) {
    shuffle(cohortOf, random)
    if ((statisticOf({ ...study, cohortOf }) ?? 0) >= reached) atLeast += 1
  }
  return { statistic: observed, p: (1 + atLeast) / (options.replicates + 1) }
}

/** Two shuffles that mean the same may differ in the last bits, and then are still a tie. */
const ROUNDING = 1e-12

const STATISTICS = {
  /** |t| of the overall effect by cohort. */
  group_overall_t: (study: Study): number | null => {
    const { overall } = groupAggregate(study, estimateCells(study, { only: 'post' }))
    if (overall === null || overall.se === null) return null
    return ratio(overall.att, overall.se, study.noise)
  },
  /** The largest |t| of a cell before treatment, among those that vary. */
  pretrend_max_t: (study: Study): number | null => {
    const varying = preCellsThatVary(study)
    if (varying.length === 0) return null
    return varying.reduce((most, { att, se }) => Math.max(most, Math.abs(att / se)), 0)
  },
}

/** Cells before treatment whose standard error is above 0. */
export const preCellsThatVary = (study: Study) =>
  estimateCells(study, { only: 'pre' }).filter((cell) => varies(study, cell))

const varies = ({ noise }: Study, cell: Cell): cell is Cell & { readonly se: number } =>
  cell.se !== null && cell.se > noise

function ratio(att: number, se: number, noise: number): number {
  if (se > noise) return Math.abs(att / se)
  return Math.abs(att) > noise ? Number.POSITIVE_INFINITY : 0
}

/** R. A. Fisher and F. Yates, from the end. */
function shuffle(values: Uint16Array, random: Random): void {
  for (let i = values.length - 1; i >= 1; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    const held = at(values, i)
    values[i] = at(values, j)
    values[j] = held
  }
}
