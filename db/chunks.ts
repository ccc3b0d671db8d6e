/** SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535. */
const ROWS_PER_STATEMENT = 500

/** Runs `statement` for all `rows` in turn, as many at once as a statement may name. */
export async function forEachChunk<Row>(
  rows: readonly Row[],
  statement: (chunk: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await statement(rows.slice(start, start + ROWS_PER_STATEMENT))
  }
}

/** PostgreSQL takes no empty list, and no id is empty text. */
export const among = (ids: readonly string[]) => (ids.length === 0 ? [''] : ids)
