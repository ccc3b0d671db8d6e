import { requireKnown } from '#bin/known.ts'
import type { Reader } from '#db/connection.ts'
import type { Config } from '#lib/config.ts'
import { findGoldenPath } from '#lib/queries/golden-paths.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { listAdoptionStates, type TeamState } from '#lib/queries/states.ts'
import { listUsage, type UsageRow } from '#lib/queries/usage.ts'
import type { MetricResult } from '#scorecards/result.ts'

export const TABLES = ['usage', 'states', 'measurements'] as const
export type Table = (typeof TABLES)[number]

export interface ExportFilter {
  readonly asOf: Date
  /** Undefined: all. */
  readonly pathId: string | undefined
}

type Cell = string | number | null

export interface Exported {
  readonly columns: readonly string[]
  /** One for each row, in the order of `columns`; null is not known, or does not apply. */
  readonly cells: readonly (readonly Cell[])[]
  readonly json: unknown
}

/** @throws {ConfigError} when the filter names a path that never was configured */
export async function listExport(
  db: Reader,
  { goldenPaths }: Pick<Config, 'goldenPaths'>,
  table: Table,
  { asOf, pathId }: ExportFilter,
): Promise<Exported> {
  if (pathId !== undefined && (await findGoldenPath(db, pathId)) === undefined) {
    requireKnown(
      '--path',
      pathId,
      goldenPaths.map(({ id }) => id),
    )
  }
  const ofPath = pathId === undefined ? {} : { pathId }
  switch (table) {
    case 'usage':
      return toTable(USAGE, await listUsage(db, { asOf, ...ofPath }))
    case 'states':
      return toTable(STATES, await listAdoptionStates(db, { asOf, ...ofPath }))
    case 'measurements': {
      const results = await listMeasurements(db, asOf, ofPath)
      return { ...toTable(MEASUREMENTS, results), json: results }
    }
  }
}

type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>

function toTable<Row>(columns: Columns<Row>, rows: readonly Row[]): Exported {
  const cells = rows.map((row) => Object.values(columns).map((cellOf) => cellOf(row)))
  const names = Object.keys(columns)
  return {
    columns: names,
    cells,
    json: cells.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]]))),
  }
}

const instant = (at: Date | null) => at?.toISOString() ?? null

const USAGE: Columns<UsageRow> = {
  service: ({ service }) => service,
  path: ({ path }) => path,
  state: ({ state }) => state,
  version: ({ version }) => version,
  lag_versions: ({ lagVersions }) => lagVersions,
  lag_days: ({ lagDays }) => lagDays,
  evidence: ({ evidence }) => evidence,
  observed_at: ({ observedAt }) => instant(observedAt),
}

const STATES: Columns<TeamState> = {
  team: ({ team }) => team,
  path: ({ path }) => path,
  week_end: ({ weekEnd }) => instant(weekEnd),
  state: ({ state }) => state,
  origin: ({ origin }) => origin,
  currently_mandated: ({ currentlyMandated }) => Number(currentlyMandated),
  ever_under_interface_mandate: ({ everUnderInterfaceMandate }) =>
    Number(everUnderInterfaceMandate),
  inactive_weeks: ({ inactiveWeeks }) => inactiveWeeks,
  flags: ({ flags }) => flags.join(' '),
  rule: ({ rule }) => rule,
  reason: reasonOf,
  first_adopted_week: ({ firstAdoptedWeek }) => instant(firstAdoptedWeek),
}

/** Why the path is meant for the team or not, or why the state is unknown; null where no more is to say. */
function reasonOf({ state, inputs }: TeamState): string | null {
  const { eligibilityReason: reason, useCoverage, activityCoverage } = inputs
  if (typeof reason === 'string') return reason
  if (state !== 'unknown') return null
  const read = Math.min(Number(useCoverage), Number(activityCoverage))
  return `${Math.round(100 * read)} % of the last 28 days were read`
}

const MEASUREMENTS: Columns<MetricResult> = {
  metric: ({ metricId }) => metricId,
  path: ({ scope }) => scope.pathId ?? null,
  team: ({ scope }) => scope.teamId ?? null,
  source: ({ scope }) => scope.sourceId ?? null,
  as_of: ({ asOf }) => asOf,
  window_start: ({ window }) => window.start,
  window_end: ({ window }) => window.end,
  value: ({ value }) => value,
  unit: ({ unit }) => unit,
  numerator: ({ numerator }) => numerator,
  denominator: ({ denominator }) => denominator,
  n: ({ n }) => n,
  n_unknown: ({ nUnknown }) => nUnknown,
  not_matured: ({ notMatured }) => notMatured,
  coverage: ({ coverage }) => coverage,
  ci_low: ({ ci }) => ci?.low ?? null,
  ci_high: ({ ci }) => ci?.high ?? null,
  bounds_low: ({ bounds }) => bounds?.low ?? null,
  bounds_high: ({ bounds }) => bounds?.high ?? null,
  status: ({ status }) => status,
  band: ({ band }) => band,
  flags: ({ flags }) => flags.join(' '),
  definition_version: ({ definitionVersion }) => definitionVersion,
  computed_at: ({ computedAt }) => computedAt,
}
