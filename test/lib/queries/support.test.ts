import { expect, test } from 'vitest'
import { getSupport } from '#lib/queries/support.ts'
import { cover, day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { addTicket } from '#test/support/web.ts'

const at = (date: string) => new Date(day(date))
const SPAN = { from: at('2026-02-16'), to: at('2026-03-09') }

test('requests are counted by week, and a week that was not read is not one without requests', async () => {
  const db = await testDatabase()
  await cover(db, 'entity:tickets', { from: '2026-01-05', to: '2026-03-02', sourceId: 'helpdesk' })
  await addTicket(db, { opened_at: day('2026-02-16') })
  await addTicket(db, { opened_at: '2026-02-22T23:59:59.999Z' })
  await addTicket(db, { opened_at: day('2026-03-09') })
  await addTicket(db, { opened_at: day('2026-02-17'), bot: 1 })
  const { weeks, total } = await getSupport(db, SPAN)
  expect(weeks).toEqual([
    { from: at('2026-02-16'), opened: 2 },
    { from: at('2026-02-23'), opened: 0 },
    { from: at('2026-03-02'), opened: null },
  ])
  expect(total).toBe(2)
})

test('each kind tells how many, how many are open, and the median of those that ended', async () => {
  const db = await testDatabase()
  const opened_at = day('2026-02-24')
  const after = (hours: number) => new Date(Date.parse(opened_at) + hours * 3_600_000).toISOString()
  await addTicket(db, { opened_at, first_response_at: after(2), resolved_at: after(10) })
  await addTicket(db, { opened_at, first_response_at: after(4), resolved_at: after(30) })
  await addTicket(db, { opened_at })
  await addTicket(db, { opened_at, type: null, path_id: null })
  const { byType, byPath, open } = await getSupport(db, SPAN)
  // (2 + 4) / 2 and (10 + 30) / 2.
  expect(byType).toEqual([
    { key: 'question', count: 3, open: 1, medianHours: 20, medianResponseHours: 3 },
    { key: null, count: 1, open: 1, medianHours: null, medianResponseHours: null },
  ])
  expect(byPath.map(({ key, count }) => [key, count])).toEqual([
    ['http-service', 3],
    [null, 1],
  ])
  expect(open).toBe(2)
})

test('only what was asked about a path, or by a team, is counted when it is named', async () => {
  const db = await testDatabase()
  await addTicket(db, {})
  await addTicket(db, { path_id: 'portal', team_id: 'basket' })
  expect((await getSupport(db, { ...SPAN, pathId: 'portal' })).total).toBe(1)
  expect((await getSupport(db, { ...SPAN, teamId: 'checkout' })).total).toBe(1)
  expect((await getSupport(db, { ...SPAN, pathId: 'portal', teamId: 'checkout' })).total).toBe(0)
})
