import { expect, test } from 'vitest'
import { markGone } from '#db/facts.ts'
import { listTickets } from '#lib/queries/tickets.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { addTicket } from '#test/support/web.ts'

test('requests of a period are listed as they came, with what was removed since', async () => {
  const db = await testDatabase()
  const opened = ['2026-02-01', '2026-02-03', '2026-02-02', '2026-01-31', '2026-03-01']
  for (const date of opened) await addTicket(db, { native_id: date, opened_at: day(date) })
  await addTicket(db, {
    native_id: 'answered',
    opened_at: day('2026-02-03'),
    team_id: null,
    path_id: null,
    type: null,
    status_category: 'done',
    resolved_at: day('2026-02-04'),
  })
  const at = new Date('2026-03-02')
  await markGone(db, 'tickets', 'helpdesk', at, ({ native_id }) => native_id === '2026-02-02')

  const period = { from: new Date('2026-02-01'), to: new Date('2026-03-01') }
  const common = {
    sourceId: 'helpdesk',
    teamId: 'checkout',
    pathId: 'http-service',
    type: 'question',
    resolvedAt: null,
    status: 'open',
    goneAt: null,
  }
  expect(await listTickets(db, period)).toEqual([
    { ...common, id: '2026-02-01', openedAt: new Date('2026-02-01') },
    { ...common, id: '2026-02-02', openedAt: new Date('2026-02-02'), goneAt: at },
    { ...common, id: '2026-02-03', openedAt: new Date('2026-02-03') },
    {
      ...common,
      id: 'answered',
      openedAt: new Date('2026-02-03'),
      teamId: null,
      pathId: null,
      type: null,
      status: 'done',
      resolvedAt: new Date('2026-02-04'),
    },
  ])
})
