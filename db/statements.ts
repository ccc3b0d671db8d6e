import { CompiledQuery, type DialectAdapter } from 'kysely'
import type { Database } from '#db/connection.ts'
import type { NewRow, Schema } from '#db/schema.ts'

/** A row of any table. */
export type StoredRow = Readonly<Record<string, unknown>>

/** 256 rows of the widest table stay below the parameters of a statement: 32,766 in SQLite, 65,535 in PostgreSQL. */
const MOST_ROWS_PER_STATEMENT = 256

/** The largest power of two that fits, so that a few statements serve every number of rows. */
export const toStatementSize = (rows: number) =>
  Math.min(MOST_ROWS_PER_STATEMENT, 2 ** Math.floor(Math.log2(rows)))

/** Row by row, in the order of `columns`. */
export function toParameters(rows: readonly StoredRow[], columns: readonly string[]): unknown[] {
  const parameters: unknown[] = []
  for (const row of rows) for (const column of columns) parameters.push(row[column])
  return parameters
}

/**
 * SQL of statements that were needed before, for each kind of database. Building one costs as
 * much as the database needs to carry it out.
 */
const statements = new WeakMap<DialectAdapter, Map<string, string>>()

/** The SQL of that name, which says all that it depends on. */
export function getCached(db: Database, name: string, compile: () => string): string {
  const { adapter } = db.getExecutor()
  const known = statements.get(adapter) ?? new Map<string, string>()
  statements.set(adapter, known)
  const sql = known.get(name) ?? compile()
  known.set(name, sql)
  return sql
}

/** Inserts `rows`, all with the same columns. */
export async function insertRows<T extends keyof Schema>(
  db: Database,
  table: T,
  rows: readonly NewRow<T>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  for (let start = 0; start < rows.length; ) {
    const count = toStatementSize(rows.length - start)
    const chunk = rows.slice(start, start + count) as readonly StoredRow[]
    const sql = getCached(db, `insert ${table} ${count} ${columns.join()}`, () => {
      // Only the names of the columns matter here.
      const row = Object.fromEntries(columns.map((column) => [column, '']))
      return db
        .insertInto(table)
        .values(Array.from({ length: count }, () => row) as never)
        .compile().sql
    })
    await db.executeQuery(CompiledQuery.raw(sql, toParameters(chunk, columns)))
    start += count
  }
}
