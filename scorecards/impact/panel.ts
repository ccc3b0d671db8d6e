import { compareText } from '#lib/order.ts'

/** What is known of one unit (for us a team) before anybody asks whether it can be compared. */
export interface UnitSeries {
  readonly unit: string
  /** The period in which its treatment began; 0: it never did; null: nobody knows. */
  readonly first: number | null
  /** One for every period, in order; null where there is none. */
  readonly outcomes: readonly (number | null)[]
  /** Units of one cluster are not independent of each other. Without it a unit is its own. */
  readonly cluster?: string
}

/** Units that can be compared: an outcome for every unit in every period. */
export interface Panel {
  /** In ascending order as text. */
  readonly units: readonly string[]
  /** Ascending: 1 to T, or years. */
  readonly periods: readonly number[]
  /** For every unit the period in which treatment began; 0: not within the panel. */
  readonly firsts: readonly number[]
  /** For every period the outcome of every unit. */
  readonly outcomes: readonly Float64Array[]
  /** For every unit the number of its cluster, from 0; null when each unit is its own. */
  readonly clusters: Int32Array | null
}

export type DropReason =
  /** Asked for: only units that are treated at some time. */
  | 'never_treated'
  | 'treatment_unknown'
  /** In the first period or before: nothing is known of them without treatment. */
  | 'treated_from_start'
  | 'missing_period'

export interface Dropped {
  readonly unit: string
  readonly why: DropReason
}

/** Whether units that are never treated take part. */
export type Keep = 'all' | 'ever_treated'

/**
 * The balanced panel of section 11.2 of the metric reference, and who is not in it, by unit. Nothing
 * is filled in: a unit without an outcome in some period leaves.
 */
export function toPanel(
  series: readonly UnitSeries[],
  periods: readonly number[],
  keep: Keep = 'all',
): { readonly panel: Panel; readonly dropped: readonly Dropped[] } {
  const sorted = series.toSorted((a, b) => compareText(a.unit, b.unit))
  const judged = sorted.map((one) => ({ one, why: dropReason(one, periods, keep) }))
  return {
    panel: balanced(
      judged.flatMap(({ one, why }) => (why === null ? [one] : [])),
      periods,
    ),
    dropped: judged.flatMap(({ one, why }) => (why === null ? [] : [{ unit: one.unit, why }])),
  }
}

/** Null for a unit that stays; otherwise the first that holds. */
function dropReason(
  { first, outcomes }: UnitSeries,
  periods: readonly number[],
  keep: Keep,
): DropReason | null {
  if (first === null) return 'treatment_unknown'
  if (first === 0 && keep === 'ever_treated') return 'never_treated'
  if (first !== 0 && first <= (periods[0] ?? Number.NEGATIVE_INFINITY)) return 'treated_from_start'
  const isComplete = periods.every((_, place) => Number.isFinite(outcomes[place]))
  return isComplete && periods.length > 0 ? null : 'missing_period'
}

function balanced(series: readonly UnitSeries[], periods: readonly number[]): Panel {
  const last = periods.at(-1) ?? 0
  return {
    units: series.map(({ unit }) => unit),
    periods,
    firsts: series.map(({ first }) => (first === null || first > last ? 0 : first)),
    outcomes: periods.map((_, place) =>
      Float64Array.from(series, ({ outcomes }) => outcomes[place] ?? Number.NaN),
    ),
    clusters: clustersOf(series),
  }
}

function clustersOf(series: readonly UnitSeries[]): Int32Array | null {
  if (series.every(({ cluster }) => cluster === undefined)) return null
  // A unit without a cluster beside others with one is alone; its key must not be another's.
  const keys = series.map(({ unit, cluster }) =>
    cluster === undefined ? `unit ${unit}` : `cluster ${cluster}`,
  )
  const numbers = new Map([...new Set(keys)].map((key, index) => [key, index]))
  return Int32Array.from(keys, (key) => numbers.get(key) ?? 0) // Every key has its number.
}
