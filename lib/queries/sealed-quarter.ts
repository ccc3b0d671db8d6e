import { createHash } from 'node:crypto'
import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { findSealedQuarter, listSealedQuarters } from '#db/sealed-quarters.ts'
import { DatabaseError } from '#lib/errors.ts'
import { type Period, weekNumber, weekStart } from '#lib/period.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { HISTORY_WEEKS } from '#scorecards/horizons.ts'
import { type Restatement, restatementsOf } from '#scorecards/restatement.ts'
import type { MetricDefinition, MetricResult } from '#scorecards/result.ts'

export interface SealedBody {
  /** As they were, of the metrics that have results. */
  readonly definitions: readonly MetricDefinition[]
  /** Of the organisation and of golden paths, with all cells, by metric. */
  readonly results: readonly MetricResult[]
}

/** What a quarter was said to be when it was sealed, and what has been restated since. */
export interface SealedQuarter extends SealedBody {
  readonly quarter: string
  /** The days that were the fiscal quarter then. */
  readonly period: Period
  readonly asOf: Date
  readonly sealedAt: Date
  readonly hash: string
  readonly restated: readonly Restatement[]
}

/** Of all of it, in hexadecimal. */
export const hashOf = (row: Omit<Row<'sealed_quarters'>, 'hash'>) =>
  createHash('sha256')
    .update(
      JSON.stringify([
        row.quarter,
        row.period_from,
        row.period_to,
        row.as_of,
        row.run,
        row.sealed_at,
        row.body,
      ]),
    )
    .digest('hex')

/** The organisation and golden paths are what a review is about, and what is measured for two years. */
export const listSealable = (db: Reader, asOf: Date): Promise<MetricResult[]> =>
  listMeasurements(db, asOf, { teamId: '', sourceId: '' })

/** The first end of a week of which all of that is measured, by a run that speaks for `lastWeekEnd`. */
export const firstMeasured = (lastWeekEnd: string): Date =>
  weekStart(weekNumber(new Date(lastWeekEnd)) - HISTORY_WEEKS + 1)

/**
 * Undefined where it was never sealed.
 *
 * @throws {DatabaseError} what is stored is not what was sealed
 */
export async function readSealedQuarter(
  db: Reader,
  quarter: string,
): Promise<SealedQuarter | undefined> {
  const row = await findSealedQuarter(db, quarter)
  if (row === undefined) return undefined
  const body = toSealedBody(row)
  const asOf = new Date(row.as_of)
  return {
    ...body,
    quarter,
    period: { from: new Date(row.period_from), to: new Date(row.period_to) },
    asOf,
    sealedAt: new Date(row.sealed_at),
    hash: row.hash,
    restated: await listRestated(db, body, asOf),
  }
}

/** What is too old to be measured is not restated by that. */
async function listRestated(db: Reader, { results }: SealedBody, asOf: Date) {
  const restated = restatementsOf(results, await listSealable(db, asOf))
  const last = await findLastScoringRun(db)
  const isTooOld = last !== undefined && asOf < firstMeasured(last.as_of)
  return isTooOld ? restated.filter(({ is }) => is !== null) : restated
}

/** When each quarter that was sealed was, by its name. */
export async function listSeals(db: Reader): Promise<Map<string, Date>> {
  const rows = await listSealedQuarters(db)
  return new Map(rows.map(({ quarter, sealed_at }) => [quarter, new Date(sealed_at)]))
}

function toSealedBody({ hash, ...row }: Row<'sealed_quarters'>): SealedBody {
  if (hashOf(row) === hash) return JSON.parse(row.body) as SealedBody // Only `sealQuarter` writes it.
  throw new DatabaseError(
    `the seal of ${row.quarter} is broken: what is stored has another hash than what was sealed; restore a backup of the database`,
  )
}
