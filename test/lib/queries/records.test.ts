import { expect, test } from 'vitest'
import { markGone } from '#db/facts.ts'
import { listRecords } from '#lib/queries/records.ts'
import { addDeployments, day } from '#test/support/adoption.ts'
import { addIncident, addTicket } from '#test/support/cases.ts'
import { testDatabase } from '#test/support/database.ts'

test('records are found by what their source calls them, in the tables asked for', async () => {
  const db = await testDatabase()
  await addTicket(db, { native_id: 'T:1', opened_at: day('2026-02-02'), team_id: null })
  await addDeployments(db, 'shop', ['2026-02-03'])
  await addIncident(db, { native_id: '7', started_at: day('2026-02-04') })
  const ids = ['desk:T:1', 'pipelines:shop/2026-02-03', 'pager:7', 'desk:gone']
  const found = await listRecords(db, ['tickets', 'deployments'], ids)
  expect([...found.values()]).toEqual([
    {
      id: 'desk:T:1',
      at: new Date(day('2026-02-02')),
      of: null,
      teamId: null,
      says: ['how_to'],
      endedAt: null,
      goneAt: null,
    },
    {
      id: 'pipelines:shop/2026-02-03',
      at: new Date('2026-02-03T12:00:00.000Z'),
      of: 'shop',
      teamId: null,
      says: ['success'],
      endedAt: null,
      goneAt: null,
    },
  ])
})

test('a request says whose it is, how severe it is, how it stands, when it ended and when it was removed', async () => {
  const db = await testDatabase()
  const gone = new Date('2026-03-02')
  await addTicket(db, {
    native_id: '1',
    opened_at: day('2026-02-02'),
    team_id: 'shop',
    type: 'incident',
    severity: 'sev2',
    status_category: 'in_progress',
    resolved_at: day('2026-02-04'),
  })
  await markGone(db, 'tickets', 'desk', gone, () => true)
  expect((await listRecords(db, ['tickets'], ['desk:1'])).get('desk:1')).toEqual({
    id: 'desk:1',
    at: new Date(day('2026-02-02')),
    of: 'shop',
    teamId: 'shop',
    says: ['incident', 'sev2', 'in_progress'],
    endedAt: new Date(day('2026-02-04')),
    goneAt: gone,
  })
})

test('an id that two tables have is that of the first', async () => {
  const db = await testDatabase()
  await addTicket(db, { native_id: '1', opened_at: day('2026-02-02'), source_id: 'forge' })
  await addIncident(db, { native_id: '1', started_at: day('2026-02-04'), source_id: 'forge' })
  const found = await listRecords(db, ['incidents', 'tickets'], ['forge:1'])
  expect(found.get('forge:1')?.at).toEqual(new Date(day('2026-02-04')))
})
