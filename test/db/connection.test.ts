import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase, withDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { DatabaseError } from '#lib/errors.ts'

async function temporaryPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'database-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'new-folder', 'test.db')
}

const listTeams = (db: Database) => db.selectFrom('teams').select('id').execute()

test('keeps every commit, and lets readers read meanwhile', async () => {
  await withDatabase(await temporaryPath(), async (db) => {
    const settings = await sql`select * from pragma_journal_mode, pragma_synchronous`.execute(db)
    expect(settings.rows).toEqual([{ journal_mode: 'wal', synchronous: 2 }])
  })
})

test('opened to be read, refuses to be written', async () => {
  const path = await temporaryPath()
  await withDatabase(path, migrateToLatest)
  const db = openDatabase(path, { readonly: true })
  onTestFinished(() => db.destroy())

  expect(await listTeams(db)).toEqual([])
  const write = db.deleteFrom('teams').execute()
  await expect(write).rejects.toThrow('readonly')
})

test('is closed when the work has ended, also in failure', async () => {
  let used: Database | undefined
  const work = async (db: Database) => {
    await migrateToLatest(db)
    used = db
    throw new Error('gone')
  }
  await expect(withDatabase(':memory:', work)).rejects.toThrow('gone')
  await expect(used && listTeams(used)).rejects.toThrow('destroyed')
})

test('a transaction keeps other writers out from its beginning, so that what it reads stands', async () => {
  const path = await temporaryPath()
  await withDatabase(path, migrateToLatest)
  const [one, other] = [openDatabase(path), openDatabase(path)]
  onTestFinished(() => one.destroy())
  onTestFinished(() => other.destroy())
  await sql`pragma busy_timeout = 0`.execute(other)

  await one.transaction().execute(async (tx) => {
    await listTeams(tx)
    await expect(other.deleteFrom('teams').execute()).rejects.toThrow('locked')
  })
  await other.deleteFrom('teams').execute()
})

test('a file that is no database is refused in our words', async () => {
  const path = await temporaryPath()
  await mkdir(dirname(path))
  await writeFile(path, 'something else '.repeat(100))
  await expect(withDatabase(path, migrateToLatest)).rejects.toThrow(
    new DatabaseError(`database ${path}: this file is not a database`),
  )
})
