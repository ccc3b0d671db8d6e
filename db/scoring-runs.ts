import type { Database, Reader } from '#db/connection.ts'
import type { NewRow, Row } from '#db/schema.ts'

/** Records a run that is about to publish; takes the write lock, so that what it reads next stands. */
export async function insertScoringRun(tx: Database, row: NewRow<'scoring_runs'>): Promise<void> {
  await tx.insertInto('scoring_runs').values(row).execute()
}

export async function finishScoringRun(
  tx: Database,
  id: string,
  end: Pick<Row<'scoring_runs'>, 'finished_at' | 'changed_count'>,
): Promise<void> {
  await tx.updateTable('scoring_runs').set(end).where('id', '=', id).execute()
}

/** The run that published last. */
export async function findLastScoringRun(db: Reader): Promise<Row<'scoring_runs'> | undefined> {
  return db
    .selectFrom('scoring_runs')
    .selectAll()
    .where('finished_at', 'is not', null)
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}
