import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { expect, onTestFinished, test } from 'vitest'
import { listChangesToScore } from '#db/changes-to-score.ts'
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

test('causes that were told as commits of SHA-256 before are found, and linked with what was deployed', async () => {
  const db = openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await migrateUpTo(db, '2026-11-30-with-keys-of-long-commits')
  const sha = 'a1b2c3d4'.repeat(8)
  const other = 'ffff0000'.repeat(8)
  /** What a deployment is called. */
  const id = '0123abcd'.repeat(8)
  for (const [native, service, deployed, tier] of [
    ['D1', 'shop', sha, 'production'],
    ['D2', 'basket', sha, 'production'],
    ['D3', 'mail', sha, 'staging'],
    ['D4', 'shop', other, 'production'],
    ['D5', 'shop', other, 'production'],
    [id, 'shop', null, 'production'],
    ['D6', 'shop', id, 'production'],
  ]) {
    await sql`insert into deployments
      (source_id, native_id, observed_at, service_id, environment_tier, sha, created_at, outcome, initiator_kind)
      values ('argo', ${native}, '2026-06-01T12:00:00.000Z', ${service}, ${tier}, ${deployed},
        '2026-06-01T12:00:00.000Z', 'success', 'bot')`.execute(db)
  }
  for (const [native, told, cause] of [
    ['1', sha.toUpperCase(), sha.toUpperCase()],
    ['2', other, other],
    ['3', sha.slice(0, 41), sha.slice(0, 41)],
    ['4', 'a1b2c3d', 'D1'],
    ['5', id, id],
  ]) {
    await sql`insert into incidents
      (source_id, native_id, observed_at, service_id, caused_by_deployment_id, link_kind, cause_told, cause_key)
      values ('pager', ${native}, '2026-06-01T12:00:00.000Z', 'shop', ${cause}, 'explicit',
        ${JSON.stringify({ reference: told })}, ${told})`.execute(db)
  }
  await migrateToLatest(db)
  const rows = await db.selectFrom('incidents').selectAll().orderBy('native_id').execute()
  expect(rows.map((row) => [row.cause_key, row.caused_by_deployment_id])).toEqual([
    ['a1b2c3d', 'D1'],
    ['ffff000', other],
    ['a1b2c3d', 'D1'],
    ['a1b2c3d', 'D1'],
    ['0123abc', id],
  ])
  expect(await listChangesToScore(db)).toMatchObject([{ subject_kind: 'all' }])
})

test('incidents that a renamed repository took off their deployments before are linked again', async () => {
  const db = openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await migrateUpTo(db, '2026-11-30-y-former-names')
  const at = '2026-06-01T12:00:00.000Z'
  const address = (name: string, number: number) => `https://github.com/acme/${name}/pull/${number}`
  for (const [id, former] of [
    ['store', ['github.com/acme/shop', 'github.com/acme/taken']],
    ['taken', []],
  ] as const) {
    await sql`insert into repositories (id, source_id, native_id, name, former_names, observed_at)
      values (${`github.com/acme/${id}`}, 'gh', ${id}, ${id}, ${JSON.stringify(former)}, ${at})`.execute(
      db,
    )
  }
  for (const number of [7, 8, 9]) {
    await sql`insert into changes
      (source_id, native_id, observed_at, repository_id, number, merged_at, merge_sha, author_kind)
      values ('gh', ${String(number)}, ${at}, 'github.com/acme/store', ${number}, ${at}, ${`${number}`.repeat(40)}, 'human')`.execute(
      db,
    )
  }
  for (const [native, number] of [
    ['D7', 7],
    ['D8', 8],
    ['D8 again', 8],
  ] as const) {
    await sql`insert into deployments
      (source_id, native_id, observed_at, service_id, environment_tier, sha, created_at, outcome, initiator_kind)
      values ('gh', ${native}, ${at}, 'shop', 'production', ${`${number}`.repeat(40)}, ${at}, 'success', 'bot')`.execute(
      db,
    )
  }
  const told = [address('shop', 7), address('shop', 8), address('shop', 9), address('taken', 7)]
  for (const reference of told) {
    await sql`insert into incidents
      (source_id, native_id, observed_at, service_id, caused_by_deployment_id, link_kind, cause_told, cause_key)
      values ('pager', ${reference}, ${at}, 'shop', ${reference}, 'explicit',
        ${JSON.stringify({ reference })}, ${reference})`.execute(db)
  }
  await migrateToLatest(db)
  const rows = await db.selectFrom('incidents').selectAll().orderBy('native_id').execute()
  expect(rows.map((row) => row.caused_by_deployment_id)).toEqual(['D7', ...told.slice(1)])
  expect(await listChangesToScore(db)).toMatchObject([{ subject_kind: 'all' }])
})

test.each(['tickets', 'incidents'] as const)(
  'of %s that were stored before anybody kept it, nobody knows in which repository they are',
  async (table) => {
    const db = openDatabase(':memory:')
    onTestFinished(() => db.destroy())
    await migrateUpTo(db, '2026-11-30-x-where-issues-are')
    const seen = { source_id: 'gh', native_id: 'I_1', observed_at: '2026-06-01T12:00:00.000Z' }
    const row =
      table === 'tickets' ? { ...seen, opened_at: '2026-06-01T09:00:00.000Z', bot: 0 } : seen
    await db
      .insertInto(table as 'incidents')
      .values(row as never)
      .execute()
    await migrateToLatest(db)
    const rows = await db.selectFrom(table).select(['native_id', 'repository_native_id']).execute()
    expect(rows).toEqual([{ native_id: 'I_1', repository_native_id: null }])
  },
)

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

test('changes that events told before belong to the service of their repository, and no others', async () => {
  const db = openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await migrateUpTo(db, '2026-11-30-with-keys-of-sent-changes')
  const at = '2026-06-01T12:00:00.000Z'
  await sql`insert into services (id, source_id, observed_at, name, repository_id, repository_path)
    values ('shop', 'catalog', ${at}, 'shop', 'shop', '')`.execute(db)
  for (const [source, kind, scopes] of [
    ['events', 'ingest', ['cloudevents']],
    ['both', 'ingest', ['cloudevents', 'changes']],
    ['cmdb', 'files', []],
  ] as const) {
    await sql`insert into sources (id, kind) values (${source}, ${kind})`.execute(db)
    await sql`insert into api_tokens values
      (${source}, '', ${source}, ${JSON.stringify(scopes)}, ${at}, ${at}, null)`.execute(db)
  }
  await sql`insert into received_events
    (source_id, event_id, sequence, kind, type, body_hash, received_at, outcome)
    values ('both', '["/ci","e1"]', 1, 'cloudevent', 'dev.cdevents.change.merged.0.2.0', '', ${at}, 'stored')
  `.execute(db)
  for (const [source, id, repository, service, author, sha] of [
    ['events', '/ci#1', 'github.com/acme/shop', null, 'unknown', null],
    ['events', '/ci#2', 'github.com/acme/later', 'gone', 'unknown', null],
    ['events', '/ci#3', 'github.com/acme/shop', null, 'human', null],
    ['both', '/ci#1', 'github.com/acme/shop', null, 'unknown', null],
    ['both', '/ci#2', 'github.com/acme/shop', null, 'unknown', 'a1b2c3d'],
    ['both', 'shop#3', 'github.com/acme/shop', null, 'unknown', null],
    ['cmdb', 'shop#1', 'github.com/acme/shop', null, 'unknown', null],
  ]) {
    await sql`insert into changes
      (source_id, native_id, observed_at, repository_id, service_id, author_kind, merge_sha)
      values (${source}, ${id}, ${at}, ${repository}, ${service}, ${author}, ${sha})`.execute(db)
  }
  await migrateToLatest(db)
  expect(await listChangesToScore(db)).toMatchObject([{ subject_kind: 'all' }])
  const listServices = async () => {
    const rows = await db.selectFrom('changes').selectAll().execute()
    return rows.map((row) => [row.source_id, row.native_id, row.service_id]).toSorted()
  }
  const others = [
    ['events', '/ci#3', null],
    ['both', '/ci#2', null],
    ['both', 'shop#3', null],
    ['cmdb', 'shop#1', null],
  ]
  const ofShop = [
    ['events', '/ci#1', 'shop'],
    ['both', '/ci#1', 'shop'],
  ]
  expect(await listServices()).toEqual([...others, ...ofShop, ['events', '/ci#2', null]].toSorted())
  await addService(db, 'later', { team: null, covered: null })
  expect(await listServices()).toEqual(
    [...others, ...ofShop, ['events', '/ci#2', 'later']].toSorted(),
  )
})

test('of environments only that they were created stays', async () => {
  const db = openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await migrateUpTo(db, '2026-11-30-without-deleted-environments')
  const at = '2026-06-01T12:00:00.000Z'
  for (const kind of ['created', 'deleted']) {
    await sql`insert into environment_events
      values ('ci', ${kind}, 'basket-test', ${kind}, ${at}, ${at})`.execute(db)
  }
  await sql`insert into provisioning_requests
    (source_id, native_id, observed_at, team_id, requested_at, result, created_event_at, deleted_event_at)
    values ('portal', '1', ${at}, 'payments', ${at}, 'open', ${at}, ${at})`.execute(db)
  await migrateToLatest(db)
  const events = await db.selectFrom('environment_events').select('native_id').execute()
  expect(events).toEqual([{ native_id: 'created' }])
  const [request] = await db.selectFrom('provisioning_requests').selectAll().execute()
  expect(request).toMatchObject({ native_id: '1', created_event_at: at })
  expect(request).not.toHaveProperty('deleted_event_at')
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

test('what was published before can be sealed, and no quarter is sealed by itself', async () => {
  const db = openDatabase(':memory:')
  onTestFinished(() => db.destroy())
  await migrateUpTo(db, '2026-11-30-words-of-sealed-quarters')
  await sql`insert into published_run (name, run) values ('current', 7)`.execute(db)
  await migrateToLatest(db)
  expect(await db.selectFrom('published_run').selectAll().execute()).toEqual([
    { name: 'current', run: 7 },
  ])
  expect(await db.selectFrom('sealed_quarters').selectAll().execute()).toEqual([])
})
