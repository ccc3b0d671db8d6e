import { expect, test } from 'vitest'
import { getMonthlyAdoption, getWeeklyAdoption } from '#lib/queries/adoption-trend.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aMeasurement, aRegion, publishResults } from '#test/support/published.ts'

const ofPath = { pathId: 'http-service' }

const NOTHING = { total: null, voluntary: null, adopted: null, eligible: null }

test('every week has a point, oldest first, also one in which nothing was measured', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    aMeasurement({ as_of: day('2026-02-16'), value: 0.25, numerator: 1, denominator: 4 }),
    aMeasurement({ as_of: day('2026-02-16'), metric_id: 'ADO-01', value: 0.125 }),
    aMeasurement({ as_of: day('2026-03-02'), value: 0.75, numerator: 3, denominator: 4 }),
  ])

  const asOf = new Date('2026-03-04T10:00:00Z')
  expect(await getWeeklyAdoption(db, { ...ofPath, asOf, count: 3 })).toEqual([
    {
      at: new Date(day('2026-02-16')),
      total: 0.25,
      voluntary: 0.125,
      adopted: 1,
      eligible: 4,
    },
    { at: new Date(day('2026-02-23')), ...NOTHING },
    { at: new Date(day('2026-03-02')), ...NOTHING, total: 0.75, adopted: 3, eligible: 4 },
  ])
})

test('a week that ends at the very moment is in, one that ends after it is not', async () => {
  const db = await testDatabase()
  await publishResults(db, [aMeasurement()])
  const lastAt = async (instant: string) => {
    const points = await getWeeklyAdoption(db, { ...ofPath, asOf: new Date(instant), count: 1 })
    return points.map(({ at, total }) => [at.toISOString(), total])
  }
  expect(await lastAt('2026-03-01T23:59:59.999Z')).toEqual([[day('2026-02-23'), null]])
  expect(await lastAt('2026-03-02T00:00:00Z')).toEqual([[day('2026-03-02'), 0.5]])
})

test('only what stands of the path as a whole is a point', async () => {
  const db = await testDatabase()
  const withdrawn = aMeasurement({ as_of: day('2026-02-23'), value: 0.1 })
  await publishResults(db, [withdrawn])
  const others = [
    { team_id: 'payments', value: 0.2 },
    { source_id: 'clones', value: 0.3 },
    { path_id: 'batch', value: 0.4 },
    { metric_id: 'ADO-04', value: 0.6 },
    { window_kind: 'week' as const, value: 0.7 },
  ]
  await publishResults(db, [aMeasurement({ value: 0.5 }), ...others.map(aMeasurement)], {
    run: 2,
    withdrawn: aRegion([day('2026-02-23')]),
  })
  const asOf = new Date(day('2026-03-02'))
  const points = await getWeeklyAdoption(db, { ...ofPath, asOf, count: 2 })
  expect(points.map(({ total, voluntary }) => [total, voluntary])).toEqual([
    [null, null],
    [0.5, null],
  ])
})

test('without any measurement weeks are empty and there are no paths', async () => {
  const db = await testDatabase()
  const asOf = new Date(day('2026-03-02'))
  expect(await getWeeklyAdoption(db, { ...ofPath, asOf, count: 2 })).toEqual([
    { at: new Date(day('2026-02-23')), ...NOTHING },
    { at: asOf, ...NOTHING },
  ])
  expect(await getWeeklyAdoption(db, { ...ofPath, asOf, count: 0 })).toEqual([])
  expect(await getMonthlyAdoption(db, { asOf, months: 3 })).toEqual(new Map())
})

test('a month is as it was measured last before its day, each path on its own', async () => {
  const db = await testDatabase()
  await publishResults(db, [
    // 31 March lies on a Tuesday; February has no 31st, so its last day stands in.
    aMeasurement({ as_of: day('2026-02-23'), value: 0.2 }),
    aMeasurement({ as_of: day('2026-03-02'), value: 0.3 }),
    aMeasurement({ as_of: day('2026-03-30'), value: 0.4 }),
    aMeasurement({ as_of: day('2026-03-23'), path_id: 'batch', value: 0.9 }),
  ])
  const asOf = new Date('2026-03-31T12:00:00Z')
  const known = await getMonthlyAdoption(db, { asOf, months: 2 })
  const totals = [...known].map(([path, points]) => [
    path,
    points.map(({ at, total }) => [at.toISOString(), total]),
  ])
  expect(Object.fromEntries(totals)).toEqual({
    'http-service': [
      ['2026-01-31T12:00:00.000Z', null],
      [day('2026-02-23'), 0.2],
      [day('2026-03-30'), 0.4],
    ],
    // 8.5 days are too long to stand for a day.
    batch: [
      ['2026-01-31T12:00:00.000Z', null],
      ['2026-02-28T12:00:00.000Z', null],
      ['2026-03-31T12:00:00.000Z', null],
    ],
  })
})

test('the newest measurement stands, for eight days and not a moment longer', async () => {
  const db = await testDatabase()
  const before = aMeasurement({ as_of: day('2026-02-23'), value: 0.25 })
  await publishResults(db, [before, aMeasurement()])
  const totalAt = async (instant: string) => {
    const known = await getMonthlyAdoption(db, { asOf: new Date(instant), months: 0 })
    return known.get('http-service')?.map(({ total }) => total) ?? []
  }
  expect(await totalAt('2026-03-01T23:59:59.999Z')).toEqual([0.25])
  expect(await totalAt('2026-03-02T00:00:00Z')).toEqual([0.5])
  expect(await totalAt('2026-03-10T00:00:00Z')).toEqual([0.5])
  expect(await totalAt('2026-03-10T00:00:00.001Z')).toEqual([])
})
