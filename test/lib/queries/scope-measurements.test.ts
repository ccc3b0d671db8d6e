import { expect, test } from 'vitest'
import { listScopeMeasurements } from '#lib/queries/scope-measurements.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aMeasurement, publishResults } from '#test/support/published.ts'

const NOW = new Date('2026-03-04T10:00:00Z')
const asked = { metricIds: ['ADO-01', 'ADO-02'], pathIds: ['', 'http-service', 'portal'] }
const shortly = (results: readonly { metricId: string; value: number | null }[]) =>
  results.map(({ metricId, value }) => [metricId, value])

test('of each metric and path the newest result at the moment is listed, by metric and path', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    aMeasurement({ as_of: day('2026-02-23'), value: 0.1 }),
    aMeasurement({ value: 0.2 }),
    aMeasurement({ as_of: day('2026-03-09'), value: 0.9 }),
    aMeasurement({ path_id: 'portal', value: 0.3 }),
    aMeasurement({ path_id: '', value: 0.4 }),
    aMeasurement({ metric_id: 'ADO-01', as_of: day('2026-02-23'), value: 0.5 }),
  ])
  expect(shortly(await listScopeMeasurements(db, NOW, asked))).toEqual([
    ['ADO-01', 0.5],
    ['ADO-02', 0.4],
    ['ADO-02', 0.2],
    ['ADO-02', 0.3],
  ])
})

test('the figures of a team are not those of a path', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    aMeasurement({ value: 0.2 }),
    aMeasurement({ team_id: 'checkout', value: 0.6 }),
  ])
  const own = await listScopeMeasurements(db, NOW, { ...asked, teamId: 'checkout' })
  expect(shortly(own)).toEqual([['ADO-02', 0.6]])
})

test('where nothing was scored of late, the last result of all stands', async () => {
  const db = await testDatabase()
  await publishResults(db, [aMeasurement({ as_of: day('2025-06-02'), value: 0.7 })])
  expect(shortly(await listScopeMeasurements(db, NOW, asked))).toEqual([['ADO-02', 0.7]])
  const before = new Date('2025-06-01T00:00:00Z')
  expect(await listScopeMeasurements(db, before, asked)).toEqual([])
})
