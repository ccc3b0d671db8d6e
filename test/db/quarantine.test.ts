import { expect, test } from 'vitest'
import { clearQuarantine, insertQuarantine } from '#db/quarantine.ts'
import { testDatabase } from '#test/support/database.ts'

const MONDAY = new Date('2026-03-02T00:00:00Z')
const TUESDAY = new Date('2026-03-03T00:00:00Z')
const TICKETS = { sourceId: 'desk', scope: 'entity:tickets' }

const refused = (position: string, record: unknown = 7, reason = 'expected a text') => ({
  position,
  record,
  reason,
})

test('of one position the newest reading is kept', async () => {
  const db = await testDatabase()
  await insertQuarantine(db, TICKETS, [refused('line 1'), refused('line 2')], MONDAY)
  await insertQuarantine(db, TICKETS, [refused('line 2', { id: 8 }, 'no team')], TUESDAY)
  const stored = await db.selectFrom('quarantine').selectAll().orderBy('position').execute()
  const common = { source_id: 'desk', scope: 'entity:tickets' }
  expect(stored).toEqual([
    {
      ...common,
      position: 'line 1',
      record: '7',
      reason: 'expected a text',
      observed_at: MONDAY.toISOString(),
    },
    {
      ...common,
      position: 'line 2',
      record: '{"id":8}',
      reason: 'no team',
      observed_at: TUESDAY.toISOString(),
    },
  ])
})

test('a record is kept whatever it is, cut where it is too long', async () => {
  const db = await testDatabase()
  const records = [undefined, null, '<b>', 'x'.repeat(20_000)]
  await insertQuarantine(
    db,
    TICKETS,
    records.map((record, index) => ({ ...refused(String(index)), record })),
    MONDAY,
  )
  const stored = await db.selectFrom('quarantine').select('record').orderBy('position').execute()
  // The quotation mark that opens the text is the first of the 10,000 characters.
  expect(stored.map(({ record }) => record)).toEqual([
    'undefined',
    'null',
    '"<b>"',
    `"${'x'.repeat(9_999)}`,
  ])
})

test('a scope that is read again forgets what it could not read, others do not', async () => {
  const db = await testDatabase()
  const exceptions = { ...TICKETS, scope: 'entity:exceptions' }
  for (const place of [TICKETS, exceptions, { ...TICKETS, sourceId: 'forge' }]) {
    await insertQuarantine(db, place, [refused('line 1')], MONDAY)
  }
  await clearQuarantine(db, TICKETS)
  const left = await db
    .selectFrom('quarantine')
    .select(['source_id', 'scope'])
    .orderBy('source_id')
    .execute()
  expect(left).toEqual([
    { source_id: 'desk', scope: 'entity:exceptions' },
    { source_id: 'forge', scope: 'entity:tickets' },
  ])
})

test('nothing refused is nothing stored', async () => {
  const db = await testDatabase()
  await insertQuarantine(db, TICKETS, [], MONDAY)
  expect(await db.selectFrom('quarantine').selectAll().execute()).toEqual([])
})
