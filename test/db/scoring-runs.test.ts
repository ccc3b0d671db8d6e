import { expect, test } from 'vitest'
import { findLastScoringRun, finishScoringRun, insertScoringRun } from '#db/scoring-runs.ts'
import { testDatabase } from '#test/support/database.ts'

const aRun = (id: string, started_at: string) => ({
  id,
  started_at,
  finished_at: null,
  as_of: '2026-03-02T00:00:00.000Z',
  engine_version: '1.0.0',
  changed_count: 0,
})

test('the last run is the newest that published', async () => {
  const db = await testDatabase()
  const [monday, tuesday] = ['2026-03-02T08:00:00.000Z', '2026-03-03T08:00:00.000Z']
  const first = aRun('a', monday)
  const second = aRun('b', tuesday)
  for (const run of [second, first, aRun('c', '2026-03-04T08:00:00.000Z')]) {
    await insertScoringRun(db, run)
  }
  await finishScoringRun(db, 'b', { finished_at: tuesday, changed_count: 7 })
  await finishScoringRun(db, 'a', { finished_at: tuesday, changed_count: 3 })
  expect(await findLastScoringRun(db)).toEqual({
    ...second,
    finished_at: tuesday,
    changed_count: 7,
  })
})

test('before the first run there is none, nor while it goes on', async () => {
  const db = await testDatabase()
  expect(await findLastScoringRun(db)).toBeUndefined()
  await insertScoringRun(db, aRun('a', '2026-03-02T08:00:00.000Z'))
  expect(await findLastScoringRun(db)).toBeUndefined()
})
