import { definitionOf } from '#scorecards/catalogue.ts'
import type { MetricResult, Scope } from '#scorecards/result.ts'

/** A result as it is stored; see `MeasurementTable` (db/schema.ts). */
export interface MeasurementFields {
  readonly metric_id: string
  readonly path_id: string
  readonly team_id: string
  readonly source_id: string
  readonly window_kind: WindowKind
  readonly window_end: string
  readonly cell: string
  readonly window_start: string
  readonly as_of: string
  readonly value: number | null
  readonly numerator: number | null
  readonly denominator: number | null
  readonly n: number | null
  readonly unknown_count: number
  readonly not_matured_count: number
  readonly coverage: number
  readonly ci_low: number | null
  readonly ci_high: number | null
  readonly status: string
  readonly band: string
  readonly details: string
  readonly definition_version: string
  readonly engine_version: string
  readonly computed_at: string
}

/** `own`: the days before the as-of that the metric itself looks at. */
export type WindowKind = 'own' | 'week' | 'month' | 'quarter'

/** Parameters that name the cell of a metric that is a table. */
const CELL_PARAMETERS = ['cohort', 'weeks', 'step', 'type', 'theme', 'linkType', 'wave'] as const

interface Details
  extends Pick<MetricResult, 'parameters' | 'watermarks' | 'parts' | 'flags' | 'evidence'> {
  readonly bounds: MetricResult['bounds']
  readonly method: string | null
}

export function toMeasurementRow(
  result: MetricResult,
  windowKind: WindowKind = 'own',
): MeasurementFields {
  const { scope, ci } = result
  const details: Details = {
    parameters: result.parameters,
    watermarks: result.watermarks,
    parts: result.parts,
    flags: result.flags,
    evidence: result.evidence,
    bounds: result.bounds,
    method: ci?.method ?? null,
  }
  return {
    metric_id: result.metricId,
    path_id: scope.pathId ?? '',
    team_id: scope.teamId ?? '',
    source_id: scope.sourceId ?? '',
    window_kind: windowKind,
    window_end: windowKind === 'own' ? result.asOf : result.window.end,
    cell: cellOf(result),
    window_start: result.window.start,
    as_of: result.asOf,
    value: result.value,
    numerator: result.numerator,
    denominator: result.denominator,
    n: result.n,
    unknown_count: result.nUnknown,
    not_matured_count: result.notMatured,
    coverage: result.coverage,
    ci_low: ci?.low ?? null,
    ci_high: ci?.high ?? null,
    status: result.status,
    band: result.band,
    details: JSON.stringify(details),
    definition_version: result.definitionVersion,
    engine_version: result.engineVersion,
    computed_at: result.computedAt,
  }
}

/** The parameters that name a cell; none of a metric that is one number. */
export const cellParameters = ({
  parameters,
}: Pick<MetricResult, 'parameters'>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    CELL_PARAMETERS.flatMap((name) =>
      parameters[name] === undefined ? [] : [[name, parameters[name]]],
    ),
  )

/** How the cell that `parameters` name is stored; empty text for a metric that is one number. */
export function cellOf(result: Pick<MetricResult, 'parameters'>): string {
  const named = cellParameters(result)
  return Object.keys(named).length === 0 ? '' : JSON.stringify(named)
}

/** The result that was stored; its unit and guardrails are those of today's definition. */
export function toMetricResult(row: MeasurementFields): MetricResult {
  const { unit, guardrails } = definitionOf(row.metric_id)
  // Only `toMeasurementRow` writes it.
  const { method, ...details } = JSON.parse(row.details) as Details
  return {
    metricId: row.metric_id,
    definitionVersion: row.definition_version,
    engineVersion: row.engine_version,
    scope: scopeOf(row),
    window: { start: row.window_start, end: row.window_end },
    asOf: row.as_of,
    computedAt: row.computed_at,
    value: row.value,
    unit,
    numerator: row.numerator,
    denominator: row.denominator,
    n: row.n,
    nUnknown: row.unknown_count,
    notMatured: row.not_matured_count,
    coverage: row.coverage,
    ci: method === null ? null : { low: row.ci_low, high: row.ci_high, level: 0.95, method },
    // Only scoring writes them, and these are its words.
    status: row.status as MetricResult['status'],
    band: row.band as MetricResult['band'],
    guardrails,
    ...details,
  }
}

function scopeOf(row: MeasurementFields): Scope {
  return {
    ...(row.path_id !== '' && { pathId: row.path_id }),
    ...(row.team_id !== '' && { teamId: row.team_id }),
    ...(row.source_id !== '' && { sourceId: row.source_id }),
  }
}
