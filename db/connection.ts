import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import SQLite from 'better-sqlite3'
import { Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect } from 'kysely'
import { explainFault } from '#db/faults.ts'
import type { Schema } from '#db/schema.ts'

export type Database = Kysely<Schema>

/** What a question may use. Pages and queries get no more than this, so they cannot write. */
export type Reader = Pick<Database, 'selectFrom' | 'with' | 'withRecursive' | 'fn'>

/**
 * Opens the database at `path`, or a private one for `:memory:` or as the bytes of a file hold it. The
 * caller closes it. Another's write is waited for up to `busyMs`, in which nothing else of this
 * process goes on.
 */
export function openDatabase(
  path: string | Buffer,
  { readonly = false, busyMs = 5000 } = {},
): Database {
  if (!readonly && typeof path === 'string') mkdirSync(dirname(path), { recursive: true })
  const sqlite = new SQLite(path, { readonly, fileMustExist: readonly })
  if (!readonly) {
    // Readers must not block the collectors, nor they the readers.
    sqlite.pragma('journal_mode = WAL')
    // With WAL, better-sqlite3 would otherwise lose the last commits in a power cut.
    sqlite.pragma('synchronous = FULL')
    sqlite.pragma('journal_size_limit = 67108864')
  }
  // Off by default in SQLite, for compatibility only.
  sqlite.pragma('foreign_keys = ON')
  sqlite.pragma('trusted_schema = OFF')
  sqlite.pragma(`busy_timeout = ${busyMs}`)
  sqlite.pragma('cache_size = -65536')
  return new Kysely({ dialect: new Dialect({ database: keepInsertsPrepared(sqlite) }) })
}

/** Kysely would migrate without a transaction: one that dies would leave half of its tables. */
class Dialect extends SqliteDialect {
  override createAdapter = () => new Adapter()
}

class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl() {
    return true
  }
}

const MOST_PREPARED = 200

/**
 * SQLite needs as long to prepare an insert of many rows as to carry it out, so those used last
 * stay prepared. Others do not: a statement that is being read from cannot start again.
 *
 * A transaction waits for the writer before it as soon as it begins. One that first reads and then
 * writes would be refused at once when another process wrote in between.
 */
function keepInsertsPrepared(sqlite: SQLite.Database): SqliteDatabase {
  const prepared = new Map<string, SQLite.Statement>()
  return {
    close: () => sqlite.close(),
    prepare(sql) {
      if (sql === 'begin') return sqlite.prepare('begin immediate')
      if (!sql.startsWith('insert into ')) return sqlite.prepare(sql)
      const statement = prepared.get(sql) ?? sqlite.prepare(sql)
      prepared.delete(sql)
      prepared.set(sql, statement)
      const [oldest] = prepared.keys()
      if (prepared.size > MOST_PREPARED && oldest !== undefined) prepared.delete(oldest)
      return statement
    },
  }
}

/**
 * Opens the database at `path` for `work`, and closes it whatever happens.
 *
 * @throws {DatabaseError} when the file or its disk is at fault
 */
export async function withDatabase<T>(
  path: string,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  try {
    return await openFor(path, work)
  } catch (error) {
    throw explainFault(error, path)
  }
}

async function openFor<T>(path: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(path)
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}
