import { expect, test } from 'vitest'
import { findMeasurement, listMeasurements } from '#lib/queries/measurements.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aMeasurement, publishResults } from '#test/support/published.ts'

const SUBJECT = { metricId: 'ADO-02', pathId: 'http-service' }

test('the newest result at or before a moment is the one of that moment', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    aMeasurement({ as_of: day('2026-02-23'), value: 0.25 }),
    aMeasurement({ as_of: day('2026-03-02'), value: 0.5 }),
  ])
  const valueAt = async (instant: string) =>
    (await findMeasurement(db, SUBJECT, new Date(instant)))?.value
  expect(await valueAt('2026-02-22T23:59:59.999Z')).toBeUndefined()
  expect(await valueAt('2026-03-01T23:59:59.999Z')).toBe(0.25)
  expect(await valueAt('2026-03-02T00:00:00Z')).toBe(0.5)
  expect(await valueAt('2030-01-01T00:00:00Z')).toBe(0.5)
})

test('a path, its teams and its sources are different subjects', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    aMeasurement({ metric_id: 'ADO-04', value: 0.1 }),
    aMeasurement({ metric_id: 'ADO-04', value: 0.2, team_id: 'payments' }),
    aMeasurement({ metric_id: 'DQ-01', value: 0.3, path_id: '', source_id: 'clones' }),
  ])
  const asOf = new Date(day('2026-03-02'))
  const valueFor = async (subject: { metricId: string; pathId?: string }) =>
    (await findMeasurement(db, subject, asOf))?.value
  const path = { metricId: 'ADO-04', pathId: 'http-service' }
  const team = { ...path, teamId: 'payments' }
  const source = { metricId: 'DQ-01', sourceId: 'clones' }
  expect([await valueFor(path), await valueFor(team), await valueFor(source)]).toEqual([
    0.1, 0.2, 0.3,
  ])
  expect(await valueFor({ metricId: 'DQ-01' })).toBeUndefined()
})

test('a moment is listed by metric, path, team and source, as it stands', async () => {
  const db = await testDatabase()
  await publishResults(db, [aMeasurement({ value: 0.9 })])
  const rows = [
    { metric_id: 'DQ-01', path_id: '', source_id: 'clones', value: 0.6 },
    { metric_id: 'ADO-04', team_id: 'search', value: 0.5 },
    { metric_id: 'ADO-04', team_id: 'payments', value: 0.4 },
    { metric_id: 'ADO-04', value: 0.3 },
    { metric_id: 'ADO-02', value: 0.2 },
    { metric_id: 'ADO-02', path_id: 'batch', value: 0.1 },
  ]
  await publishResults(db, rows.map(aMeasurement), { run: 2 })

  const valuesOf = async (filter?: { pathId?: string; metricIds?: string[] }) =>
    (await listMeasurements(db, new Date(day('2026-03-05')), filter)).map(({ value }) => value)
  expect(await valuesOf()).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
  expect(await valuesOf({ pathId: 'batch' })).toEqual([0.1])
  expect(await valuesOf({ metricIds: ['ADO-02'] })).toEqual([0.1, 0.2])
  expect(await valuesOf({ pathId: 'http-service', metricIds: ['ADO-04'] })).toEqual([0.3, 0.4, 0.5])
})

test('of the newest scored moment what was not measured then is missing, not older', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    aMeasurement({ as_of: day('2026-02-23'), metric_id: 'ADO-01' }),
    aMeasurement({ as_of: day('2026-03-02') }),
  ])
  const idsAt = async (instant: string) =>
    (await listMeasurements(db, new Date(instant))).map(({ metricId }) => metricId)
  expect(await idsAt('2026-03-02T00:00:00Z')).toEqual(['ADO-02'])
  expect(await idsAt('2026-03-01T23:59:59.999Z')).toEqual(['ADO-01'])
})

test('before the first scoring run there is nothing', async () => {
  const db = await testDatabase()
  const asOf = new Date(day('2026-03-02'))
  expect(await findMeasurement(db, SUBJECT, asOf)).toBeUndefined()
  expect(await listMeasurements(db, asOf)).toEqual([])
})
