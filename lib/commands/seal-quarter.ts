import type { Database, Reader } from '#db/connection.ts'
import { findPublishedRun } from '#db/published.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { insertSealedQuarter } from '#db/sealed-quarters.ts'
import { COMMAND } from '#lib/command.ts'
import { ConfigError } from '#lib/errors.ts'
import { type Period, weekOf } from '#lib/period.ts'
import { listMeasurements } from '#lib/queries/measurements.ts'
import { firstMeasured, hashOf, isSealed, type SealedBody } from '#lib/queries/sealed-quarter.ts'
import { definitions } from '#scorecards/catalogue.ts'
import type { MetricResult } from '#scorecards/result.ts'

export interface QuarterToSeal {
  /** `2026-Q3`. */
  readonly quarter: string
  readonly period: Period
  readonly now: Date
}

/**
 * Keeps what is published of a fiscal quarter, once and for all: every figure of the organisation and of golden
 * paths at its last end of a week, with its definition. What facts and definitions become later changes nothing of
 * it.
 *
 * @throws {ConfigError} the quarter is not over, is too old, was sealed before, or is not scored to its end
 */
export async function sealQuarter(
  db: Database,
  { quarter, period, now }: QuarterToSeal,
): Promise<void> {
  if (period.to > now) {
    throw new ConfigError(
      `${quarter}: ends on ${period.to.toISOString().slice(0, 10)}, and can be sealed from then on`,
    )
  }
  await db.transaction().execute(async (tx) => {
    const asOf = weekOf(period.to).from
    await requireMeasured(tx, quarter, asOf)
    const results = (await listMeasurements(tx, asOf)).filter(isSealed)
    const row = {
      quarter,
      period_from: period.from.toISOString(),
      period_to: period.to.toISOString(),
      as_of: asOf.toISOString(),
      run: await findPublishedRun(tx),
      sealed_at: now.toISOString(),
      body: JSON.stringify(toBody(results)),
    }
    const isFirst = await insertSealedQuarter(tx, { ...row, hash: hashOf(row) })
    if (!isFirst) throw new ConfigError(`${quarter}: is sealed already, and a seal stays as it is`)
  })
}

async function requireMeasured(db: Reader, quarter: string, asOf: Date): Promise<void> {
  const first = await firstMeasured(db)
  if (first !== undefined && asOf < first) {
    throw new ConfigError(
      `${quarter}: is too old to be sealed; figures are kept true for two years, from ${first.toISOString().slice(0, 10)} on`,
    )
  }
  const last = await findLastScoringRun(db)
  const day = asOf.toISOString().slice(0, 10)
  if (last === undefined || last.as_of < asOf.toISOString()) {
    throw new ConfigError(
      `${quarter}: is not scored up to ${day}; run \`${COMMAND} score\`, then seal it`,
    )
  }
  const results = (await listMeasurements(db, asOf)).filter(isSealed)
  if (results.some(({ value }) => value !== null)) return
  throw new ConfigError(
    `${quarter}: no figure of ${day} has a value, and a seal would keep that for good; \`${COMMAND} doctor\` tells what was not read`,
  )
}

function toBody(results: readonly MetricResult[]): SealedBody {
  const named = new Set(results.map(({ metricId }) => metricId))
  return { definitions: definitions.filter(({ id }) => named.has(id)), results }
}
