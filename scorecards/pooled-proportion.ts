import { clusterRatio } from '#lib/stats/proportions.ts'
import type { Computed } from '#scorecards/measure.ts'
import { TEAMS_TO_POOL } from '#scorecards/metrics/work-counts.ts'
import { proportionOf, type Requirements, type SortedRow } from '#scorecards/proportion.ts'

/** A row, the set that it belongs to, and whose it is; null when nobody knows. */
export interface TeamRow extends SortedRow {
  readonly team: string | null
}

/**
 * The share of rows counted, pooled over their teams: what one team does is alike, so the interval
 * goes by teams, and needs five of them.
 */
export function pooledProportionOf(rows: readonly TeamRow[], requirements: Requirements): Computed {
  const result = proportionOf(rows, requirements)
  const teams = [...Map.groupBy(rows, ({ team }) => team).values()].map((own) =>
    proportionOf(own, requirements),
  )
  const ratio = clusterRatio(
    teams.map(({ numerator, denominator }) => ({
      numerator: numerator ?? 0,
      denominator: denominator ?? 0,
    })),
  )
  const isTooSmall = result.isTooSmall || ratio.clusters < TEAMS_TO_POOL
  return {
    ...result,
    ci: ratio.ci && { ...ratio.ci, level: 0.95, method: 'clustered by team, t' },
    parts: { ...result.parts, se: ratio.se, teamsUsed: ratio.clusters },
    isTooSmall,
    isTooSmallForBand: isTooSmall || result.isTooSmallForBand,
  }
}
