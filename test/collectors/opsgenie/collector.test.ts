import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { NOW } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { testFolder, writeIn } from '#test/support/files.ts'
import { anExportedIncident, collectOpsgenie } from '#test/support/opsgenie.ts'

const listIncidents = (db: Database) =>
  db.selectFrom('incidents').selectAll().orderBy('native_id').execute()

type Options = Parameters<typeof collectOpsgenie>[2]

async function collect(files: Readonly<Record<string, unknown>>, options: Options = {}) {
  const folder = testFolder()
  for (const [name, value] of Object.entries(files)) writeIn(folder, name, JSON.stringify(value))
  const db = await testDatabase()
  const outcome = await collectOpsgenie(db, folder, options)
  return { folder, db, outcome, rows: await listIncidents(db) }
}

test('an exported incident has its impact as beginning and end', async () => {
  const incident = anExportedIncident('a-1', { extraProperties: { deployment: 'deploy-2' } })
  const { rows, outcome } = await collect(
    { 'page-1.json': { data: [incident], paging: {} } },
    { services: { 'svc-1': 'checkout' } },
  )
  expect(outcome).toMatchObject({ status: 'ok', error: null })
  expect(rows).toEqual([
    {
      source_id: 'genie',
      native_id: 'a-1',
      observed_at: NOW.toISOString(),
      gone_at: null,
      service_id: 'checkout',
      service_told: 'checkout',
      service_key: 'checkout',
      severity: 'P2',
      started_at: '2026-05-20T09:00:00.000Z',
      detected_at: '2026-05-20T09:05:00.000Z',
      acknowledged_at: null,
      mitigated_at: null,
      restored_at: '2026-05-20T10:05:00.000Z',
      caused_by_deployment_id: 'deploy-2',
      cause_told: '{"reference":"deploy-2"}',
      cause_key: 'deploy-2',
      link_kind: 'explicit',
      cause_class: null,
      reassignment_count: null,
      owner_found_at: null,
      repository_native_id: null,
    },
  ])
})

test('one that is open has no end, and one that is over without an end is put aside', async () => {
  const { db, rows } = await collect({
    'a.json': [
      anExportedIncident('open', { status: 'open' }),
      anExportedIncident('over', { impactEndDate: undefined }),
    ],
  })
  expect(rows).toMatchObject([{ native_id: 'open', restored_at: null }])
  const [aside] = await db.selectFrom('quarantine').selectAll().execute()
  expect(aside).toMatchObject({
    position: 'a.json#2',
    reason: 'impactEndDate: expected when it ended, as it is not open',
  })
  expect(JSON.stringify(aside)).not.toMatch(/robin/)
})

test('the first impacted service that is mapped is its service; rules look at tags, too', async () => {
  const incidents = [
    anExportedIncident('a', { impactedServices: ['svc-9', 'svc-1'] }),
    anExportedIncident('b', { impactedServices: ['svc-9'], tags: ['GameDay'] }),
    anExportedIncident('c', { impactedServices: ['svc-9'] }),
    anExportedIncident('d', { impactedServices: [], serviceId: 'svc-1' }),
  ]
  const { rows } = await collect(
    { 'a.json': [{ data: incidents.slice(0, 2) }, { data: incidents.slice(2) }] },
    {
      services: { 'svc-1': 'checkout' },
      rules: [
        { label: 'gameday', ignore: true },
        { service: 'svc-9', cause: 'platform' },
      ],
    },
  )
  expect(rows.map((row) => [row.native_id, row.service_id, row.cause_class])).toEqual([
    ['a', 'checkout', 'platform'],
    ['c', 'svc-9', 'platform'],
    ['d', 'checkout', null],
  ])
})

test('a file that is no export is told, the others are read, and nothing is covered', async () => {
  const covers = { from: '2026-01-01T00:00:00.000Z', to: null }
  const files = { 'a.json': { incidents: [] }, 'b.json': [anExportedIncident('a-1')] }
  const { folder, db, outcome, rows } = await collect(files, { covers })
  expect(outcome).toMatchObject({
    status: 'partial',
    error: 'genie: a.json: expected incidents as Opsgenie lists them: {"data": [ … ]}',
  })
  expect(rows).toHaveLength(1)
  expect(await db.selectFrom('coverage').selectAll().execute()).toEqual([])
  rmSync(join(folder, 'a.json'))
  writeFileSync(join(folder, 'notes.txt'), 'not an export')
  expect(await collectOpsgenie(db, folder, { covers })).toMatchObject({ status: 'ok', read: 0 })
  const covered = await db.selectFrom('coverage').selectAll().execute()
  expect(covered).toMatchObject([
    {
      scope: 'entity:incidents',
      covered_from: covers.from,
      covered_to: expect.stringMatching(/^2026-01-01T00:00:/),
    },
  ])
})

test('what is complete until a day is covered until then', async () => {
  const covers = { from: '2025-01-01T00:00:00.000Z', to: '2025-06-01T00:00:00.000Z' }
  const { db } = await collect({ 'a.json': [anExportedIncident('a-1')] }, { covers })
  const covered = await db.selectFrom('coverage').selectAll().execute()
  expect(covered).toMatchObject([{ covered_from: covers.from, covered_to: covers.to }])
})

test('of two exports the later version of an incident stands, however the files are called', async () => {
  const newer = anExportedIncident('a-1', { updatedAt: '2026-05-21T00:00:00+02:00' })
  const older = anExportedIncident('a-1', { status: 'open', updatedAt: '2026-05-20T10:00:00Z' })
  const other = anExportedIncident('a-2', { updatedAt: '2026-05-20T08:00:00Z' })
  const { folder, db, outcome, rows } = await collect({
    'a.json': [newer],
    'z.json': [older, other],
  })
  expect(outcome).toMatchObject({ status: 'ok' })
  const told = [{ native_id: 'a-1', restored_at: '2026-05-20T10:05:00.000Z' }, { native_id: 'a-2' }]
  expect(rows).toMatchObject(told)
  // A file that is touched is read again.
  writeIn(folder, 'z.json', JSON.stringify({ data: [older, other] }))
  expect(await collectOpsgenie(db, folder)).toMatchObject({ status: 'ok', changed: 0 })
  expect(await listIncidents(db)).toMatchObject(told)
})

test('what cannot be opened is told, the others are read, and nothing is covered', async () => {
  const folder = testFolder()
  symlinkSync(join(folder, 'nowhere'), join(folder, 'a.json'))
  mkdirSync(join(folder, 'b.json'))
  writeIn(folder, 'c.json', JSON.stringify([anExportedIncident('a-1')]))
  const db = await testDatabase()
  const covers = { from: '2026-01-01T00:00:00.000Z', to: null }
  expect(await collectOpsgenie(db, folder, { covers })).toMatchObject({
    status: 'partial',
    read: 1,
    error:
      'genie: a.json: cannot be read (ENOENT); take it away, or let it be read\ngenie: b.json: is no file; take it away',
  })
  expect(await listIncidents(db)).toHaveLength(1)
  expect(await db.selectFrom('coverage').selectAll().execute()).toEqual([])
})

test('a file that is written again is read again, and one that is gone changes nothing', async () => {
  const { db, folder } = await collect({
    'a.json': [anExportedIncident('a-1', { status: 'open' })],
  })
  writeIn(folder, 'a.json', JSON.stringify([anExportedIncident('a-1')]))
  expect(await collectOpsgenie(db, folder)).toMatchObject({ changed: 1 })
  rmSync(join(folder, 'a.json'))
  expect(await collectOpsgenie(db, folder)).toMatchObject({ status: 'ok', changed: 0 })
  expect(await listIncidents(db)).toMatchObject([{ restored_at: '2026-05-20T10:05:00.000Z' }])
})

test('a folder that is not there fails the run', async () => {
  const outcome = await collectOpsgenie(await testDatabase(), join(testFolder(), 'nowhere'))
  expect(outcome).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/^genie: the folder .*nowhere cannot be read$/),
  })
})

const listStanding = async (db: Database) =>
  (await listIncidents(db)).filter((row) => row.gone_at === null).map((row) => row.native_id)

test('of files that are complete an incident that none of them holds is gone, until one does', async () => {
  const all = ['a-1', 'a-2'].map((id) => anExportedIncident(id))
  const complete = { complete: true }
  const { db, folder } = await collect({ 'a.json': all, 'b.json': [] }, complete)
  const rewrite = async (name: string, value: unknown) => {
    writeIn(folder, name, JSON.stringify(value))
    return collectOpsgenie(db, folder, complete)
  }
  expect(await rewrite('a.json', all.slice(1))).toMatchObject({ status: 'ok', changed: 1 })
  expect(await listStanding(db)).toEqual(['a-2'])
  await rewrite('b.json', all.slice(0, 1))
  expect(await listStanding(db)).toEqual(['a-1', 'a-2'])
})

test('of files that are complete the incidents of a service that nobody maps any more stand', async () => {
  const files = { 'a.json': [anExportedIncident('a-1')] }
  const { db, folder } = await collect(files, { complete: true, services: { 'svc-1': 'checkout' } })
  expect(await collectOpsgenie(db, folder, { complete: true })).toMatchObject({ status: 'ok' })
  expect(await listStanding(db)).toEqual(['a-1'])
})

test.each([
  ['a file that cannot be read', '{', /a\.json: expected incidents/],
  ['an incident without an id', '[{}]', /1 incidents without an id that can be read/],
])('with %s nothing is gone', async (_, text, error) => {
  const files = { 'a.json': [anExportedIncident('a-1')], 'b.json': [anExportedIncident('a-2')] }
  const { db, folder } = await collect(files, { complete: true })
  writeIn(folder, 'a.json', text)
  const outcome = await collectOpsgenie(db, folder, { complete: true })
  expect(outcome).toMatchObject({ status: 'partial', error: expect.stringMatching(error) })
  expect(await listStanding(db)).toEqual(['a-1', 'a-2'])
})

test('what a file said that is no longer there still counts, also where files are complete', async () => {
  const files = { 'a.json': [anExportedIncident('a-1')], 'b.json': [anExportedIncident('a-2')] }
  const { db, folder } = await collect(files, { complete: true })
  rmSync(join(folder, 'a.json'))
  expect(await collectOpsgenie(db, folder, { complete: true })).toMatchObject({
    status: 'partial',
    error: expect.stringMatching(/^genie: a\.json: no longer in .*collect --anew genie$/),
  })
  expect(await listStanding(db)).toEqual(['a-1', 'a-2'])
})
