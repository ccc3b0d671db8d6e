import type { Database } from '#db/connection.ts'
import { scoreAll } from '#scorecards/run.ts'

/** What stands, as text, but for which run wrote it and when. */
export async function listStanding(db: Database): Promise<string[]> {
  const rows = [
    ...(await db.selectFrom('adoption_states').selectAll().where('to_run', 'is', null).execute()),
    ...(await db.selectFrom('measurements').selectAll().where('to_run', 'is', null).execute()),
    ...(await listLedgerIds(db)),
  ]
  return rows
    .map((row) => JSON.stringify({ ...row, from_run: 0, computed_at: '', as_of: '' }))
    .toSorted()
}

/** What the rows of deliveries are called. */
async function listLedgerIds(db: Database) {
  const rows = await db
    .selectFrom('ledgers')
    .selectAll()
    .where('to_run', 'is', null)
    .where('kind', 'like', 'delivery_ids%')
    .execute()
  return rows.map(({ samples, ...row }) => ({ ...row, ids: Buffer.from(samples).toString() }))
}

/** As if nothing had ever been scored. */
async function forgetAll(db: Database): Promise<void> {
  for (const table of [
    'adoption_states',
    'measurements',
    'ledgers',
    'scoring_runs',
    'published_run',
    'changes_to_score',
  ] as const) {
    await db.deleteFrom(table).execute()
  }
}

/**
 * Few of the rows that stand and that a rebuild from nothing has not, and the other way round: all of
 * them would hide what is wrong.
 */
export async function differencesFromRebuild(db: Database, now: Date): Promise<string[]> {
  const standing = await listStanding(db)
  await forgetAll(db)
  await scoreAll(db, { now })
  const rebuilt = await listStanding(db)
  return [
    ...rowsOnlyIn(standing, rebuilt).map((row) => `stands: ${row}`),
    ...rowsOnlyIn(rebuilt, standing).map((row) => `rebuilt: ${row}`),
  ]
}

function rowsOnlyIn(rows: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others)
  return rows.filter((row) => !known.has(row)).slice(0, 3)
}
