import 'server-only'
import { statSync } from 'node:fs'
import { sql } from 'kysely'
import { connection } from 'next/server'
import { appConfig } from '#app/configuration.ts'
import { type Database, openDatabase, type Reader } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'

interface Opened {
  readonly db: Database
  /** Which file this is: another one may have taken its place since. */
  readonly file: string
}

let empty: Promise<Database> | undefined

/**
 * Opens the database of the configuration on first use, and again when another file has taken its
 * place. Null while it is not there, or lacks `table`.
 */
export function openMigrated(
  options: Parameters<typeof openDatabase>[1],
  table: string,
): () => Promise<Opened | null> {
  let shared: Opened | undefined
  return async () => {
    const { database: path } = appConfig()
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return null
    const file = `${stats.dev}:${stats.ino}`
    if (shared?.file === file) return shared
    await shared?.db.destroy()
    shared = undefined
    const db = openDatabase(path, options)
    if (!(await hasTable(db, table))) {
      await db.destroy()
      return null
    }
    shared = { db, file }
    return shared
  }
}

const openShared = openMigrated({ readonly: true }, 'measurements')

/**
 * The pages' one connection, read-only and opened on first use, so that a build needs no
 * database. Waits for the request first: a page that reads is never frozen at build time.
 * Before the first `desirepath migrate` there is nothing to read, and an empty database answers.
 */
export async function database(): Promise<Reader> {
  return (await findDatabase())?.db ?? emptyDatabase()
}

async function findDatabase(): Promise<Opened | null> {
  await connection()
  return openShared()
}

interface Kept {
  readonly file: string
  readonly version: number
  readonly values: Map<unknown, Promise<unknown>>
}

let kept: Kept | undefined

/**
 * What `load` reads, kept until another process writes to the database. Only for what is the same for
 * every reader, at every moment, and dear to read.
 */
export async function untilWritten<Value>(load: (db: Reader) => Promise<Value>): Promise<Value> {
  const shared = await findDatabase()
  if (shared === null) return load(await emptyDatabase())
  const { db, file } = shared
  const version = await dataVersion(db)
  if (kept?.file !== file || kept.version !== version) kept = { file, version, values: new Map() }
  const { values } = kept
  const value = (values.get(load) as Promise<Value> | undefined) ?? load(db)
  values.set(load, value)
  return value
}

/** Changes when another connection has committed: https://www.sqlite.org/pragma.html#pragma_data_version */
async function dataVersion(db: Database): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db)
  return rows[0]?.data_version ?? 0
}

/** Whether there is a migrated database that answers; before there is one, an empty one does. */
export async function isReady(): Promise<boolean> {
  const found = await findDatabase().catch(() => null)
  return found !== null
}

function emptyDatabase(): Promise<Database> {
  empty ??= openEmpty()
  return empty
}

async function openEmpty(): Promise<Database> {
  const db = openDatabase(':memory:')
  await migrateToLatest(db)
  return db
}

async function hasTable(db: Database, table: string): Promise<boolean> {
  const tables = await db.introspection.getTables()
  return tables.some(({ name }) => name === table)
}
