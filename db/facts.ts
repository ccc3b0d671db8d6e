import { CompiledQuery } from 'kysely'
import { changeServices } from '#db/change-services.ts'
import { noteChanges } from '#db/changes-to-score.ts'
import type { Database, Reader } from '#db/connection.ts'
import { requestEvents } from '#db/environment-events.ts'
import { incidentCauses } from '#db/incident-causes.ts'
import { incidentServices } from '#db/incident-services.ts'
import type { Link } from '#db/link.ts'
import { type FactTable, NATURAL_KEYS, type RemovableTable } from '#db/natural-keys.ts'
import type { NewRow, Row } from '#db/schema.ts'
import { getCached, type StoredRow, toParameters, toStatementSize } from '#db/statements.ts'
import { deploymentPlaces } from '#db/told-deployments.ts'
import { touchedBy } from '#db/touched.ts'
import { REMOVABLE } from '#lib/removable.ts'

/**
 * Inserts `rows`, all with the same columns, or brings those stored under the same natural key up
 * to date. A row that says the same again is left alone, `observed_at` included. Of two rows
 * under one key the later wins. What was gone and is told again is there again. Notes what scoring
 * has to look at again, and links what names them with what came. Returns how many rows were inserted or changed.
 */
export async function upsertFacts<T extends FactTable>(
  db: Database,
  table: T,
  rows: readonly NewRow<T>[],
): Promise<number> {
  const distinct = lastOfEachKey(NATURAL_KEYS[table], isRemovable(table) ? rows.map(there) : rows)
  const columns = Object.keys(distinct[0] ?? {})
  const moves: Move[] = []
  let changed = 0
  for (let start = 0; start < distinct.length; ) {
    const count = toStatementSize(distinct.length - start)
    const chunk = distinct.slice(start, start + count)
    const before = await findByKeys(db, table, columns, chunk)
    const sql = getStatement(db, table, columns, count)
    const result = await db.executeQuery(CompiledQuery.raw(sql, toParameters(chunk, columns)))
    changed += Number(result.numAffectedRows ?? 0n)
    for (const row of chunk) {
      moves.push({ before: before.get(toKeyText(NATURAL_KEYS[table], row)), after: row })
    }
    start += count
  }
  await noteMoves(db, table, moves)
  return changed
}

/** What a row was, and what it is; undefined: there was none, or is none now. */
interface Move {
  readonly before: StoredRow | undefined
  readonly after: StoredRow | undefined
}

/** What others mean is looked up in this order, since one may read what another writes. */
const LINKS: readonly Link[] = [
  changeServices,
  deploymentPlaces,
  incidentServices,
  incidentCauses,
  requestEvents,
]

/** Notes what is to be scored again, and looks again for what others mean. */
async function noteMoves(db: Database, table: FactTable, moves: readonly Move[]): Promise<void> {
  await noteChanges(
    db,
    moves.flatMap(({ before, after }) => touchedBy(table, before, after)),
  )
  for (const { reads, relink } of LINKS) {
    const columns = reads[table]
    if (columns === undefined) continue
    const rows = moves.filter((move) => isOtherIn(columns, move)).flatMap(toVersions)
    if (rows.length > 0) await relink(db, rows, table)
  }
}

const isOtherIn = (columns: readonly string[], { before, after }: Move) =>
  before === undefined ||
  after === undefined ||
  columns.some((column) => column in after && before[column] !== after[column])

const toVersions = ({ before, after }: Move) => [before, after].filter((row) => row !== undefined)

const removable: ReadonlySet<string> = new Set(REMOVABLE)
const isRemovable = (table: FactTable) => removable.has(table)

const there = (row: object) => ({ ...row, gone_at: null })

/** By key text: what is stored under the keys of `rows`. */
async function findByKeys(
  db: Database,
  table: FactTable,
  columns: readonly string[],
  rows: readonly StoredRow[],
): Promise<Map<string, StoredRow>> {
  const key: readonly string[] = NATURAL_KEYS[table]
  const sql = getCached(db, `find ${table} ${rows.length} ${columns.join()}`, () =>
    compileFind(db, table, columns, rows.length),
  )
  const found = await db.executeQuery<StoredRow>(CompiledQuery.raw(sql, toParameters(rows, key)))
  return new Map(found.rows.map((row) => [toKeyText(key, row), row]))
}

function compileFind(
  db: Database,
  table: FactTable,
  columns: readonly string[],
  count: number,
): string {
  const key: readonly string[] = NATURAL_KEYS[table]
  return db
    .selectFrom(table as 'teams')
    .select(columns as never)
    .where((eb) =>
      eb(
        eb.refTuple(...(key as unknown as ['id', 'name'])),
        'in',
        Array.from({ length: count }, () => eb.tuple(...(key.map(() => '') as [string, string]))),
      ),
    )
    .compile().sql
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

type NamedTable = 'changes' | 'deployments' | 'incidents' | 'tickets'

/** What a source told under an id of its own; undefined when it told nothing. */
export async function findFact<T extends NamedTable>(
  db: Reader,
  table: T,
  { sourceId, nativeId }: { readonly sourceId: string; readonly nativeId: string },
): Promise<Row<T> | undefined> {
  // What is typed for one table holds for all of them.
  const row: unknown = await db
    .selectFrom(table as 'changes')
    .selectAll()
    .where('source_id', '=', sourceId)
    .where('native_id', '=', nativeId)
    .executeTakeFirst()
  return row as Row<T> | undefined
}

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
    await matching(db.deleteFrom(table as 'teams'), toKey(table, row)).execute()
  }
  await noteMoves(db, table, going.map(gone))
  return going.length
}

const gone = (row: object): Move => ({ before: { ...row }, after: undefined })

const toKey = (table: FactTable, row: StoredRow): Conditions =>
  Object.fromEntries(NATURAL_KEYS[table].map((column) => [column, String(row[column])]))

/** Column → the value, or one of the values, that it must have. */
type Conditions = Readonly<Record<string, string | readonly string[]>>

/** Deletes the rows of `table` that meet all `conditions`. Returns how many rows went. */
export async function deleteFactsWhere(
  db: Database,
  table: FactTable,
  conditions: Conditions,
): Promise<number> {
  const going = await matching(db.selectFrom(table as 'teams').selectAll(), conditions).execute()
  await matching(db.deleteFrom(table as 'teams'), conditions).execute()
  await noteMoves(db, table, going.map(gone))
  return going.length
}

function matching<Query extends { where(column: 'id', operator: 'in', values: string[]): Query }>(
  query: Query,
  conditions: Conditions,
): Query {
  return Object.entries(conditions).reduce(
    (narrowed, [column, values]) =>
      narrowed.where(column as 'id', 'in', [values].flat() as string[]),
    query,
  )
}

/** Sets columns of the rows of `table` that meet all `conditions`. Returns how many rows changed. */
export async function updateFactsWhere<T extends FactTable>(
  db: Database,
  table: T,
  conditions: Conditions,
  set: Partial<NewRow<T>>,
): Promise<number> {
  const rows = await matching(db.selectFrom(table as 'teams').selectAll(), conditions).execute()
  await matching(db.updateTable(table as 'teams').set(set), conditions).execute()
  await noteMoves(
    db,
    table,
    rows.map((row) => ({ before: { ...row }, after: { ...row, ...set } })),
  )
  return rows.length
}

/** Notes when what a source told went, unless it is noted already. Returns how many rows changed. */
export async function markGone(
  db: Database,
  table: 'services' | 'repositories' | RemovableTable,
  sourceId: string,
  at: Date,
  goes: (row: StoredRow) => boolean,
): Promise<number> {
  const rows: StoredRow[] = await listFacts(db, table, sourceId)
  return markRows(db, table, at, rows.filter(goes))
}

/** Notes when the rows of `table` that meet all `conditions` went. Returns how many rows changed. */
export async function markGoneWhere(
  db: Database,
  table: RemovableTable,
  conditions: Conditions,
  at: Date,
): Promise<number> {
  const rows = await matching(db.selectFrom(table as 'teams').selectAll(), conditions).execute()
  return markRows(
    db,
    table,
    at,
    rows.map((row) => ({ ...row })),
  )
}

async function markRows(
  db: Database,
  table: Parameters<typeof markGone>[1],
  at: Date,
  rows: readonly StoredRow[],
): Promise<number> {
  const going = rows.filter((row) => row['gone_at'] === null)
  const set = { gone_at: at.toISOString(), observed_at: at.toISOString() }
  for (const row of going) {
    const update = db.updateTable(table as 'services').set(set)
    await matching(update, toKey(table, row)).execute()
  }
  await noteMoves(
    db,
    table,
    going.map((row) => ({ before: row, after: { ...row, ...set } })),
  )
  return going.length
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

function getStatement(
  db: Database,
  table: FactTable,
  columns: readonly string[],
  count: number,
): string {
  return getCached(db, `${table} ${count} ${columns.join()}`, () =>
    compileUpsert(db, table, columns, count),
  )
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
