import { expect, test } from 'vitest'
import { insertQuarantine } from '#db/quarantine.ts'
import { listQuarantine } from '#lib/queries/quarantine.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const MONDAY = new Date(day('2026-03-02'))
const TUESDAY = new Date(day('2026-03-03'))
const WEDNESDAY = new Date(day('2026-03-04'))

const refused = (...positions: string[]) =>
  positions.map((position) => ({ position, record: { id: 7 }, reason: 'id: expected a text' }))

test('refused records are listed by source, the newest of each first', async () => {
  const db = await testDatabase()
  await insertQuarantine(db, { sourceId: 'desk', scope: 'b' }, refused('line 2'), WEDNESDAY)
  await insertQuarantine(db, { sourceId: 'clones', scope: 'b' }, refused('3', '1'), MONDAY)
  await insertQuarantine(db, { sourceId: 'clones', scope: 'a' }, refused('2'), MONDAY)
  await insertQuarantine(db, { sourceId: 'clones', scope: 'z' }, refused('9'), TUESDAY)

  const listed = await listQuarantine(db, 10)
  expect(listed.map(({ sourceId, scope, position }) => [sourceId, scope, position])).toEqual([
    ['clones', 'z', '9'],
    ['clones', 'a', '2'],
    ['clones', 'b', '1'],
    ['clones', 'b', '3'],
    ['desk', 'b', 'line 2'],
  ])
  expect(await listQuarantine(db, 1)).toEqual([
    {
      sourceId: 'clones',
      scope: 'z',
      position: '9',
      record: '{"id":7}',
      reason: 'id: expected a text',
      observedAt: TUESDAY,
    },
  ])
})

test('where everything could be read the list is empty', async () => {
  expect(await listQuarantine(await testDatabase(), 10)).toEqual([])
})
