import { statSync } from 'node:fs'
import { sql } from 'kysely'
import { type Database, openDatabase } from '#db/connection.ts'

export interface Opened {
  readonly db: Database
  /** Which file this is: another one may have taken its place since. */
  readonly file: string
}

/**
 * Opens the database at `pathNow()` on first use, and again when another file has taken its place.
 * Null while it is not there, or lacks `table`.
 */
export function openMigrated(
  pathNow: () => string,
  options: Parameters<typeof openDatabase>[1],
  table: string,
): () => Promise<Opened | null> {
  let shared: { readonly file: string; readonly opened: Promise<Opened | null> } | undefined
  return async () => {
    const path = pathNow()
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return null
    const file = `${stats.dev}:${stats.ino}`
    if (shared?.file !== file) {
      const former = shared?.opened
      const opened = (async () => {
        await (await former?.catch(() => null))?.db.destroy()
        const db = await openWith(table, path, options)
        return db && { db, file }
      })()
      shared = { file, opened }
    }
    const asked = shared
    const found = await asked.opened.catch((error: unknown) => {
      if (shared === asked) shared = undefined
      throw error
    })
    // Looked for again: it may have been migrated since.
    if (found === null && shared === asked) shared = undefined
    return found
  }
}

async function openWith(
  table: string,
  ...given: Parameters<typeof openDatabase>
): Promise<Database | null> {
  const db = openDatabase(...given)
  let isMigrated = false
  try {
    isMigrated = await hasTable(db, table)
    return isMigrated ? db : null
  } finally {
    if (!isMigrated) await db.destroy()
  }
}

async function hasTable(db: Database, table: string): Promise<boolean> {
  const tables = await db.introspection.getTables()
  return tables.some(({ name }) => name === table)
}

/** Changes when another connection has committed: https://www.sqlite.org/pragma.html#pragma_data_version */
export async function readDataVersion(db: Database): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db)
  return rows[0]?.data_version ?? 0
}
