import { expect, test } from 'vitest'
import { findLastScoringRun, finishScoringRun, insertScoringRun } from '#db/scoring-runs.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aRun } from '#test/support/published.ts'

test('the last run is the newest that published, whichever ended last', async () => {
  const db = await testDatabase()
  const [first, second, third] = [
    await insertScoringRun(db, aRun()),
    await insertScoringRun(db, aRun({ extent: 'changes' })),
    await insertScoringRun(db, aRun()),
  ]
  expect([first, second, third]).toEqual([1, 2, 3])
  await finishScoringRun(db, second, { finished_at: day('2026-03-04'), changed_count: 7 })
  await finishScoringRun(db, first, { finished_at: day('2026-03-05'), changed_count: 3 })
  expect(await findLastScoringRun(db)).toEqual({
    ...aRun({ extent: 'changes' }),
    run: 2,
    finished_at: day('2026-03-04'),
    changed_count: 7,
  })
})

test('before the first run there is none, nor while it goes on', async () => {
  const db = await testDatabase()
  expect(await findLastScoringRun(db)).toBeUndefined()
  await insertScoringRun(db, aRun())
  expect(await findLastScoringRun(db)).toBeUndefined()
})
