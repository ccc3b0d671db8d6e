import type { Database, Reader } from '#db/connection.ts'
import type { NewRow, Row } from '#db/schema.ts'

/** The first seal of a quarter stands for good. Returns whether this was it. */
export async function insertSealedQuarter(
  db: Database,
  row: NewRow<'sealed_quarters'>,
): Promise<boolean> {
  const result = await db
    .insertInto('sealed_quarters')
    .values(row)
    .onConflict((conflict) => conflict.column('quarter').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export const findSealedQuarter = (
  db: Reader,
  quarter: string,
): Promise<Row<'sealed_quarters'> | undefined> =>
  db.selectFrom('sealed_quarters').selectAll().where('quarter', '=', quarter).executeTakeFirst()

/** When each was sealed. */
export const listSealedQuarters = (
  db: Reader,
): Promise<Pick<Row<'sealed_quarters'>, 'quarter' | 'sealed_at'>[]> =>
  db.selectFrom('sealed_quarters').select(['quarter', 'sealed_at']).execute()
