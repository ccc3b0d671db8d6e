import type { Cell } from '#scorecards/impact/cells.ts'
import { at, combine, standardError } from '#scorecards/impact/influence.ts'
import type { Study } from '#scorecards/impact/study.ts'

/** An effect with what it rests on. */
export interface Estimate {
  readonly att: number
  /** Null where nothing was estimated: base periods only. */
  readonly se: number | null
  readonly influence: Float64Array
}

export interface Aggregate {
  /** Null when no cell after treatment exists. */
  readonly overall: Estimate | null
  /** Ascending by `e`: a cohort, a time since treatment, or a period. */
  readonly rows: readonly (Estimate & { readonly e: number })[]
}

/** The effect over all cells after treatment, each cohort weighing as often as it was observed. */
function simpleAggregate(study: Study, cells: readonly Cell[]): Aggregate {
  return { overall: byShare(study, cells.filter(isPost)), rows: [] }
}

/** The effect of each cohort, and over cohorts by their share of the units: the headline. */
export function groupAggregate(study: Study, cells: readonly Cell[]): Aggregate {
  const rows = rowsBy(cells.filter(isPost), ({ g }) => g).map(([g, own]) => ({
    ...plainMean(study, own),
    e: g,
    g,
  }))
  return { overall: byShare(study, rows), rows: rows.map(({ g, ...row }) => row) }
}

/**
 * The event study: the effect by time since treatment, before it too. With `balanceE` only cohorts
 * observed for that long, so that the same ones stand behind every row after treatment.
 */
export function dynamicAggregate(
  study: Study,
  cells: readonly Cell[],
  balanceE: number | null = null,
): Aggregate {
  const kept = balanceE === null ? cells : balancedCells(study, cells, balanceE)
  const rows = rowsBy(kept, ({ g, t }) => t - g).flatMap(([e, own]) => shareRow(study, e, own))
  return {
    overall: overRows(
      study,
      rows.filter(({ e }) => e >= 0),
    ),
    rows,
  }
}

/** The effect by period, over the cohorts treated by then. */
function calendarAggregate(study: Study, cells: readonly Cell[]): Aggregate {
  const rows = rowsBy(cells.filter(isPost), ({ t }) => t).flatMap(([t, own]) =>
    shareRow(study, t, own),
  )
  return { overall: overRows(study, rows), rows }
}

export const aggregates = {
  simple: simpleAggregate,
  group: groupAggregate,
  dynamic: dynamicAggregate,
  calendar: calendarAggregate,
} as const

const isPost = (cell: Cell) => cell.isPost

function balancedCells({ periods }: Study, cells: readonly Cell[], balanceE: number) {
  const last = periods.at(-1) ?? 0
  const first = cells.reduce((earliest, { t }) => Math.min(earliest, t), last)
  return cells.filter(({ g, t }) => {
    const e = t - g
    return last - g >= balanceE && e <= balanceE && e >= balanceE - last + first
  })
}

const rowsBy = (cells: readonly Cell[], key: (cell: Cell) => number) =>
  [...Map.groupBy(cells, key)].toSorted(([a], [b]) => a - b)

const shareRow = (study: Study, e: number, cells: readonly Cell[]) => {
  const estimate = byShare(study, cells)
  return estimate === null ? [] : [{ ...estimate, e }]
}

const overRows = (study: Study, rows: readonly Estimate[]) =>
  rows.length === 0 ? null : plainMean(study, rows)

function plainMean(study: Study, parts: readonly Estimate[]): Estimate {
  const weight = 1 / parts.length
  const influence = combine(
    parts.map((part) => ({ weight, influence: part.influence })),
    study.units.length,
  )
  const att = parts.reduce((sum, part) => sum + part.att, 0) * weight
  return { att, se: errorOf(study, parts, influence), influence }
}

/**
 * The mean of parts weighted by the share p of their cohorts, whose shares are estimated too. That
 * adds Σ ω ATT to the influence of a unit (section 11.4 of the metric reference), which comes to the
 * sum, over the parts of its own cohort, of (ATT - overall) / Σp. Null without parts.
 */
function byShare(
  study: Study,
  parts: readonly (Estimate & { readonly g: number })[],
): Estimate | null {
  if (parts.length === 0) return null
  const n = study.units.length
  const shares = parts.map(({ g }) => at(study.sizes, study.cohorts.indexOf(g)) / n)
  const total = shares.reduce((sum, share) => sum + share, 0)
  const weighted = parts.map((part, index) => ({ ...part, weight: at(shares, index) / total }))
  const att = weighted.reduce((sum, part) => sum + part.weight * part.att, 0)
  const influence = combine(weighted, n)
  const own = study.cohorts.map((cohort) =>
    parts.reduce((sum, part) => (part.g === cohort ? sum + (part.att - att) / total : sum), 0),
  )
  for (let unit = 0; unit < n; unit += 1) {
    influence[unit] = at(influence, unit) + at(own, at(study.cohortOf, unit))
  }
  return { att, se: errorOf(study, parts, influence), influence }
}

const errorOf = ({ clusters }: Study, parts: readonly Estimate[], influence: Float64Array) =>
  parts.every(({ se }) => se === null) ? null : standardError(influence, clusters)
