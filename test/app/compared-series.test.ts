import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { scoreAll } from '#scorecards/run.ts'
import {
  addChanges,
  addEvidence,
  addPath,
  addService,
  addTeam,
  day,
} from '#test/support/adoption.ts'
import { type ServedDatabase, servedDatabase } from '#test/support/served.ts'

const COVERED = { from: '2025-10-06', to: '2026-03-02' }
const FIGURE = 'ev=ADO-02@path:http-service'

/** Each team takes the path some weeks after the one before. */
async function growing(): Promise<ServedDatabase> {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db, { available_since: day('2025-10-06') })
  const first = Date.parse('2025-10-06')
  for (const [index, team] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    await addTeam(db, team)
    await addService(db, team, { team, covered: COVERED })
    const from = new Date(first + 4 * index * 7 * 86_400_000).toISOString().slice(0, 10)
    await addEvidence(db, team, { from, presence: 'present' })
    const days = Array.from({ length: 20 }, (_, week) =>
      new Date(first + (7 * week + 1) * 86_400_000).toISOString().slice(0, 10),
    )
    await addChanges(db, team, days)
  }
  await scoreAll(db, { now: new Date('2026-03-02T10:00:00Z') })
  return served
}

const Rows = z.array(z.record(z.string(), z.string()))
const rowsOf = async ({ get }: ServedDatabase, address: string) =>
  Rows.parse(parse(await (await get(address)).text(), { columns: true, comment: '#' }))

test('each week stands beside the week as far back as the view compares', async () => {
  const served = await growing()
  const now = await rowsOf(served, `/export/series.csv?${FIGURE}&asof=2026-03-02&range=4w`)
  const then = await rowsOf(served, `/export/series.csv?${FIGURE}&asof=2026-02-02&range=4w&cmp=off`)
  expect(now.map((row) => row['4 weeks before'])).toEqual(then.map((row) => row['Value']))
  expect(now.map((row) => row['As of'])).toEqual([
    '2026-02-09',
    '2026-02-16',
    '2026-02-23',
    '2026-03-02',
  ])
  expect(now.at(-1)?.['Value']).not.toBe(now.at(-1)?.['4 weeks before'])
  const answer = await served.get(`/api/v1/series?${FIGURE}&asof=2026-03-02&range=4w`)
  const items: { compared: number | null }[] = (await answer.json()).items
  expect(items.map(({ compared }) => String(compared))).toEqual(
    now.map((row) => row['4 weeks before']),
  )
})

test('every figure of a file stands beside what its card compares it with', async () => {
  const served = await growing()
  const address = '/export/measurements.csv?path=http-service'
  const adoption = (rows: z.output<typeof Rows>) => rows.find((row) => row['Metric'] === 'ADO-02')
  const now = adoption(await rowsOf(served, `${address}&asof=2026-03-02&range=4w`))
  const then = adoption(await rowsOf(served, `${address}&asof=2026-02-02`))
  expect([now?.['Compared with'], now?.['Which is']]).toEqual([then?.['Value'], '2026-02-02'])
  const alone = adoption(await rowsOf(served, `${address}&asof=2026-03-02&cmp=off`))
  expect([alone?.['Compared with'], alone?.['Which is']]).toEqual(['', ''])
})

test('where nothing is compared a series has no column for it', async () => {
  const served = await growing()
  const [row] = await rowsOf(served, `/export/series.csv?${FIGURE}&asof=2026-03-02&cmp=off`)
  expect(Object.keys(row ?? {})).toEqual(['As of', 'Value', 'Cases'])
})
