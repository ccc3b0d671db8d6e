import 'server-only'
import { statSync } from 'node:fs'
import { connection } from 'next/server'
import { appConfig } from '#app/configuration.ts'
import { type Database, openDatabase, type Reader } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'

interface Opened {
  readonly db: Database
  /** Which file this is: another one may have taken its place since. */
  readonly file: string
}

let shared: Opened | undefined
let empty: Promise<Database> | undefined

/**
 * The app's one connection, read-only and opened on first use, so that a build needs no
 * database. Waits for the request first: a page that reads is never frozen at build time.
 * Before the first `desirepath migrate` there is nothing to read, and an empty database answers.
 */
export async function database(): Promise<Reader> {
  await connection()
  const { database: path } = appConfig()
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return emptyDatabase()
  const file = `${stats.dev}:${stats.ino}`
  if (shared?.file === file) return shared.db
  await shared?.db.destroy()
  shared = undefined
  const db = openDatabase(path, { readonly: true })
  if (!(await isMigrated(db))) {
    await db.destroy()
    return emptyDatabase()
  }
  shared = { db, file }
  return db
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

async function isMigrated(db: Database): Promise<boolean> {
  const tables = await db.introspection.getTables()
  return tables.some(({ name }) => name === 'measurements')
}
