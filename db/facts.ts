import { CompiledQuery, type DialectAdapter } from 'kysely'
import type { Database, Reader } from '#db/connection.ts'
import type { NewRow, Row, Schema } from '#db/schema.ts'

/** Tables that collectors fill, each with the columns that name a row. */
export const NATURAL_KEYS = {
  teams: ['id'],
  repositories: ['id'],
  repository_attributes: ['source_id', 'repository_id', 'attribute', 'valid_from'],
  services: ['id'],
  service_owners: ['source_id', 'service_id', 'owned_from'],
  golden_paths: ['id'],
  path_versions: ['source_id', 'path_id', 'rule_id', 'sequence'],
  eligibility: ['source_id', 'native_id'],
  mandates: ['source_id', 'native_id'],
  exceptions: ['source_id', 'native_id'],
  usage_evidence: ['source_id', 'path_id', 'rule_id', 'repository_id', 'valid_from'],
  activities: ['source_id', 'native_id'],
  path_attempts: ['source_id', 'native_id'],
  provisioning_requests: ['source_id', 'native_id'],
  steps: ['source_id', 'native_id'],
  changes: ['source_id', 'native_id'],
  deployments: ['source_id', 'native_id'],
  deployment_statuses: ['source_id', 'deployment_id', 'occurred_at', 'state'],
  incidents: ['source_id', 'native_id'],
  tickets: ['source_id', 'native_id'],
  survey_waves: ['source_id', 'native_id'],
  survey_responses: ['source_id', 'native_id'],
  policy_requirements: ['source_id', 'native_id'],
  policy_evidence: ['source_id', 'native_id'],
} as const satisfies Partial<Record<keyof Schema, readonly string[]>>

export type FactTable = keyof typeof NATURAL_KEYS

/** 256 rows of the widest table stay below the parameters of a statement: 32,766 in SQLite, 65,535 in PostgreSQL. */
const MOST_ROWS_PER_STATEMENT = 256

/**
 * Inserts `rows`, all with the same columns, or brings those stored under the same natural key up
 * to date. A row that says the same again is left alone, `observed_at` included. Of two rows
 * under one key the later wins. Returns how many rows were inserted or changed.
 */
export async function upsertFacts<T extends FactTable>(
  db: Database,
  table: T,
  rows: readonly NewRow<T>[],
): Promise<number> {
  const distinct = lastOfEachKey(NATURAL_KEYS[table], rows)
  const columns = Object.keys(distinct[0] ?? {})
  let changed = 0
  for (let start = 0; start < distinct.length; ) {
    const count = toStatementSize(distinct.length - start)
    const parameters = toParameters(distinct.slice(start, start + count), columns)
    const sql = getStatement(db, table, columns, count)
    const result = await db.executeQuery(CompiledQuery.raw(sql, parameters))
    changed += Number(result.numAffectedRows ?? 0n)
    start += count
  }
  return changed
}

/** Everything that a source told of a table, in no order. */
export function listFacts<T extends FactTable>(
  db: Reader,
  table: T,
  sourceId: string,
): Promise<Row<T>[]> {
  // What is typed for one table holds for all: every fact table has the column.
  const query = db
    .selectFrom(table as 'teams')
    .selectAll()
    .where('source_id', '=', sourceId)
  return query.execute() as unknown as Promise<Row<T>[]>
}

/** A row of any fact table. */
export type StoredRow = Readonly<Record<string, unknown>>

/** Deletes what a source told and no longer tells. Returns how many rows went. */
export async function deleteFacts(
  db: Database,
  table: FactTable,
  sourceId: string,
  goes: (row: StoredRow) => boolean,
): Promise<number> {
  const rows: StoredRow[] = await listFacts(db, table, sourceId)
  const going = rows.filter(goes)
  for (const row of going) {
    let query = db.deleteFrom(table as 'teams').where('source_id', '=', sourceId)
    for (const column of NATURAL_KEYS[table]) {
      query = query.where(column as 'id', '=', row[column] as string)
    }
    await query.execute()
  }
  return going.length
}

/** Notes when what a source told went, unless it is noted already. Returns how many rows changed. */
export async function markGone(
  db: Database,
  table: 'services' | 'repositories',
  sourceId: string,
  at: Date,
  goes: (row: StoredRow) => boolean,
): Promise<number> {
  const rows = await listFacts(db, table, sourceId)
  const going = rows.filter((row) => row.gone_at === null && goes({ ...row }))
  for (const { id } of going) {
    const gone = { gone_at: at.toISOString(), observed_at: at.toISOString() }
    await db.updateTable(table).set(gone).where('id', '=', id).execute()
  }
  return going.length
}

/** Row by row, in the order of `columns`. */
function toParameters(rows: readonly StoredRow[], columns: readonly string[]): unknown[] {
  const parameters: unknown[] = []
  for (const row of rows) for (const column of columns) parameters.push(row[column])
  return parameters
}

function lastOfEachKey(key: readonly string[], rows: readonly object[]): StoredRow[] {
  const byKey = new Map<string, StoredRow>()
  for (const row of rows as readonly StoredRow[]) byKey.set(toKeyText(key, row), row)
  return [...byKey.values()]
}

/** Two keys have one text only if they are equal: every part is preceded by its length. */
function toKeyText(key: readonly string[], row: StoredRow): string {
  let text = ''
  for (const column of key) {
    const part = String(row[column])
    text += `${part.length}:${part}`
  }
  return text
}

/** The largest power of two that fits, so that a few statements serve every number of rows. */
const toStatementSize = (rows: number) =>
  Math.min(MOST_ROWS_PER_STATEMENT, 2 ** Math.floor(Math.log2(rows)))

/**
 * SQL of statements that were needed before, for each kind of database. Building one costs as
 * much as the database needs to carry it out.
 */
const statements = new WeakMap<DialectAdapter, Map<string, string>>()

function getStatement(
  db: Database,
  table: FactTable,
  columns: readonly string[],
  count: number,
): string {
  const { adapter } = db.getExecutor()
  const known = statements.get(adapter) ?? new Map<string, string>()
  statements.set(adapter, known)
  const name = `${table} ${count} ${columns.join()}`
  const sql = known.get(name) ?? compileUpsert(db, table, columns, count)
  known.set(name, sql)
  return sql
}

function compileUpsert(
  db: Database,
  table: FactTable,
  columns: readonly string[],
  count: number,
): string {
  const key: readonly string[] = NATURAL_KEYS[table]
  const values = columns.filter((column) => !key.includes(column))
  const told = values.filter((column) => column !== 'observed_at')
  // Only the names of the columns matter here. Null would do for a value, too, but is no parameter.
  const row = Object.fromEntries(columns.map((column) => [column, '']))
  return db
    .insertInto(table)
    .values(Array.from({ length: count }, () => row) as never)
    .onConflict((conflict) => {
      if (told.length === 0) return conflict.columns(key as never).doNothing()
      return conflict
        .columns(key as never)
        .doUpdateSet((eb) =>
          Object.fromEntries(
            values.map((column) => [column, eb.ref(`excluded.${column}` as never)]),
          ),
        )
        .where((eb) =>
          eb.or(
            told.map((column) =>
              eb(
                eb.ref(`${table}.${column}` as never),
                'is distinct from',
                eb.ref(`excluded.${column}` as never),
              ),
            ),
          ),
        )
    })
    .compile().sql
}
