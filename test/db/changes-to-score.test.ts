import { expect, test } from 'vitest'
import { deleteChangesToScore, listChangesToScore, noteChanges } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { deleteFacts, deleteFactsWhere, markGone, markGoneWhere } from '#db/facts.ts'
import {
  addActivity,
  addChanges,
  addDeployments,
  addEvidence,
  addMandate,
  addOwner,
  addService,
  addTeam,
  cover,
  day,
} from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

/** `kind id since`, in the order of the alphabet. */
const listNotes = async (db: Database) =>
  (await listChangesToScore(db))
    .map((row) => [row.subject_kind, row.subject_id, row.since].join(' ').trim())
    .toSorted()

/** What `work` notes when nothing was noted before. */
async function notesOf(db: Database, work: () => Promise<unknown>): Promise<string[]> {
  await deleteChangesToScore(db, await listChangesToScore(db))
  await work()
  return listNotes(db)
}

test('a new row notes what it touches, since when it does', async () => {
  const db = await testDatabase()
  expect(await notesOf(db, () => addChanges(db, 'checkout', ['2026-02-03']))).toEqual([
    'repository local/checkout 2026-02-03T12:00:00.000Z',
  ])
  expect(await notesOf(db, () => addEvidence(db, 'checkout', { from: '2026-01-19' }))).toEqual([
    `evidence local/checkout ${day('2026-01-19')}`,
  ])
  expect(await notesOf(db, () => addOwner(db, 'checkout', 'payments', '2026-02-02'))).toEqual([
    `ownership checkout ${day('2026-02-02')}`,
    `team payments ${day('2026-02-02')}`,
  ])
  expect(await notesOf(db, () => addMandate(db, { announced_at: day('2026-01-07') }))).toEqual([
    `path http-service ${day('2026-01-07')}`,
  ])
  const activity = {
    native_id: 'A-1',
    occurred_at: day('2026-02-05'),
    service_id: 'checkout',
    team_id: 'payments',
  }
  expect(await notesOf(db, () => addActivity(db, activity))).toEqual([
    `service checkout ${day('2026-02-05')}`,
    `team payments ${day('2026-02-05')}`,
  ])
})

test('a row that becomes another notes what the old and what the new one touches', async () => {
  const db = await testDatabase()
  await addDeployments(db, 'checkout', ['2026-02-03'])
  const moved = { native_id: 'checkout/2026-02-03', finished_at: day('2026-01-20') }
  expect(await notesOf(db, () => addDeployments(db, 'search', ['2026-02-03'], moved))).toEqual([
    // Incidents that name it are now of another service.
    'deployment checkout/2026-02-03',
    'service checkout 2026-02-03T12:00:00.000Z',
    `service search ${day('2026-01-20')}`,
  ])

  await addOwner(db, 'checkout', 'payments', '2026-02-02')
  expect(await notesOf(db, () => addOwner(db, 'checkout', 'search', '2026-02-02'))).toEqual([
    `ownership checkout ${day('2026-02-02')}`,
    `team payments ${day('2026-02-02')}`,
    `team search ${day('2026-02-02')}`,
  ])
})

test('a row that says the same again notes nothing', async () => {
  const db = await testDatabase()
  const add = async () => {
    await addTeam(db, 'payments', { observed_at: new Date().toISOString() })
    await addService(db, 'checkout', { team: 'payments' })
    await addChanges(db, 'checkout', ['2026-02-03'])
    await addEvidence(db, 'checkout', { from: '2026-01-19' })
  }
  await add()
  expect(await notesOf(db, add)).toEqual([])
})

test('of many rows only those that differ note anything', async () => {
  const db = await testDatabase()
  const days = ['2026-02-03', '2026-02-04', '2026-02-05']
  await addDeployments(db, 'checkout', days)
  expect(await notesOf(db, () => addDeployments(db, 'checkout', [...days, '2026-02-10']))).toEqual([
    'service checkout 2026-02-10T12:00:00.000Z',
  ])
})

test('what names teams, repositories and services touches everything, what describes them nothing', async () => {
  const db = await testDatabase()
  expect(await notesOf(db, () => addTeam(db, 'payments'))).toEqual(['all'])
  expect(await notesOf(db, () => addTeam(db, 'payments', { size_bucket: '6-9' }))).toEqual([])
  const ended = { active_to: day('2026-02-01') }
  expect(await notesOf(db, () => addTeam(db, 'payments', ended))).toEqual(['all'])
})

test('a change that is not merged says nothing of any week yet', async () => {
  const db = await testDatabase()
  const open = { native_id: 'C-1', merged_at: null }
  const [note, ...others] = await notesOf(db, () =>
    addChanges(db, 'checkout', ['2026-02-03'], open),
  )
  expect(others).toEqual([])
  expect(note?.startsWith('repository local/checkout 9999')).toBe(true)
  const merged = { native_id: 'C-1' }
  expect(await notesOf(db, () => addChanges(db, 'checkout', ['2026-02-03'], merged))).toEqual([
    'repository local/checkout 2026-02-03T12:00:00.000Z',
  ])
})

test('what goes notes what it touched', async () => {
  const db = await testDatabase()
  await addChanges(db, 'checkout', ['2026-02-03', '2026-02-10'])
  await addChanges(db, 'search', ['2026-02-03'])
  const late = (row: Readonly<Record<string, unknown>>) =>
    row['native_id'] === 'checkout/2026-02-10'
  expect(await notesOf(db, () => deleteFacts(db, 'changes', 'clones', late))).toEqual([
    'repository local/checkout 2026-02-10T12:00:00.000Z',
  ])
  const ofSearch = { repository_id: 'local/search' }
  expect(await notesOf(db, () => deleteFactsWhere(db, 'changes', ofSearch))).toEqual([
    'repository local/search 2026-02-03T12:00:00.000Z',
  ])
  expect(await notesOf(db, () => deleteFactsWhere(db, 'changes', ofSearch))).toEqual([])
  const ofCheckout = { native_id: ['checkout/2026-02-03'] }
  const leave = () => markGoneWhere(db, 'changes', ofCheckout, new Date(day('2026-03-02')))
  expect(await notesOf(db, leave)).toEqual(['repository local/checkout 2026-02-03T12:00:00.000Z'])
  expect(await notesOf(db, leave)).toEqual([])
})

test('a service that its source no longer has touches everything, once', async () => {
  const db = await testDatabase()
  await addService(db, 'checkout', { team: null })
  const at = new Date(day('2026-03-02'))
  const leave = () => markGone(db, 'services', 'catalog', at, () => true)
  expect(await notesOf(db, leave)).toEqual(['all'])
  expect(await notesOf(db, leave)).toEqual([])
})

test('what was read notes its scope from where it is new', async () => {
  const db = await testDatabase()
  const scope = 'repository:local/checkout'
  const read = (from: string, to: string) => () => cover(db, scope, { from, to })
  // Whether a scope was ever read matters at every moment.
  expect(await notesOf(db, read('2026-01-05', '2026-02-02'))).toEqual([`scope ${scope}`])
  expect(await notesOf(db, read('2026-01-05', '2026-02-02'))).toEqual([])
  expect(await notesOf(db, read('2026-01-12', '2026-01-19'))).toEqual([])
  expect(await notesOf(db, read('2026-01-19', '2026-02-09'))).toEqual([
    `scope ${scope} ${day('2026-02-02')}`,
  ])
  expect(await notesOf(db, read('2026-02-16', '2026-02-23'))).toEqual([
    `scope ${scope} ${day('2026-02-16')}`,
  ])
  // Between the two there was a week that nobody had read.
  expect(await notesOf(db, read('2026-01-05', '2026-02-23'))).toEqual([
    `scope ${scope} ${day('2026-02-09')}`,
  ])
  expect(await notesOf(db, read('2025-12-01', '2026-01-12'))).toEqual([
    `scope ${scope} ${day('2025-12-01')}`,
  ])
  expect(await notesOf(db, read('2026-02-23', '2026-02-23'))).toEqual([])
})

test('of several changes the earliest instant is kept, in one go or one after the other', async () => {
  const db = await testDatabase()
  const [early, late] = [day('2026-02-02'), day('2026-02-09')]
  const note = (...instants: string[]) =>
    noteChanges(
      db,
      instants.map((since) => ({ kind: 'team', id: 'payments', since })),
    )
  await note(late)
  await note(day('2026-02-16'))
  expect(await listNotes(db)).toEqual([`team payments ${late}`])
  await note(day('2026-02-16'), early, late)
  expect(await listNotes(db)).toEqual([`team payments ${early}`])
  await note('')
  await note(early)
  expect(await listNotes(db)).toEqual(['team payments'])
})

test('subjects of one name but another kind are noted apart', async () => {
  const db = await testDatabase()
  const since = day('2026-02-02')
  await noteChanges(db, [
    { kind: 'team', id: 'search', since },
    { kind: 'service', id: 'search', since },
  ])
  expect(await listNotes(db)).toEqual([`service search ${since}`, `team search ${since}`])
})

test('a change that comes while a run scores stays noted, the others go', async () => {
  const db = await testDatabase()
  await addChanges(db, 'checkout', ['2026-02-03'])
  await addChanges(db, 'search', ['2026-02-03'])
  const seen = await listChangesToScore(db)
  await addChanges(db, 'search', ['2026-02-10'])
  await addChanges(db, 'warehouse', ['2026-02-10'])
  await deleteChangesToScore(db, seen)
  // Of search it is no longer known which of its changes was scored.
  expect(await listNotes(db)).toEqual([
    'repository local/search 2026-02-03T12:00:00.000Z',
    'repository local/warehouse 2026-02-10T12:00:00.000Z',
  ])
})

test('a transaction that fails notes nothing', async () => {
  const db = await testDatabase()
  const work = db.transaction().execute(async (tx) => {
    await addChanges(tx, 'checkout', ['2026-02-03'])
    throw new Error('the source went away')
  })
  await expect(work).rejects.toThrow('the source went away')
  expect(await listNotes(db)).toEqual([])
})
