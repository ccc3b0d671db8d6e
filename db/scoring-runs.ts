import type { Database, Reader } from '#db/connection.ts'
import type { NewRow, Row } from '#db/schema.ts'

/** Records a run that begins, and returns its number. */
export async function insertScoringRun(
  tx: Database,
  row: Omit<NewRow<'scoring_runs'>, 'run' | 'finished_at' | 'changed_count'>,
): Promise<number> {
  const last = await tx
    .selectFrom('scoring_runs')
    .select((eb) => eb.fn.max('run').as('run'))
    .executeTakeFirst()
  const run = Number(last?.run ?? 0) + 1
  await tx
    .insertInto('scoring_runs')
    .values({ ...row, run, finished_at: null, changed_count: 0 })
    .execute()
  return run
}

export async function finishScoringRun(
  tx: Database,
  run: number,
  end: Pick<Row<'scoring_runs'>, 'finished_at' | 'changed_count'>,
): Promise<void> {
  await tx.updateTable('scoring_runs').set(end).where('run', '=', run).execute()
}

/** The run that published last. */
export async function findLastScoringRun(db: Reader): Promise<Row<'scoring_runs'> | undefined> {
  return db
    .selectFrom('scoring_runs')
    .selectAll()
    .where('finished_at', 'is not', null)
    .orderBy('run', 'desc')
    .limit(1)
    .executeTakeFirst()
}
