import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { type Organisation, saveOrganisation } from '#db/organisation.ts'
import { testDatabase } from '#test/support/database.ts'

const MONDAY = new Date('2026-03-02T00:00:00Z')
const TUESDAY = new Date('2026-03-03T00:00:00Z')

const path = (id: string): Organisation['paths'][number] => ({
  id,
  name: id,
  capability: null,
  owner_team_id: null,
  description: null,
  available_since: '2026-01-01T00:00:00.000Z',
  deprecated_on: null,
  rules: '{}',
  has_mandate_register: 1,
})

const mandate = (native_id: string): Organisation['mandates'][number] => ({
  native_id,
  path_id: 'deploy',
  team_scope: 'all',
  kind: 'outcome',
  announced_at: '2026-01-01T00:00:00.000Z',
  effective_at: '2026-02-01T00:00:00.000Z',
  ended_at: null,
})

const ACME: Organisation = {
  paths: [path('deploy'), path('portal')],
  mandates: [mandate('deploy/1'), mandate('deploy/2')],
  sources: [
    { id: 'clones', kind: 'git', every: '1d' },
    { id: 'tickets', kind: 'files', every: null },
  ],
}

async function listStored(db: Database) {
  return {
    paths: await db
      .selectFrom('golden_paths')
      .select(['id', 'gone_at', 'observed_at'])
      .orderBy('id')
      .execute(),
    mandates: await db
      .selectFrom('mandates')
      .select(['source_id', 'native_id'])
      .orderBy('native_id')
      .execute(),
    sources: await db.selectFrom('sources').selectAll().orderBy('id').execute(),
  }
}

const STORED = {
  paths: ['deploy', 'portal'].map((id) => ({
    id,
    gone_at: null,
    observed_at: MONDAY.toISOString(),
  })),
  mandates: ['deploy/1', 'deploy/2'].map((native_id) => ({ source_id: 'config', native_id })),
  sources: [
    { id: 'clones', kind: 'git', every: '1d', gone_at: null },
    { id: 'tickets', kind: 'files', every: null, gone_at: null },
  ],
}

test('what the configuration says is stored, and saying it again writes nothing', async () => {
  const db = await testDatabase()
  await saveOrganisation(db, ACME, MONDAY)
  const changes = sql<{ rows: number }>`select total_changes() as rows`
  const before = await changes.execute(db)
  await saveOrganisation(db, ACME, TUESDAY)
  expect((await changes.execute(db)).rows).toEqual(before.rows)
  expect(await listStored(db)).toEqual(STORED)
})

test('a path or source that is no longer named is marked once and kept, a mandate goes', async () => {
  const db = await testDatabase()
  await saveOrganisation(db, ACME, MONDAY)
  const less = { paths: [path('deploy')], mandates: [mandate('deploy/2')], sources: [] }
  await saveOrganisation(db, less, TUESDAY)
  await saveOrganisation(db, less, new Date('2026-03-04T00:00:00Z'))
  const gone_at = TUESDAY.toISOString()
  expect(await listStored(db)).toEqual({
    paths: [STORED.paths[0], { ...STORED.paths[1], gone_at }],
    mandates: [STORED.mandates[1]],
    sources: STORED.sources.map((source) => ({ ...source, gone_at })),
  })
})

test('mandates of a path that is no longer named stay with its history', async () => {
  const db = await testDatabase()
  await saveOrganisation(db, ACME, MONDAY)
  const less = { ...ACME, paths: [path('portal')], mandates: [] }
  await saveOrganisation(db, less, TUESDAY)
  expect((await listStored(db)).mandates).toEqual(STORED.mandates)
})

test('what is named again is no longer gone', async () => {
  const db = await testDatabase()
  await saveOrganisation(db, ACME, MONDAY)
  await saveOrganisation(db, { paths: [], mandates: [], sources: [] }, TUESDAY)
  await saveOrganisation(db, ACME, TUESDAY)
  const { paths, mandates, sources } = await listStored(db)
  expect({ gone: paths.map(({ gone_at }) => gone_at), mandates, sources }).toEqual({
    gone: [null, null],
    mandates: STORED.mandates,
    sources: STORED.sources,
  })
})

test('a mandate that a source told of stays', async () => {
  const db = await testDatabase()
  const told = { ...mandate('M-1'), source_id: 'register', observed_at: MONDAY.toISOString() }
  await db.insertInto('mandates').values(told).execute()
  await saveOrganisation(db, { ...ACME, mandates: [] }, MONDAY)
  expect((await listStored(db)).mandates).toEqual([{ source_id: 'register', native_id: 'M-1' }])
})
