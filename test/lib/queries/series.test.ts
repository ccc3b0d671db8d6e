import { expect, test } from 'vitest'
import { listSeries } from '#lib/queries/series.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aMeasurement, publishResults } from '#test/support/published.ts'

const at = (date: string) => new Date(day(date))
const scope = { pathId: 'http-service' }
const SPAN = { from: at('2026-02-16'), to: at('2026-03-09') }

test('a series has a point for every week end after its beginning, with a gap where none was scored', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    aMeasurement({ as_of: day('2026-02-16'), value: 0.1 }),
    aMeasurement({ as_of: day('2026-02-23'), value: 0.2, n: 5 }),
    aMeasurement({ as_of: day('2026-03-09'), value: 0.4 }),
  ])
  const series = await listSeries(db, { metricIds: ['ADO-02'], scope, ...SPAN })
  expect(series.get('ADO-02')).toEqual([
    { at: at('2026-02-23'), value: 0.2, n: 5 },
    { at: at('2026-03-02'), value: null, n: null },
    { at: at('2026-03-09'), value: 0.4, n: 2 },
  ])
})

test('a result whose value may not be shown is a gap, and keeps its cases', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    aMeasurement({ as_of: day('2026-02-23'), status: 'insufficient_sample', n: 3 }),
    aMeasurement({ as_of: day('2026-03-02'), status: 'source_partial', value: 0.3 }),
  ])
  const series = await listSeries(db, { metricIds: ['ADO-02'], scope, ...SPAN })
  expect(series.get('ADO-02')?.map(({ value, n }) => [value, n])).toEqual([
    [null, 3],
    [0.3, 2],
    [null, null],
  ])
})

test('a series is of one scope, and of every metric asked for', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    aMeasurement({ team_id: 'checkout', value: 1 }),
    aMeasurement({ path_id: 'portal', value: 1 }),
    aMeasurement({ metric_id: 'ADO-01', value: 0.25 }),
  ])
  const metricIds = ['ADO-01', 'ADO-02']
  const series = await listSeries(db, { metricIds, scope, ...SPAN })
  expect([...series].map(([id, points]) => [id, points.map(({ value }) => value)])).toEqual([
    ['ADO-01', [null, 0.25, null]],
    ['ADO-02', [null, null, null]],
  ])
  expect(await listSeries(db, { metricIds: [], scope, ...SPAN })).toEqual(new Map())
})
