import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openMigrated } from '#app/database.ts'
import { receive } from '#app/inbox.ts'
import { openDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { aFolder } from '#test/support/cli.ts'

/** A folder whose configuration is that of the server; its database is not there yet. */
function aServer(configuration = 'organisation: { name: Acme }'): string {
  const cwd = aFolder({ 'desirepath.yaml': configuration })
  vi.stubEnv('DESIREPATH_CONFIG', join(cwd, 'desirepath.yaml'))
  onTestFinished(() => void vi.unstubAllEnvs())
  return join(cwd, 'data/desirepath.db')
}

test('two that ask at first at once get the same connection, and a migration is noticed', async () => {
  const path = aServer()
  const door = openMigrated({ busyMs: 0 }, 'received_events')
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

test('while the configuration is faulty nothing is taken, and it may be sent again', async () => {
  aServer('organisation: {}')
  const answer = await receive(() => Promise.reject(new TypeError('never asked')))
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
})
