import { wilson } from '#lib/stats/proportions.ts'
import {
  type Computed,
  type CutPoints,
  type SortedGroup,
  type SortedRow,
  toEvidence,
  toEvidenceOfGroups,
} from '#scorecards/measure.ts'
import type { Interval } from '#scorecards/result.ts'

export interface Counts {
  readonly numerator: number
  readonly denominator: number
  readonly nUnknown: number
  /** Cases whose outcome could not be known yet; none when left out. */
  readonly notMatured?: number
}

export interface Requirements {
  readonly cutPoints: CutPoints | null
  /** Cases that the value needs. */
  readonly valueFrom: number
  /** Cases that a band needs. */
  readonly bandFrom: number
}

/** The share of the rows counted among those counted and not counted, with its Wilson interval. */
export const proportionOf = (rows: readonly SortedRow[], requirements: Requirements): Computed => ({
  ...proportion(countSets(rows), requirements),
  evidence: toEvidence(rows),
})

/** The same of rows in groups. */
export const proportionOfGroups = (
  groups: readonly SortedGroup[],
  requirements: Requirements,
): Computed => ({
  ...proportion(
    countSets(groups.map(({ kind, rows }) => ({ kind, times: rows.length }))),
    requirements,
  ),
  evidence: toEvidenceOfGroups(groups),
})

export function countSets(rows: readonly Omit<SortedRow, 'id'>[]): Required<Counts> {
  let [numerator, others, nUnknown, notMatured] = [0, 0, 0, 0]
  for (const { kind, times = 1 } of rows) {
    if (kind === 'counted') numerator += times
    else if (kind === 'unknown') nUnknown += times
    else if (kind === 'not_matured') notMatured += times
    else if (kind.startsWith('not_counted')) others += times
  }
  return { numerator, denominator: numerator + others, nUnknown, notMatured }
}

/** The same of counts alone; whoever has the rows adds their evidence. */
export function proportion(counts: Counts, requirements: Requirements): Computed {
  const { numerator, denominator, nUnknown, notMatured = 0 } = counts
  return {
    value: denominator === 0 ? null : numerator / denominator,
    numerator,
    denominator,
    n: denominator,
    nUnknown,
    notMatured,
    ci: wilsonInterval(numerator, denominator),
    bounds: unknownBounds(counts),
    parts: {},
    flags: nUnknown > 0 ? ['has_unknown'] : [],
    evidence: [],
    isTooSmall: denominator < requirements.valueFrom,
    isTooSmallForBand: denominator < requirements.bandFrom,
    cutPoints: requirements.cutPoints,
  }
}

function wilsonInterval(numerator: number, denominator: number): Interval | null {
  const limits = wilson(numerator, denominator)
  return limits && { ...limits, level: 0.95, method: 'wilson' }
}

/** What the share would be if all unknown cases were not counted, and if all were. */
function unknownBounds({ numerator, denominator, nUnknown }: Counts): Computed['bounds'] {
  if (nUnknown === 0) return null
  const all = denominator + nUnknown
  return { low: numerator / all, high: (numerator + nUnknown) / all }
}
