import { expect, test } from 'vitest'
import { insertCoverage, listCoverage } from '#db/coverage.ts'
import { testDatabase } from '#test/support/database.ts'

const day = (number: number) => new Date(Date.UTC(2026, 9, number))
const OBSERVED = day(30)

/** The days covered, after each interval was recorded in turn. */
async function cover(...intervals: [number, number][]): Promise<[number, number][]> {
  const db = await testDatabase()
  for (const [from, to] of intervals) {
    await insertCoverage(
      db,
      { sourceId: 'git', scope: 'repository:a', from: day(from), to: day(to) },
      OBSERVED,
    )
  }
  const covered = await listCoverage(db)
  return covered.map(({ from, to }) => [from.getUTCDate(), to.getUTCDate()])
}

test('intervals that touch or overlap become one', async () => {
  expect(await cover([1, 5], [5, 8], [7, 9])).toEqual([[1, 9]])
})

test('a gap stays a gap, until something fills it', async () => {
  expect(await cover([1, 3], [6, 9])).toEqual([
    [1, 3],
    [6, 9],
  ])
  expect(await cover([1, 3], [6, 9], [2, 7])).toEqual([[1, 9]])
})

test('an interval inside another changes nothing', async () => {
  expect(await cover([1, 9], [3, 4])).toEqual([[1, 9]])
})

test('an empty interval covers nothing', async () => {
  expect(await cover([4, 4])).toEqual([])
})

test('scopes are kept apart', async () => {
  const db = await testDatabase()
  for (const scope of ['repository:a', 'repository:b']) {
    await insertCoverage(db, { sourceId: 'git', scope, from: day(1), to: day(2) }, OBSERVED)
  }
  expect((await listCoverage(db)).map(({ scope }) => scope)).toEqual([
    'repository:a',
    'repository:b',
  ])
})
