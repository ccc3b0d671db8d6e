import { forEachChunk } from '#db/chunks.ts'
import type { Database, Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'

/**
 * Marks the beginning of a run; one that never finishes stays `running`, and is seen. It begins
 * after the run of its source before it, by a millisecond where the clock does not say so, or
 * nobody could tell which was the last.
 */
export async function startCollectorRun(
  db: Database,
  { sourceId, startedAt }: { sourceId: string; startedAt: Date },
): Promise<string> {
  const id = crypto.randomUUID()
  const last = (await listLastStarts(db)).get(sourceId)?.getTime() ?? Number.NEGATIVE_INFINITY
  await db
    .insertInto('collector_runs')
    .values({
      id,
      source_id: sourceId,
      started_at: new Date(Math.max(startedAt.getTime(), last + 1)).toISOString(),
      finished_at: null,
      status: 'running',
      read_count: 0,
      changed_count: 0,
      quarantined_count: 0,
      error: null,
    })
    .execute()
  return id
}

interface Abandoned {
  readonly sourceId: string
  readonly now: Date
  /** What became of the process. */
  readonly error?: string
}

/** Closes runs of this source that a process which is gone left behind. Returns how many. */
export async function closeAbandonedRuns(
  db: Database,
  {
    sourceId,
    now,
    error = 'ended before it was finished; pages stored until then were kept',
  }: Abandoned,
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('collector_runs')
    .set({ status: 'failed', finished_at: now.toISOString(), error })
    .where('source_id', '=', sourceId)
    .where('status', '=', 'running')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Closes the run of a process that is gone, and may not even have marked its beginning. */
export async function failRun(
  db: Database,
  { startedAt, ...abandoned }: Abandoned & { readonly startedAt: Date },
): Promise<void> {
  if ((await closeAbandonedRuns(db, abandoned)) > 0) return
  await startCollectorRun(db, { sourceId: abandoned.sourceId, startedAt })
  await closeAbandonedRuns(db, abandoned)
}

export async function finishCollectorRun(
  db: Database,
  id: string,
  outcome: Pick<
    Row<'collector_runs'>,
    'finished_at' | 'status' | 'read_count' | 'changed_count' | 'quarantined_count' | 'error'
  >,
): Promise<void> {
  await db.updateTable('collector_runs').set(outcome).where('id', '=', id).execute()
}

/** When the last run of each source began, failed or not. */
export async function listLastStarts(db: Reader): Promise<Map<string, Date>> {
  const rows = await db
    .selectFrom('collector_runs')
    .select(({ fn }) => ['source_id', fn.max('started_at').as('last')])
    .groupBy('source_id')
    .execute()
  return new Map(rows.map((row) => [row.source_id, new Date(row.last)]))
}

/** When the last run ended that did not fail as a whole, of any source. */
export async function findLastCollection(db: Reader): Promise<Date | undefined> {
  const row = await db
    .selectFrom('collector_runs')
    .select(({ fn }) => fn.max('finished_at').as('last'))
    .where('status', 'in', ['ok', 'partial'])
    .executeTakeFirst()
  return row?.last ? new Date(row.last) : undefined
}

/**
 * Forgets runs of a source, except so many of the newest ones, and the newest of each status: when it
 * failed, and when it went well, is known however long ago that was.
 */
export async function forgetRuns(db: Database, sourceId: string, kept: number): Promise<void> {
  const runs = await db
    .selectFrom('collector_runs')
    .select(['id', 'status'])
    .where('source_id', '=', sourceId)
    .orderBy('started_at', 'desc')
    .execute()
  const byStatus = Map.groupBy(runs, ({ status }) => status)
  const newest = new Set([...byStatus.values()].map(([run]) => run?.id))
  const old = runs.slice(kept).filter(({ id }) => !newest.has(id))
  await forEachChunk(old, (chunk) =>
    db
      .deleteFrom('collector_runs')
      .where(
        'id',
        'in',
        chunk.map(({ id }) => id),
      )
      .execute(),
  )
}
