import type { Database } from '#db/connection.ts'
import { findPublishedRun } from '#db/published.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { insertSealedQuarter } from '#db/sealed-quarters.ts'
import { ConfigError } from '#lib/errors.ts'
import { type Period, weekOf } from '#lib/period.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { hashOf, type SealedBody } from '#lib/queries/sealed-quarter.ts'
import { definitions } from '#scorecards/catalogue.ts'
import type { MetricResult } from '#scorecards/result.ts'

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
