import { expect, test } from 'vitest'
import { testDatabase } from '#test/support/database.ts'
import { collectFolder, testFolder, writeIn } from '#test/support/files.ts'

const GOOD = { id: 'T-1', opened_at: '2026-01-20T09:00:00Z', bot: false }

/** The tickets that were stored, and what was wrong with the others. */
async function collectTickets(...lines: readonly unknown[]) {
  const db = await testDatabase()
  const folder = testFolder()
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  writeIn(folder, 'tickets.ndjson', `${text.join('\n')}\n`)
  const outcome = await collectFolder(db, folder)
  const stored = await db
    .selectFrom('tickets')
    .select(['native_id', 'bot', 'reopened_count', 'co_design'])
    .execute()
  const refused = await db.selectFrom('quarantine').select(['position', 'reason']).execute()
  return { outcome, stored, refused }
}

test('values have their types, and what is missing is unknown', async () => {
  const { stored, refused } = await collectTickets(GOOD, {
    ...GOOD,
    id: 'T-2',
    bot: true,
    reopened_count: 0,
    co_design: null,
  })
  expect(refused).toEqual([])
  expect(stored).toEqual([
    { native_id: 'T-1', bot: 0, reopened_count: null, co_design: null },
    { native_id: 'T-2', bot: 1, reopened_count: 0, co_design: null },
  ])
})

test('each line that is none of it is refused with its place and reasons', async () => {
  const { outcome, refused } = await collectTickets(
    GOOD,
    { ...GOOD, openedAt: GOOD.opened_at },
    { id: 7, bot: 'no', reopened_count: '3', opened_at: '2026-01-20T09:00:00' },
    '{"id": "T-4"',
    '["T-5"]',
    { ...GOOD, id: '\ud800' },
  )
  expect(outcome).toMatchObject({ status: 'partial', changed: 1, quarantined: 5 })
  expect(refused).toEqual([
    {
      position: 'tickets.ndjson:2',
      reason: 'openedAt: is not known; did you mean opened_at?',
    },
    {
      position: 'tickets.ndjson:3',
      reason: [
        'id: expected text, not 7',
        'opened_at: has no offset, so it could be any time zone: "2026-01-20T09:00:00"; ' +
          'write 2026-01-20T09:00:00Z or 2026-01-20T09:00:00+01:00',
        'reopened_count: expected a whole number, 0 or more, not "3"',
        'bot: expected true or false, not "no"',
      ].join('; '),
    },
    { position: 'tickets.ndjson:4', reason: 'is not a JSON object on one line' },
    { position: 'tickets.ndjson:5', reason: 'is not a JSON object on one line' },
    { position: 'tickets.ndjson:6', reason: 'id: holds a character that is none' },
  ])
})

test('quotes mean nothing for where a line ends', async () => {
  const { stored } = await collectTickets(
    { ...GOOD, type: 'a "word' },
    { ...GOOD, id: 'T-2', type: ',"' },
  )
  expect(stored.map((row) => row.native_id)).toEqual(['T-1', 'T-2'])
})

test('names of every object mean nothing', async () => {
  const { refused } = await collectTickets(
    '{"id":"T-1","opened_at":"2026-01-20T09:00:00Z","bot":false,"__proto__":{"type":"x"}}',
    { ...GOOD, id: 'T-2', constructor: 'x' },
  )
  expect(refused.map(({ reason }) => reason)).toEqual([
    '__proto__: is not known',
    'constructor: is not known',
  ])
})
