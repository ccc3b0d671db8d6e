import type { Database, Reader } from '#db/connection.ts'
import { findPublishedRun } from '#db/published.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { insertSealedQuarter } from '#db/sealed-quarters.ts'
import { COMMAND } from '#lib/command.ts'
import { ConfigError } from '#lib/errors.ts'
import { type Period, toDay, weekOf } from '#lib/period.ts'
import {
  firstMeasured,
  hashOf,
  listSealable,
  type SealedBody,
} from '#lib/queries/sealed-quarter.ts'
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
    throw new ConfigError(`${quarter}: ends on ${toDay(period.to)}, and can be sealed from then on`)
  }
  await db.transaction().execute(async (tx) => {
    const asOf = weekOf(period.to).from
    const results = await requireMeasured(tx, quarter, asOf)
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

async function requireMeasured(db: Reader, quarter: string, asOf: Date): Promise<MetricResult[]> {
  const last = await findLastScoringRun(db)
  const day = toDay(asOf)
  if (last === undefined || last.as_of < asOf.toISOString()) {
    throw new ConfigError(
      `${quarter}: is not scored up to ${day}; run \`${COMMAND} score\`, then seal it`,
    )
  }
  const first = firstMeasured(last.as_of)
  if (asOf < first) {
    throw new ConfigError(
      `${quarter}: is too old to be sealed; figures are kept true for two years, from ${toDay(first)} on`,
    )
  }
  const results = await listSealable(db, asOf)
  if (results.some(({ value }) => value !== null)) return results
  throw new ConfigError(
    `${quarter}: no figure of ${day} has a value, and a seal would keep that for good; \`${COMMAND} doctor\` tells what was not read`,
  )
}

function toBody(results: readonly MetricResult[]): SealedBody {
  const named = new Set(results.map(({ metricId }) => metricId))
  return { definitions: definitions.filter(({ id }) => named.has(id)), results }
}
