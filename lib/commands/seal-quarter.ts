import { createHash } from 'node:crypto'
import type { Database, Reader } from '#db/connection.ts'
import { findPublishedRun } from '#db/published.ts'
import type { Row } from '#db/schema.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { findSealedQuarter, insertSealedQuarter } from '#db/sealed-quarters.ts'
import { ConfigError, DatabaseError } from '#lib/errors.ts'
import { type Period, weekOf } from '#lib/period.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { definitions } from '#scorecards/catalogue.ts'
import { type Restatement, restatementsOf } from '#scorecards/restatement.ts'
import type { MetricDefinition, MetricResult } from '#scorecards/result.ts'

interface SealedBody {
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

export interface QuarterToSeal {
  /** `2026-Q3`. */
  readonly quarter: string
  readonly period: Period
  readonly now: Date
}

/**
 * Keeps what is published of a fiscal quarter, once and for all: every figure at its last end of a week,
 * with its definition. What facts and definitions become later changes nothing of it.
 *
 * @throws {ConfigError} the quarter is not over, was sealed before, or is not scored to its end
 */
export async function sealQuarter(
  db: Database,
  { quarter, period, now }: QuarterToSeal,
): Promise<void> {
  if (period.to > now) {
    throw new ConfigError(
      `${quarter}: is over on ${period.to.toISOString()}, and can be sealed then`,
    )
  }
  await db.transaction().execute(async (tx) => {
    const asOf = weekOf(period.to).from
    const last = await findLastScoringRun(tx)
    const results = await listMeasurements(tx, asOf)
    if (last === undefined || last.as_of < asOf.toISOString() || results.length === 0) {
      throw new ConfigError(
        `${quarter}: has no figures of ${asOf.toISOString()}; run \`desirepath score\` first`,
      )
    }
    const body = JSON.stringify(toBody(results))
    const isFirst = await insertSealedQuarter(tx, {
      quarter,
      period_from: period.from.toISOString(),
      period_to: period.to.toISOString(),
      as_of: asOf.toISOString(),
      run: await findPublishedRun(tx),
      sealed_at: now.toISOString(),
      body,
      hash: hashOf(body),
    })
    if (!isFirst) throw new ConfigError(`${quarter}: is sealed already, and a seal stays as it is`)
  })
}

function toBody(results: readonly MetricResult[]): SealedBody {
  const named = new Set(results.map(({ metricId }) => metricId))
  return { definitions: definitions.filter(({ id }) => named.has(id)), results }
}

const hashOf = (body: string) => createHash('sha256').update(body).digest('hex')

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

function toSealedBody({ quarter, body, hash }: Row<'sealed_quarters'>): SealedBody {
  if (hashOf(body) === hash) return JSON.parse(body) as SealedBody // Only `sealQuarter` writes it.
  throw new DatabaseError(
    `the seal of ${quarter} is broken: what is stored has another hash than what was sealed; restore a backup of the database`,
  )
}
