import { createHash } from 'node:crypto'
import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'
import { findSealedQuarter, listSealedQuarters } from '#db/sealed-quarters.ts'
import { DatabaseError } from '#lib/errors.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { type Restatement, restatementsOf } from '#scorecards/restatement.ts'
import type { MetricDefinition, MetricResult } from '#scorecards/result.ts'

export interface SealedBody {
  /** As they were, of the metrics that have results. */
  readonly definitions: readonly MetricDefinition[]
  /** Of all scopes and cells, by metric. */
  readonly results: readonly MetricResult[]
}

/** What a quarter was said to be when it was sealed, and what has been restated since. */
export interface SealedQuarter extends SealedBody {
  readonly quarter: string
  readonly asOf: Date
  readonly sealedAt: Date
  readonly hash: string
  readonly restated: readonly Restatement[]
}

/** In hexadecimal. */
export const hashOf = (body: string) => createHash('sha256').update(body).digest('hex')

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
    asOf,
    sealedAt: new Date(row.sealed_at),
    hash: row.hash,
    restated: restatementsOf(body.results, await listMeasurements(db, asOf)),
  }
}

/** When each quarter that was sealed was, by its name. */
export async function listSeals(db: Reader): Promise<Map<string, Date>> {
  const rows = await listSealedQuarters(db)
  return new Map(rows.map(({ quarter, sealed_at }) => [quarter, new Date(sealed_at)]))
}

function toSealedBody({ quarter, body, hash }: Row<'sealed_quarters'>): SealedBody {
  if (hashOf(body) === hash) return JSON.parse(body) as SealedBody // Only `sealQuarter` writes it.
  throw new DatabaseError(
    `the seal of ${quarter} is broken: what is stored has another hash than what was sealed; restore a backup of the database`,
  )
}
