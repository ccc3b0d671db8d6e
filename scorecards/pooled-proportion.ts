import { clusterRatio } from '#lib/stats/proportions.ts'
import { type Computed, type SortedRow, toEvidence } from '#scorecards/measure.ts'
import { TEAMS_TO_POOL } from '#scorecards/metrics/work-counts.ts'
import { type Counts, countSets, proportion, type Requirements } from '#scorecards/proportion.ts'

/** A row, the set that it belongs to, and whose it is; null when nobody knows. */
export interface TeamRow extends SortedRow {
  readonly team: string | null
}

/** The share of rows counted, pooled over their teams. */
export const pooledProportionOf = (
  rows: readonly TeamRow[],
  requirements: Requirements,
): Computed => ({
  ...pooledProportion(
    [...Map.groupBy(rows, ({ team }) => team).values()].map(countSets),
    requirements,
  ),
  evidence: toEvidence(rows),
})

/**
 * The share over the counts of all teams: what one team does is alike, so the interval goes by teams,
 * and needs five of them.
 */
export function pooledProportion(teams: readonly Counts[], requirements: Requirements): Computed {
  const result = proportion(sumCounts(teams), requirements)
  const ratio = clusterRatio(teams)
  const isTooSmall = result.isTooSmall || ratio.clusters < TEAMS_TO_POOL
  return {
    ...result,
    ci: ratio.ci && { ...ratio.ci, level: 0.95, method: 'clustered by team, t' },
    parts: { ...result.parts, se: ratio.se, teamsUsed: ratio.clusters },
    isTooSmall,
    isTooSmallForBand: isTooSmall || result.isTooSmallForBand,
  }
}

export const sumCounts = (all: readonly Counts[]): Required<Counts> =>
  all.reduce<Required<Counts>>(
    (sum, counts) => ({
      numerator: sum.numerator + counts.numerator,
      denominator: sum.denominator + counts.denominator,
      nUnknown: sum.nUnknown + counts.nUnknown,
      notMatured: sum.notMatured + (counts.notMatured ?? 0),
    }),
    { numerator: 0, denominator: 0, nUnknown: 0, notMatured: 0 },
  )
