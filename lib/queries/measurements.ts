import type { Reader } from '#db/connection.ts'
import {
  findMeasurementRow,
  listMeasurementRows,
  type Selection,
  type Subject,
} from '#db/measurements.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { weekOf } from '#lib/period.ts'
import { toMetricResult } from '#scorecards/measurement-row.ts'
import type { MetricResult } from '#scorecards/result.ts'

export type { Subject }

/** The newest published result of one subject at or before `asOf`. */
export async function findMeasurement(
  db: Reader,
  subject: Subject,
  asOf: Date,
): Promise<MetricResult | undefined> {
  const row = await findMeasurementRow(db, subject, asOf)
  return row && toMetricResult(row)
}

/** What was published for the newest scored moment at or before `asOf`, by metric and scope. */
export async function listMeasurements(
  db: Reader,
  asOf: Date,
  filter: Omit<Selection, 'windowKind' | 'windowEnds'> = {},
): Promise<MetricResult[]> {
  const last = await findLastScoringRun(db)
  if (last === undefined) return []
  const weekEnd = weekOf(asOf).from.toISOString()
  const rows = await listMeasurementRows(db, {
    windowKind: 'own',
    windowEnds: [[weekEnd, last.as_of].toSorted()[0] ?? weekEnd],
    ...filter,
  })
  return rows.map(toMetricResult)
}

/** Published results over windows of one kind, by metric, scope and time. */
export async function listWindows(db: Reader, selection: Selection): Promise<MetricResult[]> {
  return (await listMeasurementRows(db, selection)).map(toMetricResult)
}
