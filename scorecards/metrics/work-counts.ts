import { WORK_KINDS, type WorkKind } from '#scorecards/adoption/weekly-counts.ts'
import type { EvidenceKind } from '#scorecards/measure.ts'

/** Pieces of in-scope work of one team by how they were done. */
export type WorkCounts = Readonly<Record<WorkKind, number>>

/** How far a result looks: pooled over the teams of a path, or at one team. */
export type Reach = 'path' | 'team'

/** Work of one team is alike, so a pooled figure needs so many teams. */
export const TEAMS_TO_POOL = 5

export const offPath = (counts: WorkCounts) =>
  counts.parallel_pipeline + counts.manual_change + counts.off_path

/** Work that was clearly done one way or the other. */
export const known = (counts: WorkCounts) => counts.path + offPath(counts)

export const sumOf = <T>(rows: readonly T[], countOf: (row: T) => number) =>
  rows.reduce((total, row) => total + countOf(row), 0)

/**
 * The rows of one team in the days before the as-of, by the set of each way of working. They are
 * many, so an id is a query for them: `activities?team=payments&days=28&mechanism=path`.
 */
export function toQueries(
  counts: WorkCounts,
  terms: Readonly<Record<string, string>>,
  setOf: (kind: WorkKind) => EvidenceKind,
): { id: string; kind: EvidenceKind }[] {
  return WORK_KINDS.filter((kind) => counts[kind] > 0).map((kind) => ({
    id: toQuery({ ...terms, mechanism: kind }),
    kind: setOf(kind),
  }))
}

export const toQuery = (terms: Readonly<Record<string, string>>) =>
  `activities?${new URLSearchParams(terms)}`
