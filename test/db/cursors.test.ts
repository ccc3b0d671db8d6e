import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { loadCursors, upsertCursor } from '#db/cursors.ts'
import { testDatabase } from '#test/support/database.ts'

const MONDAY = new Date('2026-03-02T00:00:00Z')

const keep = (db: Database, scope: string, value: unknown, configurationHash = 'as-it-was') =>
  upsertCursor(db, { sourceId: 'clones', scope, configurationHash, value, at: MONDAY })

test('a cursor comes back as it was kept, for each scope its own', async () => {
  const db = await testDatabase()
  await keep(db, 'repository:a', { head: '1a2b3c4', pages: [1, null] })
  await keep(db, 'repository:b', 7)
  await keep(db, 'repository:c', null)
  expect(await loadCursors(db, 'clones', 'as-it-was')).toEqual(
    new Map<string, unknown>([
      ['repository:a', { head: '1a2b3c4', pages: [1, null] }],
      ['repository:b', 7],
      ['repository:c', null],
    ]),
  )
})

test('a newer cursor of a scope takes the place of the older', async () => {
  const db = await testDatabase()
  await keep(db, 'repository:a', 1)
  await keep(db, 'repository:a', 2)
  expect(await loadCursors(db, 'clones', 'as-it-was')).toEqual(new Map([['repository:a', 2]]))
})

test('a cursor of another configuration or another source is none', async () => {
  const db = await testDatabase()
  await keep(db, 'repository:a', 1)
  await keep(db, 'repository:b', 1, 'with-a-filter')
  expect(await loadCursors(db, 'clones', 'with-a-filter')).toEqual(new Map([['repository:b', 1]]))
  expect(await loadCursors(db, 'attic', 'as-it-was')).toEqual(new Map())
})

test('a configuration that comes back does not find the cursor that another replaced', async () => {
  const db = await testDatabase()
  await keep(db, 'repository:a', 1)
  await keep(db, 'repository:a', 2, 'with-a-filter')
  expect(await loadCursors(db, 'clones', 'as-it-was')).toEqual(new Map())
})
