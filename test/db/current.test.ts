import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '#db/connection.ts'
import { openMigrated } from '#db/current.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { aFolder } from '#test/support/cli.ts'

test('two that ask at first at once get the same connection, and a migration is noticed', async () => {
  const path = join(aFolder(), 'facts.db')
  const door = openMigrated(() => path, { busyMs: 0 }, 'received_events')
  expect(await door()).toBeNull()
  const writer = openDatabase(path)
  onTestFinished(() => writer.destroy())
  await sql`create table another (id text)`.execute(writer)
  expect(await Promise.all([door(), door()])).toEqual([null, null])
  await migrateToLatest(writer)
  const [one, another] = await Promise.all([door(), door()])
  onTestFinished(() => one?.db.destroy())
  expect(one).not.toBeNull()
  expect(another).toBe(one)
})
