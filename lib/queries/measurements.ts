import type { Reader } from '#db/connection.ts'
import { findResult, listResultsAt, type Subject } from '#db/measurements.ts'
import type { MetricResult } from '#scorecards/result.ts'

export type { Subject }

/** The newest published result of one subject at or before `asOf`. */
export async function findMeasurement(
  db: Reader,
  subject: Subject,
  asOf: Date,
): Promise<MetricResult | undefined> {
  const result = await findResult(db, subject, asOf)
  return result === undefined ? undefined : toResult(result)
}

/** What was published for the newest scored moment at or before `asOf`, by metric and scope. */
export async function listMeasurements(
  db: Reader,
  asOf: Date,
  filter: { readonly pathId?: string; readonly metricId?: string } = {},
): Promise<MetricResult[]> {
  return (await listResultsAt(db, asOf, filter)).map(toResult)
}

/** Written by scoring in this shape; nobody else writes it. */
const toResult = (json: string) => JSON.parse(json) as MetricResult
