import { forEachChunk } from '#db/chunks.ts'
import type { Database, Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import type { NewRow, Row } from '#db/schema.ts'
import { insertRows } from '#db/statements.ts'

export type ComputedMeasurement = Omit<NewRow<'measurements'>, 'from_run' | 'to_run'>
export type MeasurementRow = Row<'measurements'>
export type WindowKind = MeasurementRow['window_kind']

/** What some metrics say of one subject over windows of one kind, by their ends. */
export interface Region {
  readonly pathId: string
  readonly teamId: string
  readonly sourceId: string
  readonly windowKind: WindowKind
  readonly windowEnds: readonly string[]
  readonly metricIds: readonly string[]
}

/**
 * Makes `measurements` all that stands in `region`. A row that says the same, but for when it was
 * computed, is left alone; what differs, or is no longer among them, is closed by `run`. Returns how
 * many rows changed.
 */
export async function writeMeasurements(
  tx: Database,
  run: number,
  region: Region,
  measurements: readonly ComputedMeasurement[],
): Promise<number> {
  const standing = await listStanding(tx, region)
  const before = new Map(standing.map((row) => [keyOf(row), contentOf(row)]))
  const changed =
    standing.length === 0
      ? measurements
      : measurements.filter((row) => before.get(keyOf(row)) !== contentOf(row))
  const now = new Set(measurements.map(keyOf))
  const replaced = changed.filter((row) => before.has(keyOf(row)))
  const withdrawn = standing.filter((row) => !now.has(keyOf(row)))
  for (const row of [...replaced, ...withdrawn]) await close(tx, run, row)
  await insertRows(
    tx,
    'measurements',
    changed.map((row) => ({ ...row, from_run: run, to_run: null })),
  )
  return changed.length + withdrawn.length
}

/** Sources of which a metric stands. */
export async function listMeasuredSources(db: Reader, metricId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('measurements')
    .select('source_id')
    .distinct()
    .where('to_run', 'is', null)
    .where('path_id', '=', '')
    .where('team_id', '=', '')
    .where('metric_id', '=', metricId)
    .execute()
  return rows.map(({ source_id }) => source_id)
}

/** The ends of the first own windows that are kept true. */
export interface Horizons {
  readonly teams: Date
  /** Of sources, and of those metrics of paths and of all that are not kept for as long as there are any. */
  readonly others: Date
  readonly metricIds: readonly string[]
  /** The last end of weeks, months and quarters that are not kept true. */
  readonly calendar: Date
}

/** Closes what stands over windows that ended before: nobody keeps it true. Returns how many rows. */
export async function withdrawBefore(
  tx: Database,
  run: number,
  { teams, others, metricIds, calendar }: Horizons,
): Promise<number> {
  const all = tx.updateTable('measurements').set({ to_run: run }).where('to_run', 'is', null)
  const closed = all.where('window_kind', '=', 'own')
  const old = closed.where('window_end', '<', others.toISOString())
  const results = [
    await closed
      .where('team_id', '!=', '')
      .where('window_end', '<', teams.toISOString())
      .executeTakeFirstOrThrow(),
    await old.where('source_id', '!=', '').executeTakeFirstOrThrow(),
    await old.where('metric_id', 'in', metricIds).executeTakeFirstOrThrow(),
    await all
      .where('window_kind', '!=', 'own')
      .where('window_end', '<=', calendar.toISOString())
      .executeTakeFirstOrThrow(),
  ]
  return results.reduce((sum, { numUpdatedRows }) => sum + Number(numUpdatedRows), 0)
}

/** Closes what stands over windows of a kind that end at none of `ends`: they are cut otherwise now. */
export async function withdrawOtherWindows(
  tx: Database,
  run: number,
  { windowKind, ends }: { readonly windowKind: WindowKind; readonly ends: readonly string[] },
): Promise<number> {
  const standing = await tx
    .selectFrom('measurements')
    .select('window_end')
    .distinct()
    .where('to_run', 'is', null)
    .where('window_kind', '=', windowKind)
    .execute()
  const others = standing.map(({ window_end }) => window_end).filter((end) => !ends.includes(end))
  if (others.length === 0) return 0
  const { numUpdatedRows } = await tx
    .updateTable('measurements')
    .set({ to_run: run })
    .where('to_run', 'is', null)
    .where('window_kind', '=', windowKind)
    .where('window_end', 'in', others)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

/** Closes what stands of a path and its teams outside of the weeks in which it was there. */
export async function withdrawPathOutside(
  tx: Database,
  run: number,
  { pathId, first, last }: { readonly pathId: string; readonly first: Date; readonly last: Date },
): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('measurements')
    .set({ to_run: run })
    .where('to_run', 'is', null)
    .where('window_kind', '=', 'own')
    .where('path_id', '=', pathId)
    .where((eb) =>
      eb.or([
        eb('window_end', '<', first.toISOString()),
        eb('window_end', '>', last.toISOString()),
      ]),
    )
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

const CONTENT = [
  'window_start',
  'value',
  'numerator',
  'denominator',
  'n',
  'unknown_count',
  'not_matured_count',
  'coverage',
  'ci_low',
  'ci_high',
  'status',
  'band',
  'details',
  'definition_version',
  'engine_version',
] as const satisfies readonly (keyof ComputedMeasurement)[]

type Key = Pick<ComputedMeasurement, 'metric_id' | 'window_end' | 'cell'>
type Standing = Omit<ComputedMeasurement, 'as_of' | 'computed_at'>

const keyOf = (row: Key) => `${row.metric_id}\n${row.window_end}\n${row.cell}`
const contentOf = (row: Standing) => JSON.stringify(CONTENT.map((column) => row[column]))

async function listStanding(tx: Database, region: Region): Promise<Standing[]> {
  const found: Standing[] = []
  await forEachChunk(region.windowEnds, async (ends) => {
    const query = tx
      .selectFrom('measurements')
      .select(['metric_id', 'path_id', 'team_id', 'source_id', 'window_kind', 'window_end', 'cell'])
      .select([...CONTENT])
      .where('to_run', 'is', null)
      .where('path_id', '=', region.pathId)
      .where('team_id', '=', region.teamId)
      .where('source_id', '=', region.sourceId)
      .where('window_kind', '=', region.windowKind)
      .where('window_end', 'in', ends)
      .where('metric_id', 'in', [...region.metricIds])
    found.push(...(await query.execute()))
  })
  return found
}

const close = (tx: Database, run: number, row: Standing) =>
  tx
    .updateTable('measurements')
    .set({ to_run: run })
    .where('to_run', 'is', null)
    .where('path_id', '=', row.path_id)
    .where('team_id', '=', row.team_id)
    .where('source_id', '=', row.source_id)
    .where('window_kind', '=', row.window_kind)
    .where('window_end', '=', row.window_end)
    .where('metric_id', '=', row.metric_id)
    .where('cell', '=', row.cell)
    .execute()

/** What a measurement is about; a part left out is a part that the scope must not have. */
export interface Subject {
  readonly metricId: string
  readonly pathId?: string
  readonly teamId?: string
  readonly sourceId?: string
  /** Of a metric that is a table, as the row has it. */
  readonly cell?: string
}

/** The newest published measurement of one subject over its own window at or before `asOf`. */
export async function findMeasurementRow(
  db: Reader,
  { metricId, pathId = '', teamId = '', sourceId = '', cell = '' }: Subject,
  asOf: Date,
): Promise<MeasurementRow | undefined> {
  return db
    .selectFrom('measurements')
    .selectAll()
    .where(isPublished)
    .where('metric_id', '=', metricId)
    .where('path_id', '=', pathId)
    .where('team_id', '=', teamId)
    .where('source_id', '=', sourceId)
    .where('window_kind', '=', 'own')
    .where('cell', '=', cell)
    .where('window_end', '<=', asOf.toISOString())
    .orderBy('window_end', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Which published measurements; a list names those wanted, what is left out does not matter. */
export interface Selection {
  readonly windowKind: WindowKind
  readonly windowEnds?: readonly string[]
  readonly metricIds?: readonly string[]
  readonly pathId?: string
  readonly teamId?: string
  readonly sourceId?: string
}

/** By metric, path, team, source, end of the window, and cell. */
export function listMeasurementRows(db: Reader, selection: Selection): Promise<MeasurementRow[]> {
  const { windowEnds, metricIds, pathId, teamId, sourceId } = selection
  let query = db
    .selectFrom('measurements')
    .selectAll()
    .where(isPublished)
    .where('window_kind', '=', selection.windowKind)
  if (metricIds) query = query.where('metric_id', 'in', metricIds)
  if (windowEnds) query = query.where('window_end', 'in', windowEnds)
  if (pathId !== undefined) query = query.where('path_id', '=', pathId)
  if (teamId !== undefined) query = query.where('team_id', '=', teamId)
  if (sourceId !== undefined) query = query.where('source_id', '=', sourceId)
  return query
    .orderBy('metric_id')
    .orderBy('path_id')
    .orderBy('team_id')
    .orderBy('source_id')
    .orderBy('window_end')
    .orderBy('cell')
    .execute()
}
