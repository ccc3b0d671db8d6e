import { expect, test } from 'vitest'
import { listStateCounts } from '#lib/queries/state-counts.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aState, publish } from '#test/support/published.ts'

const ASKED = { pathId: 'http-service', asOf: new Date(day('2026-03-02')) }

test('teams are counted by state and week, and a week never scored is not one without teams', async () => {
  const db = await testDatabase()
  await publish(db, [
    aState({ team_id: 'a', state: 'adopted' }),
    aState({ team_id: 'b', state: 'adopted' }),
    aState({ team_id: 'c', state: 'unknown' }),
    aState({ team_id: 'a', week_end: day('2026-02-16'), state: 'trying' }),
  ])
  expect(await listStateCounts(db, { ...ASKED, count: 3 })).toEqual([
    { weekEnd: new Date(day('2026-02-16')), counts: { trying: 1 } },
    { weekEnd: new Date(day('2026-02-23')), counts: null },
    { weekEnd: new Date(day('2026-03-02')), counts: { adopted: 2, unknown: 1 } },
  ])
})

test('only what stands of the path is counted, up to the moment asked for', async () => {
  const db = await testDatabase()
  await publish(db, [aState({ state: 'trying' })])
  await publish(
    db,
    [
      aState({ state: 'adopted' }),
      aState({ path_id: 'batch', state: 'lapsed' }),
      aState({ week_end: day('2026-03-09'), state: 'partial' }),
    ],
    { run: 2 },
  )
  const weekEnd = new Date(day('2026-03-02'))
  const expected = [{ weekEnd, counts: { adopted: 1 } }]
  expect(await listStateCounts(db, { ...ASKED, count: 1 })).toEqual(expected)
  const justBefore = new Date('2026-03-08T23:59:59.999Z')
  expect(await listStateCounts(db, { ...ASKED, asOf: justBefore, count: 1 })).toEqual(expected)
})

test('before the first scoring run every week is unscored', async () => {
  const db = await testDatabase()
  expect(await listStateCounts(db, { ...ASKED, count: 2 })).toEqual([
    { weekEnd: new Date(day('2026-02-23')), counts: null },
    { weekEnd: new Date(day('2026-03-02')), counts: null },
  ])
  expect(await listStateCounts(db, { ...ASKED, count: 0 })).toEqual([])
})
