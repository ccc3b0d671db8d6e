import { tQuantile } from '#lib/stats/distributions.ts'
import { TAIL } from '#lib/stats/level.ts'
import { groupAggregate } from '#scorecards/impact/aggregate.ts'
import { estimateCells } from '#scorecards/impact/cells.ts'
import type { Study } from '#scorecards/impact/study.ts'

export interface SmallSampleEstimate {
  readonly overall: number
  readonly se: number
  /** Adopters less their cohorts. */
  readonly df: number
  /** These are null when every cohort is a single unit: one says nothing of how units differ. */
  readonly t: number | null
  readonly ci: { readonly low: number; readonly high: number } | null
}

/**
 * The overall effect by cohort with an interval that holds for few units: influence scaled side by
 * side, and Student t (section 11.5 of the metric reference). Counted are the cohorts that have an
 * effect at all. Null when none has.
 */
export function smallSampleOverall(study: Study): SmallSampleEstimate | null {
  const cells = estimateCells(study, { only: 'post', isSmallSample: true })
  const { overall, rows } = groupAggregate(study, cells)
  if (overall === null || overall.se === null) return null
  const { att, se } = overall
  const counted = new Set(rows.map(({ e }) => e))
  const adopters = study.cohorts.reduce(
    (sum, cohort, place) => (counted.has(cohort) ? sum + (study.sizes[place] ?? 0) : sum),
    0,
  )
  const df = adopters - counted.size
  if (df < 1) return { overall: att, se, df, t: null, ci: null }
  const t = tQuantile(1 - TAIL, df)
  return { overall: att, se, df, t, ci: { low: att - t * se, high: att + t * se } }
}
