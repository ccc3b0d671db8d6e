import { expect, test } from 'vitest'
import { listKeepers } from '#lib/queries/kept-adoption.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aState, publish } from '#test/support/published.ts'

const WEEKS = ['2026-02-16', '2026-02-23', '2026-03-02']
const NOW = new Date('2026-03-04T10:00:00Z')

test('who adopted in every one of the weeks kept the path, and one week without it is enough not to', async () => {
  const db = await testDatabase()
  const adopted = (team: string, weeks: readonly string[], path = 'http-service') =>
    weeks.map((week) =>
      aState({ team_id: team, path_id: path, week_end: day(week), state: 'adopted' }),
    )
  await publish(db, [
    ...adopted('basket', WEEKS),
    ...adopted('checkout', WEEKS.slice(1)),
    ...adopted('delivery', [WEEKS[0] ?? '', WEEKS[2] ?? '']),
    aState({ team_id: 'delivery', week_end: day('2026-02-23'), state: 'partial' }),
    ...adopted('basket', WEEKS, 'portal'),
  ])
  const of = (weeks: number, pathId?: string) =>
    listKeepers(db, { asOf: NOW, weeks, ...(pathId !== undefined && { pathId }) })
  expect(await of(3)).toEqual([
    { pathId: 'http-service', teamId: 'basket' },
    { pathId: 'portal', teamId: 'basket' },
  ])
  expect(await of(2, 'http-service')).toEqual([
    { pathId: 'http-service', teamId: 'basket' },
    { pathId: 'http-service', teamId: 'checkout' },
  ])
})
