import { type ExpressionBuilder, sql } from 'kysely'
import type { Database, Reader } from '#db/connection.ts'
import type { Schema } from '#db/schema.ts'

const CURRENT = 'current'

/** Tables whose rows stand from one run until another. */
export type PublishedTable = 'adoption_states' | 'ledgers' | 'measurements'

/** Whether readers see a row: written by a run that was published, and not closed by such a run. */
export function isPublished<Table extends PublishedTable>(eb: ExpressionBuilder<Schema, Table>) {
  // What is typed for one of the tables holds for all: each has both columns.
  const of = eb as unknown as ExpressionBuilder<Schema, 'measurements'>
  const run = sql<number>`(select run from published_run where name = ${CURRENT})`
  return of.and([
    of('from_run', '<=', run),
    of.or([of('to_run', 'is', null), of('to_run', '>', run)]),
  ])
}

/** The run whose rows readers see; 0 before the first. */
export async function findPublishedRun(db: Reader): Promise<number> {
  const row = await db
    .selectFrom('published_run')
    .select('run')
    .where('name', '=', CURRENT)
    .executeTakeFirst()
  return row?.run ?? 0
}

/** From now on readers see what `run` wrote, all of it at once. */
export async function publishRun(tx: Database, run: number): Promise<void> {
  await tx
    .insertInto('published_run')
    .values({ name: CURRENT, run })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ run }))
    .execute()
}

const TABLES = ['adoption_states', 'ledgers', 'measurements'] as const

/** Removes what a run wrote that died before it was published, and opens again what it closed. */
export async function discardUnpublished(tx: Database): Promise<void> {
  const run = await findPublishedRun(tx)
  const died = await tx
    .selectFrom('scoring_runs')
    .select('run')
    .where('run', '>', run)
    .executeTakeFirst()
  if (died === undefined) return
  for (const table of TABLES) {
    await tx.deleteFrom(table).where('from_run', '>', run).execute()
    await tx.updateTable(table).set({ to_run: null }).where('to_run', '>', run).execute()
  }
}
