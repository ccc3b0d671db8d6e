import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { migrations } from '#db/migrations/index.ts'
import { NATURAL_KEYS } from '#db/natural-keys.ts'
import { DatabaseError } from '#lib/errors.ts'
import { addService } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

test('migrating twice changes nothing', async () => {
  const db = await testDatabase()
  const tables = sql`select name, sql from sqlite_schema order by name`
  const before = await tables.execute(db)
  await migrateToLatest(db)
  expect(await tables.execute(db)).toEqual(before)
})

test('a migration that fails halfway leaves nothing', async () => {
  const db = openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await sql`create table quarantine (mine text)`.execute(db)
  await expect(migrateToLatest(db)).rejects.toThrow('"quarantine" already exists')
  const tables = await db.introspection.getTables()
  expect(tables.map(({ name }) => name)).toEqual(['quarantine'])
})

/** The schema as it was before a migration. */
async function migrateUpTo(db: Database, name: string): Promise<void> {
  const former = Object.fromEntries(Object.entries(migrations).filter(([own]) => own < name))
  await new Migrator({ db, provider: { getMigrations: async () => former } }).migrateToLatest()
}

test('causes that were told before they had keys are found by them', async () => {
  const db = openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await migrateUpTo(db, '2026-11-30-keys-of-causes')
  const told = [
    '{"reference":"A1B2C3D4E5"}',
    '{"reference":"https://ci.example/runs/3"}',
    '{"version":"1.4.0","toldAt":"2026-05-30T11:00:00.000Z"}',
    null,
  ]
  for (const [index, cause] of told.entries()) {
    await sql`insert into incidents (source_id, native_id, observed_at, cause_told)
      values ('pager', ${index}, '2026-06-01T12:00:00.000Z', ${cause})`.execute(db)
  }
  await migrateToLatest(db)
  const rows = await db.selectFrom('incidents').select('cause_key').orderBy('native_id').execute()
  expect(rows.map((row) => row.cause_key)).toEqual([
    'a1b2c3d',
    'https://ci.example/runs/3',
    '1.4.0',
    null,
  ])
})

test('the service of an incident that was told before is looked up again by what it was called', async () => {
  const db = openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await migrateUpTo(db, '2026-11-30-told-services')
  for (const [source, kind] of [
    ['pager', 'pagerduty'],
    ['cmdb', 'files'],
  ]) {
    await sql`insert into sources (id, kind) values (${source}, ${kind})`.execute(db)
    await sql`insert into incidents (source_id, native_id, observed_at, service_id)
      values (${source}, '1', '2026-06-01T12:00:00.000Z', 'The Shop')`.execute(db)
  }
  await migrateToLatest(db)
  await addService(db, 'shop', { team: null, name: 'The Shop' })
  const rows = await db.selectFrom('incidents').selectAll().orderBy('source_id').execute()
  expect(rows.map((row) => [row.source_id, row.service_id])).toEqual([
    ['cmdb', 'The Shop'],
    ['pager', 'shop'],
  ])
})

test('a database that a newer version has migrated is refused', async () => {
  const db = await testDatabase()
  const applied = { name: '2999-01-01-later', timestamp: '2999-01-01' }
  await sql`insert into kysely_migration values (${applied.name}, ${applied.timestamp})`.execute(db)
  await expect(migrateToLatest(db)).rejects.toThrow(DatabaseError)
})

test('every fact table is keyed by what its source calls a row', async () => {
  const db = await testDatabase()
  const columns = await sql<{ table: string; column: string }>`
    select t.name as "table", c.name as "column" from sqlite_schema t, pragma_table_info(t.name) c
    where t.type = 'table' and c.pk > 0 order by t.name, c.pk
  `.execute(db)
  const keys = Object.groupBy(columns.rows, ({ table }) => table)
  for (const [table, key] of Object.entries(NATURAL_KEYS)) {
    expect(
      keys[table]?.map(({ column }) => column),
      table,
    ).toEqual(key)
  }
})

test('no table or column is about a person', async () => {
  const db = await testDatabase()
  const columns = await sql<{ name: string }>`
    select t.name || '.' || c.name as name from sqlite_schema t, pragma_table_info(t.name) c
  `.execute(db)
  const suspicious = columns.rows.filter(({ name }) =>
    /login|e_?mail|author_name|person|user_id|assignee/.test(name),
  )
  expect(suspicious).toEqual([])
})
