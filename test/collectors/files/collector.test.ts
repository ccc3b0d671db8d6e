import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toTemplate } from '#collectors/files/describe.ts'
import { ENTITIES } from '#collectors/files/entities.ts'
import type { Database } from '#db/connection.ts'
import { testDatabase } from '#test/support/database.ts'
import { collectFolder, testFolder, writeIn } from '#test/support/files.ts'

const HEADER = 'id,service_id,created_at,outcome\n'

/** A line of deployments.csv with that header. */
const deployment = (id: string, service = 'basket') =>
  `${id},${service},2026-01-15T13:00:00Z,success\n`

const listDeployments = (db: Database) =>
  db
    .selectFrom('deployments')
    .select(['native_id', 'service_id'])
    .orderBy('native_id')
    .execute()
    .then((rows) => rows.map((row) => `${row.native_id} ${row.service_id}`))

const listQuarantine = (db: Database) =>
  db.selectFrom('quarantine').select(['position', 'reason', 'record']).orderBy('position').execute()

const listTeams = (db: Database) =>
  db
    .selectFrom('teams')
    .select('id')
    .orderBy('id')
    .execute()
    .then((rows) => rows.map(({ id }) => id))

/** What is stored of deployments.csv, and how the run ended. */
async function collectDeployments(text: string | Buffer) {
  const db = await testDatabase()
  const folder = testFolder()
  writeIn(folder, 'deployments.csv', text)
  const outcome = await collectFolder(db, folder)
  return { db, folder, outcome }
}

for (const [name, entity] of Object.entries(ENTITIES)) {
  for (const format of ['csv', 'ndjson'] as const) {
    test(`the template of ${name} as ${format} is a file that can be read`, async () => {
      const db = await testDatabase()
      const folder = testFolder()
      writeIn(folder, `${name}.${format}`, toTemplate(entity, format))
      const outcome = await collectFolder(db, folder)

      expect(await listQuarantine(db)).toEqual([])
      expect(outcome).toMatchObject({ status: 'ok', read: 1, error: null })
      const stored = await db.selectFrom(entity.table).selectAll().execute()
      expect(stored).toHaveLength(1)
    })
  }

  test(`both formats of ${name} say the same`, async () => {
    const rows = await Promise.all(
      (['csv', 'ndjson'] as const).map(async (format) => {
        const db = await testDatabase()
        const folder = testFolder()
        writeIn(folder, `${name}.${format}`, toTemplate(entity, format))
        await collectFolder(db, folder)
        return db.selectFrom(entity.table).selectAll().execute()
      }),
    )
    expect(rows[0]).toEqual(rows[1])
  })
}

test('a bad line is kept with its place and all its faults, the good ones land', async () => {
  const { db, outcome } = await collectDeployments(
    `${HEADER}${deployment('a')},basket,2026-01-15 13:00:00,fine\n${deployment('c')}`,
  )
  expect(outcome).toEqual({ status: 'partial', read: 3, changed: 2, quarantined: 1, error: null })
  expect(await listDeployments(db)).toEqual(['a basket', 'c basket'])
  const [refused, ...others] = await listQuarantine(db)
  expect(others).toEqual([])
  expect(refused?.position).toBe('deployments.csv:3')
  expect(JSON.parse(refused?.record ?? '')).toEqual({
    id: '',
    service_id: 'basket',
    created_at: '2026-01-15 13:00:00',
    outcome: 'fine',
  })
  expect(refused?.reason).toBe(
    [
      'id: is required',
      'created_at: has no offset, so it could be any time zone: "2026-01-15 13:00:00"; ' +
        'write 2026-01-15T13:00:00Z or 2026-01-15T13:00:00+01:00',
      'outcome: expected success, failure, cancelled, open or unknown, not "fine"',
    ].join('; '),
  )
})

test('a decision on an exception without its day is refused: nobody could say since when it holds', async () => {
  const db = await testDatabase()
  const folder = testFolder()
  const header = 'id,team_id,path_id,scope,decision,decided_at,renewals\n'
  const rows = 'a,basket,http,full,approved,,0\nb,basket,http,full,,,0\n'
  writeIn(folder, 'exceptions.csv', `${header}${rows}`)
  await collectFolder(db, folder)
  expect((await listQuarantine(db)).map(({ position, reason }) => [position, reason])).toEqual([
    ['exceptions.csv:2', 'decided_at: is needed when there is a decision'],
  ])
})

test('an instant is stored in UTC with milliseconds, whatever its offset', async () => {
  const { db } = await collectDeployments(
    `${HEADER}a,basket,2026-01-15T13:00:00+01:00,success\nb,basket,2026-01-15T13:00:00.25Z,success\n`,
  )
  const rows = await db
    .selectFrom('deployments')
    .select('created_at')
    .orderBy('native_id')
    .execute()
  expect(rows.map((row) => row.created_at)).toEqual([
    '2026-01-15T12:00:00.000Z',
    '2026-01-15T13:00:00.250Z',
  ])
})

test('a day is no instant where something happened', async () => {
  const { db } = await collectDeployments(`${HEADER}a,basket,2026-01-15,success\n`)
  const [refused] = await listQuarantine(db)
  expect(refused?.reason).toBe(
    'created_at: expected an instant such as 2026-01-31T08:00:00Z, not "2026-01-15"',
  )
})

test('a day that the calendar does not have is refused', async () => {
  const { outcome } = await collectDeployments(`${HEADER}a,basket,2026-02-30T08:00:00Z,success\n`)
  expect(outcome).toMatchObject({ changed: 0, quarantined: 1 })
})

test('an empty cell is unknown', async () => {
  const { db } = await collectDeployments(
    'id,service_id,created_at,finished_at,outcome,environment_tier\na,basket,2026-01-15T13:00:00Z, ,,\n',
  )
  const row = await db
    .selectFrom('deployments')
    .select(['finished_at', 'outcome', 'environment_tier', 'initiator_kind'])
    .executeTakeFirst()
  expect(row).toEqual({
    finished_at: null,
    outcome: 'unknown',
    environment_tier: null,
    initiator_kind: 'unknown',
  })
})

test('a line is named by the line on which it starts, also after line breaks in quotes', async () => {
  const { db } = await collectDeployments(
    [
      'id,service_id,created_at,version',
      'a,basket,2026-01-15T13:00:00Z,"one\ntwo, ""three"""',
      '',
      'b,basket,yesterday,1',
      'c,basket,2026-01-15T13:00:00Z,1\n',
    ].join('\n'),
  )
  expect((await listQuarantine(db)).map(({ position }) => position)).toEqual(['deployments.csv:5'])
  const row = await db
    .selectFrom('deployments')
    .select('version')
    .where('native_id', '=', 'a')
    .executeTakeFirst()
  expect(row?.version).toBe('one\ntwo, "three"')
})

test.each([
  ['a byte order mark and CRLF', '\uFEFF', ',', '\r\n'],
  ['semicolons', '', ';', '\n'],
  ['tabs', '', '\t', '\n'],
])('%s do not matter', async (_what, beginning, delimiter, lineBreak) => {
  const text = `${HEADER}${deployment('a')}"b"${deployment('').slice(0)}`
  const { db, outcome } = await collectDeployments(
    beginning + text.replaceAll(',', delimiter).replaceAll('\n', lineBreak),
  )
  expect(outcome.status).toBe('ok')
  expect(await listDeployments(db)).toEqual(['a basket', 'b basket'])
})

test('a quote that is never closed costs its line and no other', async () => {
  const { db } = await collectDeployments(
    `${HEADER}${deployment('a')}"b,basket,2026-01-15T13:00:00Z,success\n${deployment('c')}`,
  )
  expect(await listDeployments(db)).toEqual(['a basket', 'c basket'])
  expect(await listQuarantine(db)).toMatchObject([
    { position: 'deployments.csv:3', reason: 'a cell opens a quote and never closes it' },
  ])
})

test('a quote inside a cell costs its line and no other', async () => {
  const { db } = await collectDeployments(
    `${HEADER}b 5",basket,2026-01-15T13:00:00Z,success\n${deployment('"c"')}${deployment('d')}`,
  )
  expect(await listDeployments(db)).toEqual(['c basket', 'd basket'])
  expect((await listQuarantine(db)).map(({ position }) => position)).toEqual(['deployments.csv:2'])
})

test('a line with too few or too many cells is refused', async () => {
  const { db } = await collectDeployments(
    `${HEADER}a,basket\n${deployment('b').trim()},more\n${deployment('c')}`,
  )
  expect((await listQuarantine(db)).map(({ reason }) => reason)).toEqual([
    'expected 4 cells, one for each header, not 2',
    'expected 4 cells, one for each header, not 5',
  ])
})

test('bytes that are not UTF-8 cost their line and no other', async () => {
  const latin = Buffer.from(`${deployment('b', 'caf\u00e9')}`, 'latin1')
  const { db } = await collectDeployments(
    Buffer.concat([Buffer.from(HEADER + deployment('a')), latin, Buffer.from(deployment('c'))]),
  )
  expect(await listDeployments(db)).toEqual(['a basket', 'c basket'])
  expect((await listQuarantine(db)).map(({ position }) => position)).toEqual(['deployments.csv:3'])
})

test('a character that no text holds is refused', async () => {
  const { outcome } = await collectDeployments(HEADER + deployment('a\0b'))
  expect(outcome).toMatchObject({ changed: 0, quarantined: 1 })
})

test('a header that is not known stops its file and not the others', async () => {
  const db = await testDatabase()
  const folder = testFolder()
  writeIn(folder, 'deployments.csv', 'id,service_id,created_at,finishd_at,id\na,b,c,d,e\n')
  writeIn(folder, 'teams.csv', 'id,name\ncheckout,Checkout\n')
  const outcome = await collectFolder(db, folder)

  expect(await listTeams(db)).toEqual(['checkout'])
  expect(outcome.status).toBe('partial')
  expect(outcome.error).toContain(
    'exports: deployments.csv: unknown header "finishd_at"; did you mean finished_at?; ' +
      'header id more than once; known headers are id, service_id, environment,',
  )
})

test('a header that is missing stops its file', async () => {
  const { outcome } = await collectDeployments('id,outcome\na,success\n')
  expect(outcome.error).toContain(
    'deployments.csv: needs the header service_id; needs the header created_at; known headers are',
  )
})

test('an empty file says that it has no headers, and takes nothing away', async () => {
  const db = await testDatabase()
  const folder = testFolder()
  writeIn(folder, 'teams.csv', 'id,name\ncheckout,Checkout\n')
  await collectFolder(db, folder)
  writeIn(folder, 'teams.csv', '')
  const outcome = await collectFolder(db, folder)
  expect(outcome.error).toContain('teams.csv: needs the header id; needs the header name')
  expect(await listTeams(db)).toEqual(['checkout'])
})

test('UTF-16 is named as such', async () => {
  const { outcome } = await collectDeployments(Buffer.from(`\uFEFF${HEADER}`, 'utf16le'))
  expect(outcome.error).toContain('deployments.csv: is UTF-16; save it as UTF-8')
})

test('a file of another name is reported, documents and hidden files are not', async () => {
  const db = await testDatabase()
  const folder = testFolder()
  for (const name of ['README', 'notes.md', '.keep']) writeIn(folder, name, 'text')
  writeIn(folder, 'deployment.csv', HEADER)
  writeIn(folder, 'golden_paths.csv', 'id\n')
  const { error } = await collectFolder(db, folder)
  expect(error?.split('\n')).toEqual([
    expect.stringContaining(
      'exports: deployment.csv: no file that we know; did you mean deployments?; known are',
    ),
    'exports: golden_paths.csv: golden paths are described in desirepath.yaml',
  ])
})

test('an entity in both formats is refused', async () => {
  const db = await testDatabase()
  const folder = testFolder()
  writeIn(folder, 'teams.csv', 'id,name\ncheckout,Checkout\n')
  writeIn(folder, 'teams.ndjson', '{"id":"search","name":"Search"}\n')
  const { error } = await collectFolder(db, folder)
  expect(error).toContain('teams.csv: only one of it and teams.ndjson may be there')
  expect(await listTeams(db)).toEqual([])
})

test('a folder that is not there fails, and leaves rows and coverage', async () => {
  const covers = { from: '2026-01-01T00:00:00.000Z' }
  const db = await testDatabase()
  const folder = testFolder()
  writeIn(folder, 'deployments.csv', HEADER + deployment('a'))
  await collectFolder(db, folder, { covers })
  const before = await db.selectFrom('coverage').selectAll().execute()
  rmSync(folder, { recursive: true })

  const outcome = await collectFolder(db, folder, { covers })
  expect(outcome).toMatchObject({
    status: 'failed',
    error: `exports: the folder ${folder} cannot be read`,
  })
  expect(await listDeployments(db)).toEqual(['a basket'])
  expect(before).toHaveLength(1)
  expect(await db.selectFrom('coverage').selectAll().execute()).toEqual(before)
})

test('read twice, nothing is read and nothing changes', async () => {
  const { db, folder } = await collectDeployments(`${HEADER}${deployment('a')}bad,,,\n`)
  writeIn(folder, 'teams.csv', 'id,name\ncheckout,Checkout\n')
  await collectFolder(db, folder)
  const before = await db.selectFrom('deployments').selectAll().execute()
  const quarantine = await listQuarantine(db)
  const outcome = await collectFolder(db, folder, { now: new Date('2026-06-02T12:00:00Z') })

  expect(outcome).toEqual({ status: 'ok', read: 0, changed: 0, quarantined: 0, error: null })
  expect(await db.selectFrom('deployments').selectAll().execute()).toEqual(before)
  expect(await listQuarantine(db)).toEqual(quarantine)
})

test('of a file that grew only the new part is read', async () => {
  const { db, folder } = await collectDeployments(HEADER + deployment('a') + deployment('b'))
  writeIn(folder, 'deployments.csv', HEADER + deployment('a') + deployment('b') + deployment('c'))
  const outcome = await collectFolder(db, folder)
  expect(outcome).toMatchObject({ status: 'ok', read: 1, changed: 1 })
  expect(await listDeployments(db)).toEqual(['a basket', 'b basket', 'c basket'])
})

test('a last line that was only half written is read again when it is whole', async () => {
  const { db, folder } = await collectDeployments(
    `${HEADER}${deployment('a')}b,bas,2026-01-15T13:00:00Z`,
  )
  expect(await listQuarantine(db)).toHaveLength(1)
  writeIn(folder, 'deployments.csv', HEADER + deployment('a') + deployment('b', 'basement'))
  const outcome = await collectFolder(db, folder)
  expect(outcome).toMatchObject({ status: 'ok', changed: 1 })
  expect(await listDeployments(db)).toEqual(['a basket', 'b basement'])
  expect(await listQuarantine(db)).toEqual([])
})

test('a last line without a line break counts, and may grow', async () => {
  const { db, folder } = await collectDeployments(
    'id,created_at,service_id\na,2026-01-15T13:00:00Z,bas',
  )
  expect(await listDeployments(db)).toEqual(['a bas'])
  writeIn(
    folder,
    'deployments.csv',
    'id,created_at,service_id\na,2026-01-15T13:00:00Z,basket\nb,2026-01-15T13:00:00Z,search',
  )
  await collectFolder(db, folder)
  expect(await listDeployments(db)).toEqual(['a basket', 'b search'])
})

test('a file that changed is read from its beginning; what it no longer tells happened all the same', async () => {
  const { db, folder } = await collectDeployments(`${HEADER}${deployment('a')}bad,,,\n`)
  expect(await listQuarantine(db)).toHaveLength(1)
  writeIn(folder, 'deployments.csv', HEADER + deployment('b', 'search'))
  expect(await collectFolder(db, folder)).toMatchObject({ status: 'ok', read: 1, changed: 1 })
  expect(await listDeployments(db)).toEqual(['a basket', 'b search'])
  expect(await listQuarantine(db)).toEqual([])
})

test('a file of events that is gone takes nothing away, and is no failure', async () => {
  const { db, folder } = await collectDeployments(HEADER + deployment('a'))
  rmSync(join(folder, 'deployments.csv'))
  expect(await collectFolder(db, folder)).toMatchObject({ status: 'ok', error: null })
  expect(await listDeployments(db)).toEqual(['a basket'])
})

test('of two lines with one id the later counts', async () => {
  const { db } = await collectDeployments(
    HEADER + deployment('a', 'basket') + deployment('b') + deployment('a', 'search'),
  )
  expect(await listDeployments(db)).toEqual(['a search', 'b basket'])
})

test('a run that is cut short stores nothing more and says so', async () => {
  const db = await testDatabase()
  const folder = testFolder()
  writeIn(folder, 'deployments.csv', HEADER + deployment('a'))
  const outcome = await collectFolder(db, folder, { signal: AbortSignal.abort() })
  expect(outcome.error).toContain('was cut short')
  expect(await listDeployments(db)).toEqual([])
})

const JANUARY = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' }

const listCovered = (db: Database) =>
  db.selectFrom('coverage').select(['scope', 'covered_from', 'covered_to']).execute()

test('a file that was read covers what the configuration says, up to the run at most', async () => {
  const db = await testDatabase()
  const folder = testFolder()
  writeIn(folder, 'deployments.csv', HEADER)
  await collectFolder(db, folder, { covers: JANUARY, now: new Date('2026-01-20T00:00:00Z') })
  expect(await listCovered(db)).toEqual([
    {
      scope: 'entity:deployments',
      covered_from: '2026-01-01T00:00:00.000Z',
      covered_to: '2026-01-20T00:00:00.000Z',
    },
  ])
})

test('without an end the coverage reaches the run, and grows when the file is written again', async () => {
  const covers = { from: JANUARY.from }
  const db = await testDatabase()
  const folder = testFolder()
  const text = HEADER + deployment('a')
  const readOn = (day: string) => collectFolder(db, folder, { covers, now: new Date(day) })
  const readCoveredTo = async () => (await listCovered(db)).map((row) => row.covered_to)

  writeIn(folder, 'deployments.csv', text)
  await readOn('2026-03-01')
  await readOn('2026-03-02')
  expect(await readCoveredTo()).toEqual(['2026-03-01T00:00:00.000Z'])

  writeIn(folder, 'deployments.csv', text)
  const outcome = await readOn('2026-03-03')
  expect(outcome).toMatchObject({ read: 0, changed: 0 })
  expect(await readCoveredTo()).toEqual(['2026-03-03T00:00:00.000Z'])
})

test.each([
  ['without covers', HEADER + deployment('a'), undefined],
  ['a file that cannot be read', 'no,header\n', JANUARY],
  ['a file of which no line can be read', `${HEADER}a,basket,15.01.2026,success\n`, JANUARY],
])('nothing is covered: %s', async (_why, text, covers) => {
  const db = await testDatabase()
  const folder = testFolder()
  writeIn(folder, 'deployments.csv', text)
  await collectFolder(db, folder, { covers })
  expect(await listCovered(db)).toEqual([])
})
