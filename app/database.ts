import 'server-only'
import { connection } from 'next/server'
import { cache } from 'react'
import { appConfig } from '#app/configuration.ts'
import { type Database, openDatabase, type Reader } from '#db/connection.ts'
import { type Opened, openMigrated, readDataVersion } from '#db/current.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { findPublishedRun } from '#db/published.ts'

let empty: Promise<Database> | undefined

const openShared = openMigrated(() => appConfig().database, { readonly: true }, 'measurements')

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

/** A question to the database: what it is asked by must tell its answers apart as JSON. */
type Ask<Terms extends readonly unknown[], Value> = (db: Reader, ...terms: Terms) => Promise<Value>

interface Kept {
  readonly file: string
  readonly version: number
  readonly answers: Map<Ask<never, unknown>, Map<string, Promise<unknown>>>
}

type Keep = { kept: Kept | undefined }

const facts: Keep = { kept: undefined }
const published: Keep = { kept: undefined }

/** Questions may be asked by any range and day; of each the last so many answers are kept. */
const MOST_ANSWERS = 300

/**
 * What `ask` answers, kept until another process writes to the database. Only for what is the same for
 * every reader, at every moment, and dear to read.
 */
export const untilWritten = <Terms extends readonly unknown[], Value>(
  ask: Ask<Terms, Value>,
  ...terms: Terms
): Promise<Value> => keep(facts, dataVersion, ask, terms)

/**
 * The same of what scoring published, kept until another run is. Adoption states and measurements stand
 * for ends of weeks: ask by those, since every other moment is a question of its own.
 */
export const untilPublished = <Terms extends readonly unknown[], Value>(
  ask: Ask<Terms, Value>,
  ...terms: Terms
): Promise<Value> => keep(published, publishedRun, ask, terms)

async function keep<Terms extends readonly unknown[], Value>(
  place: Keep,
  versionOf: (db: Reader) => Promise<number>,
  ask: Ask<Terms, Value>,
  terms: Terms,
): Promise<Value> {
  const opened = await findDatabase()
  if (opened === null) return ask(await emptyDatabase(), ...terms)
  const { db, file } = opened
  const version = await versionOf(db)
  if (place.kept?.file !== file || place.kept.version !== version) {
    place.kept = { file, version, answers: new Map() }
  }
  const own = place.kept.answers.get(ask) ?? new Map<string, Promise<unknown>>()
  place.kept.answers.set(ask, own)
  const key = JSON.stringify(terms)
  const value = (own.get(key) as Promise<Value> | undefined) ?? ask(db, ...terms)
  own.delete(key)
  own.set(key, value)
  // What failed is asked again.
  value.catch(() => own.delete(key))
  const [oldest] = own.keys()
  if (own.size > MOST_ANSWERS && oldest !== undefined) own.delete(oldest)
  return value
}

const dataVersion = cache((db: Reader) => readDataVersion(db as Database))

const publishedRun = cache(findPublishedRun)

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
