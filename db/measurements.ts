import { forEachChunk } from '#db/chunks.ts'
import type { Database, Reader } from '#db/connection.ts'
import type { NewRow, Row } from '#db/schema.ts'

export type ComputedMeasurement = Omit<NewRow<'measurements'>, 'run_id' | 'superseded_by'>

/** Which standing rows a computation speaks for: those of a kind from a moment on. */
export interface Horizon {
  readonly kind: 'path' | 'team' | 'source'
  readonly from: string
}

/**
 * Makes `measurements` the ones that stand. A row that says the same, but for when it was computed,
 * is left alone; what differs is superseded by `runId`, and so is what lies within `horizons` and
 * was not computed again. Returns how many rows changed.
 */
export async function publishMeasurements(
  tx: Database,
  runId: string,
  measurements: readonly ComputedMeasurement[],
  horizons: readonly Horizon[],
): Promise<number> {
  const standing = await tx
    .selectFrom('measurements')
    .select([...KEY, 'result'])
    .where('superseded_by', 'is', null)
    .execute()
  const before = new Map(standing.map((row) => [keyOf(row), timeless(row.result)]))
  const changed = measurements.filter((row) => before.get(keyOf(row)) !== timeless(row.result))
  const now = new Set(measurements.map(keyOf))
  const replaced = changed.filter((row) => before.has(keyOf(row)))
  const withdrawn = standing.filter((row) => !now.has(keyOf(row)) && isWithin(horizons, row))
  await supersede(tx, runId, [...replaced, ...withdrawn])
  await forEachChunk(changed, (rows) =>
    tx
      .insertInto('measurements')
      .values(rows.map((row) => ({ ...row, run_id: runId, superseded_by: null })))
      .execute(),
  )
  return changed.length + withdrawn.length
}

const KEY = ['metric_id', 'path_id', 'team_id', 'source_id', 'as_of'] as const
type Key = Pick<Row<'measurements'>, (typeof KEY)[number]>

const subjectOf = (row: Key) => [row.metric_id, row.path_id, row.team_id, row.source_id].join('\n')
const keyOf = (row: Key) => `${subjectOf(row)}\n${row.as_of}`

const timeless = (result: string) => result.replace(/"computedAt":"[^"]*"/, '')

function isWithin(horizons: readonly Horizon[], row: Key): boolean {
  const kind = row.source_id !== '' ? 'source' : row.team_id !== '' ? 'team' : 'path'
  return horizons.some((horizon) => horizon.kind === kind && horizon.from <= row.as_of)
}

async function supersede(tx: Database, runId: string, keys: readonly Key[]): Promise<void> {
  for (const rows of Map.groupBy(keys, subjectOf).values()) {
    const [first] = rows
    if (first === undefined) continue
    await forEachChunk(rows, (chunk) =>
      tx
        .updateTable('measurements')
        .set({ superseded_by: runId })
        .where('superseded_by', 'is', null)
        .where('metric_id', '=', first.metric_id)
        .where('path_id', '=', first.path_id)
        .where('team_id', '=', first.team_id)
        .where('source_id', '=', first.source_id)
        .where(
          'as_of',
          'in',
          chunk.map((row) => row.as_of),
        )
        .execute(),
    )
  }
}

/** What a measurement is about; a part left out is a part that the scope must not have. */
export interface Subject {
  readonly metricId: string
  readonly pathId?: string
  readonly teamId?: string
  readonly sourceId?: string
}

/** The newest standing `MetricResult` (JSON) of one subject at or before `asOf`. */
export async function findResult(
  db: Reader,
  { metricId, pathId = '', teamId = '', sourceId = '' }: Subject,
  asOf: Date,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('measurements')
    .select('result')
    .where('superseded_by', 'is', null)
    .where('metric_id', '=', metricId)
    .where('path_id', '=', pathId)
    .where('team_id', '=', teamId)
    .where('source_id', '=', sourceId)
    .where('as_of', '<=', asOf.toISOString())
    .orderBy('as_of', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.result
}

/**
 * The standing `MetricResult`s (JSON) at the newest scored moment at or before `asOf`, by metric,
 * path, team and source.
 */
export async function listResultsAt(
  db: Reader,
  asOf: Date,
  { pathId, metricId }: { pathId?: string; metricId?: string } = {},
): Promise<string[]> {
  const newest = await db
    .selectFrom('measurements')
    .select((eb) => eb.fn.max('as_of').as('as_of'))
    .where('superseded_by', 'is', null)
    .where('as_of', '<=', asOf.toISOString())
    .executeTakeFirst()
  if (newest === undefined || newest.as_of === null) return []
  let rows = db
    .selectFrom('measurements')
    .select('result')
    .where('superseded_by', 'is', null)
    .where('as_of', '=', newest.as_of)
  if (pathId !== undefined) rows = rows.where('path_id', '=', pathId)
  if (metricId !== undefined) rows = rows.where('metric_id', '=', metricId)
  const found = await rows
    .orderBy('metric_id')
    .orderBy('path_id')
    .orderBy('team_id')
    .orderBy('source_id')
    .execute()
  return found.map(({ result }) => result)
}
