import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '#db/connection.ts'
import { acquireLease, checkFence, LeaseError, releaseLease, renewLease } from '#db/leases.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { testDatabase } from '#test/support/database.ts'

const START = new Date('2026-03-02T08:00:00Z')
const after = (seconds: number) => new Date(START.getTime() + seconds * 1000)

const acquire = (db: Database, owner: string, seconds: number, dead?: number) =>
  acquireLease(db, {
    name: 'jobs',
    owner,
    now: after(seconds),
    ...(dead !== undefined && { dead }),
  })

test('while one holds the lease, another is told who and until when', async () => {
  const db = await testDatabase()
  await acquire(db, 'first', 0)
  await expect(acquire(db, 'second', 59.999)).rejects.toThrow(
    'first is at work, until 2026-03-02T08:01:00.000Z unless it goes on',
  )
})

test('a lease that was not renewed for a minute is taken over with a higher fence', async () => {
  const db = await testDatabase()
  const first = await acquire(db, 'first', 0)
  const second = await acquire(db, 'second', 60)
  expect([first.fence, second.fence]).toEqual([1, 2])
})

test('a renewed lease lasts for another minute', async () => {
  const db = await testDatabase()
  const first = await acquire(db, 'first', 0)
  await renewLease(db, first, after(20))
  await expect(acquire(db, 'second', 79.999)).rejects.toThrow(LeaseError)
  expect(await acquire(db, 'second', 80)).toMatchObject({ fence: 2 })
})

test('a released lease is free at once, and its fence is not given again', async () => {
  const db = await testDatabase()
  await releaseLease(db, await acquire(db, 'first', 0), after(1))
  expect(await acquire(db, 'second', 1)).toMatchObject({ owner: 'second', fence: 2 })
})

test('a holder known to be dead is replaced before its time, and only that one', async () => {
  const db = await testDatabase()
  const first = await acquire(db, 'first', 0)
  const second = await acquire(db, 'second', 1, first.fence)
  expect(second.fence).toBe(2)
  await expect(acquire(db, 'third', 2, first.fence)).rejects.toThrow('second is at work')
})

test('the old holder can neither write, nor renew, nor release what another took over', async () => {
  const db = await testDatabase()
  const first = await acquire(db, 'first', 0)
  const second = await acquire(db, 'second', 60)
  const write = db.transaction().execute(async (tx) => {
    await tx
      .insertInto('sources')
      .values({ id: 'a', kind: 'git', every: null, gone_at: null })
      .execute()
    await checkFence(tx, first)
  })
  await expect(write).rejects.toThrow('taken over')
  expect(await db.selectFrom('sources').select('id').execute()).toEqual([])
  await expect(renewLease(db, first, after(61))).rejects.toThrow(LeaseError)
  await releaseLease(db, first, after(61))
  await db.transaction().execute((tx) => checkFence(tx, second))
  await expect(acquire(db, 'third', 62)).rejects.toThrow('second is at work')
})

test('a late holder that nobody replaced may go on', async () => {
  const db = await testDatabase()
  const first = await acquire(db, 'first', 0)
  await db.transaction().execute((tx) => checkFence(tx, first))
  await renewLease(db, first, after(600))
  await expect(acquire(db, 'second', 659)).rejects.toThrow(LeaseError)
})

test('a lease cannot be taken over between the check of its fence and the commit', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leases-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [one, other] = [1, 2].map(() => openDatabase(join(folder, 'test.db')))
  if (!(one && other)) throw new TypeError('two connections were opened')
  onTestFinished(() => one.destroy())
  onTestFinished(() => other.destroy())
  await migrateToLatest(one)
  await sql`pragma busy_timeout = 0`.execute(other)
  const first = await acquire(one, 'first', 0)
  await one.transaction().execute(async (tx) => {
    await checkFence(tx, first)
    await expect(acquire(other, 'second', 60)).rejects.toThrow('database is locked')
  })
  expect(await acquire(other, 'second', 60)).toMatchObject({ fence: 2 })
})
