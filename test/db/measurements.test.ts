import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { listMeasurementRows, withdrawBefore, writeMeasurements } from '#db/measurements.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aMeasurement, aRegion, publishResults } from '#test/support/published.ts'

/** `value from_run to_run` of every row, in the order of the runs. */
const listRows = async (db: Database) => {
  const rows = await db
    .selectFrom('measurements')
    .select(['value', 'from_run', 'to_run'])
    .orderBy('from_run')
    .orderBy('value')
    .execute()
  return rows.map((row) => [row.value, row.from_run, row.to_run])
}

/** What stands by metric, path, team, source and end of the window. */
const listStanding = (db: Database) =>
  db
    .selectFrom('measurements')
    .select(['metric_id', 'team_id', 'source_id', 'window_end'])
    .where('to_run', 'is', null)
    .orderBy('metric_id')
    .orderBy('source_id')
    .orderBy('team_id')
    .orderBy('window_end')
    .execute()

const SECOND = { run: 2 }

test('the same result is left alone, whenever it was computed', async () => {
  const db = await testDatabase()
  const at = (date: string) => aMeasurement({ computed_at: day(date) })
  expect(await publishResults(db, [at('2026-03-02')])).toBe(1)
  expect(await publishResults(db, [at('2026-03-03')], SECOND)).toBe(0)
  expect(await listRows(db)).toEqual([[0.5, 1, null]])
})

test('another result closes the one that stood, which stays', async () => {
  const db = await testDatabase()
  await publishResults(db, [aMeasurement({ value: 0.5 })])
  expect(await publishResults(db, [aMeasurement({ value: 0.6 })], SECOND)).toBe(1)
  expect(await publishResults(db, [aMeasurement({ value: 0.5 })], { run: 3 })).toBe(1)
  expect(await listRows(db)).toEqual([
    [0.5, 1, 2],
    [0.6, 2, 3],
    [0.5, 3, null],
  ])
})

test.each([
  ['the beginning of its window', { window_start: day('2026-02-02') }],
  ['its value, which is not known any more', { value: null }],
  ['its numerator', { numerator: 2 }],
  ['its denominator', { denominator: 3 }],
  ['its sample', { n: 3 }],
  ['what is unknown', { unknown_count: 1 }],
  ['what has not matured', { not_matured_count: 1 }],
  ['how much was read', { coverage: 0.5 }],
  ['the lower end of its interval', { ci_low: 0.1 }],
  ['the upper end of its interval', { ci_high: 0.9 }],
  ['its status', { status: 'source_partial' }],
  ['its band', { band: 'good' }],
  ['its details', { details: '{"flags":["late"]}' }],
  ['the version of its definition', { definition_version: '2.0.0' }],
  ['the version of the engine', { engine_version: '2.0.0' }],
])('a result that differs only in %s is another result', async (_, changes) => {
  const db = await testDatabase()
  await publishResults(db, [aMeasurement()])
  expect(await publishResults(db, [aMeasurement(changes)], SECOND)).toBe(1)
})

test('results of another metric, subject, window or cell stand beside each other', async () => {
  const db = await testDatabase()
  await publishResults(db, [aMeasurement()])
  const others = [
    { as_of: day('2026-03-09') },
    { path_id: 'batch' },
    { team_id: 'payments' },
    { source_id: 'clones' },
    { metric_id: 'ADO-01' },
    { window_kind: 'week' as const },
  ]
  expect(await publishResults(db, others.map(aMeasurement), SECOND)).toBe(6)
  const cells = ['', '{"weeks":4}', '{"weeks":8}'].map((cell) => aMeasurement({ cell }))
  expect(await publishResults(db, cells, { run: 3 })).toBe(2)
  expect(await listStanding(db)).toHaveLength(9)
})

test('what was not computed again is withdrawn only within the region', async () => {
  const db = await testDatabase()
  const weeks = ['2026-02-16', '2026-02-23', '2026-03-02'].map(day)
  const kinds = [
    {},
    { metric_id: 'ADO-04' },
    { team_id: 'payments' },
    { path_id: '', source_id: 'clones' },
  ]
  await publishResults(
    db,
    kinds.flatMap((kind) => weeks.map((as_of) => aMeasurement({ ...kind, as_of }))),
  )
  const withdrawn = aRegion(weeks.slice(1))
  expect(await publishResults(db, [], { run: 2, withdrawn })).toBe(2)

  const ofPath = { team_id: '', source_id: '' }
  const each = (row: object) => weeks.map((window_end) => ({ ...row, window_end }))
  expect(await listStanding(db)).toEqual([
    { metric_id: 'ADO-02', ...ofPath, window_end: weeks[0] },
    ...each({ metric_id: 'ADO-02', ...ofPath, team_id: 'payments' }),
    ...each({ metric_id: 'ADO-02', ...ofPath, source_id: 'clones' }),
    ...each({ metric_id: 'ADO-04', ...ofPath }),
  ])
})

test('a region is written as a whole: what differs, what comes and what goes', async () => {
  const db = await testDatabase()
  const weeks = ['2026-02-16', '2026-02-23', '2026-03-02'].map(day)
  await publishResults(db, [
    ...weeks.map((as_of) => aMeasurement({ as_of })),
    aMeasurement({ metric_id: 'ADO-01' }),
  ])
  const region = aRegion(weeks, { metricIds: ['ADO-02', 'ADO-04'] })
  const rows = [
    aMeasurement({ as_of: day('2026-02-16') }),
    aMeasurement({ as_of: day('2026-02-23'), value: 0.6 }),
    aMeasurement({ metric_id: 'ADO-04' }),
  ]
  // One differs, one is new, and one of 2 March is gone.
  expect(await writeMeasurements(db, 2, region, rows)).toBe(3)
  expect((await listStanding(db)).map((row) => [row.metric_id, row.window_end])).toEqual([
    ['ADO-01', day('2026-03-02')],
    ['ADO-02', day('2026-02-16')],
    ['ADO-02', day('2026-02-23')],
    ['ADO-04', day('2026-03-02')],
  ])
})

test('a cell of a table that is no longer computed is withdrawn with its window', async () => {
  const db = await testDatabase()
  const cells = ['{"weeks":4}', '{"weeks":8}'].map((cell) => aMeasurement({ cell }))
  await publishResults(db, cells)
  expect(await publishResults(db, cells.slice(0, 1), SECOND)).toBe(1)
  const rows = await db
    .selectFrom('measurements')
    .select('cell')
    .where('to_run', 'is', null)
    .execute()
  expect(rows).toEqual([{ cell: '{"weeks":4}' }])
})

test('of teams and of some metrics own windows that ended before a moment are withdrawn', async () => {
  const db = await testDatabase()
  const team = { team_id: 'payments' }
  await publishResults(db, [
    aMeasurement({ ...team, as_of: day('2026-02-16') }),
    aMeasurement({ ...team, as_of: day('2026-02-23') }),
    aMeasurement({ ...team, as_of: day('2026-02-16'), window_kind: 'week' }),
    aMeasurement({ as_of: day('2026-02-16') }),
    aMeasurement({ as_of: day('2024-02-19'), metric_id: 'SUP-01' }),
    aMeasurement({ as_of: day('2024-02-26'), metric_id: 'SUP-01' }),
    aMeasurement({ as_of: day('2024-02-19') }),
  ])
  expect(
    await withdrawBefore(db, 2, {
      teams: new Date(day('2026-02-23')),
      others: new Date(day('2024-02-26')),
      metricIds: ['SUP-01'],
      calendar: new Date(day('2023-02-27')),
    }),
  ).toBe(2)
  const rows = await db
    .selectFrom('measurements')
    .select(['team_id', 'window_kind', 'window_end'])
    .where('to_run', '=', 2)
    .orderBy('window_end')
    .execute()
  expect(rows).toEqual([
    { team_id: '', window_kind: 'own', window_end: day('2024-02-19') },
    { ...team, window_kind: 'own', window_end: day('2026-02-16') },
  ])
})

test('windows are listed of one kind, by the ends that are asked for', async () => {
  const db = await testDatabase()
  const ends = ['2026-02-16', '2026-02-23', '2026-03-02', '2026-03-09'].map(day)
  await publishResults(db, [
    ...ends.map((as_of) => aMeasurement({ as_of, window_kind: 'week' })),
    aMeasurement({ as_of: day('2026-02-23') }),
  ])
  const rows = await listMeasurementRows(db, {
    windowKind: 'week',
    windowEnds: [day('2026-02-23'), day('2026-03-02')],
  })
  expect(rows.map((row) => [row.window_kind, row.window_end])).toEqual([
    ['week', day('2026-02-23')],
    ['week', day('2026-03-02')],
  ])
})

test('more windows than one statement takes are published, replaced and withdrawn', async () => {
  const db = await testDatabase()
  const many = (value: number, count: number) =>
    Array.from({ length: count }, (_, week) =>
      aMeasurement({ value, as_of: new Date(Date.UTC(2000, 0, 3 + 7 * week)).toISOString() }),
    )
  const all = many(0.5, 1201)
  const region = aRegion(all.map(({ window_end }) => window_end))
  expect(await writeMeasurements(db, 1, region, all)).toBe(1201)
  expect(await writeMeasurements(db, 2, region, many(0.6, 1200))).toBe(1201)
  const rows = await listRows(db)
  const count = (run: number, toRun: number | null) =>
    rows.filter((row) => row[1] === run && row[2] === toRun).length
  expect([count(1, 2), count(2, null), rows.length]).toEqual([1201, 1200, 2401])
})
