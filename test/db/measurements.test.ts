import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { day } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aMeasurement, publishResults } from '#test/support/published.ts'

/** `value run_id superseded_by` of every row, as they were written. */
const listRows = async (db: Database) => {
  const rows = await db
    .selectFrom('measurements')
    .select(['value', 'run_id', 'superseded_by'])
    .orderBy('run_id')
    .orderBy('value')
    .execute()
  return rows.map((row) => [row.value, row.run_id, row.superseded_by])
}

const SECOND = { runId: 'run-2' }

test('the same result is left alone, whenever it was computed', async () => {
  const db = await testDatabase()
  const at = (computedAt: string) =>
    aMeasurement({ result: JSON.stringify({ value: 0.5, computedAt, unit: 'days' }) })
  expect(await publishResults(db, [at(day('2026-03-02'))])).toBe(1)
  expect(await publishResults(db, [at(day('2026-03-03'))], SECOND)).toBe(0)
  expect(await listRows(db)).toEqual([[0.5, 'run-1', null]])
})

test('another result supersedes the one that stood, which stays', async () => {
  const db = await testDatabase()
  await publishResults(db, [aMeasurement({ value: 0.5 })])
  expect(await publishResults(db, [aMeasurement({ value: 0.6 })], SECOND)).toBe(1)
  expect(await publishResults(db, [aMeasurement({ value: 0.5 })], { runId: 'run-3' })).toBe(1)
  expect(await listRows(db)).toEqual([
    [0.5, 'run-1', 'run-2'],
    [0.6, 'run-2', 'run-3'],
    [0.5, 'run-3', null],
  ])
})

test('a result that differs beside its value is another result', async () => {
  const db = await testDatabase()
  await publishResults(db, [aMeasurement({ result: '{"value":0.5,"nUnknown":0}' })])
  const changed = aMeasurement({ result: '{"value":0.5,"nUnknown":1}' })
  expect(await publishResults(db, [changed], SECOND)).toBe(1)
})

test('results of another moment, path, team, source or metric stand beside each other', async () => {
  const db = await testDatabase()
  await publishResults(db, [aMeasurement()])
  const others = [
    { as_of: day('2026-03-09') },
    { path_id: 'batch' },
    { team_id: 'payments' },
    { source_id: 'clones' },
    { metric_id: 'ADO-01' },
  ]
  expect(await publishResults(db, others.map(aMeasurement), SECOND)).toBe(5)
  const standing = (await listRows(db)).filter(([, , supersededBy]) => supersededBy === null)
  expect(standing).toHaveLength(6)
})

test('what was not computed again is withdrawn only within the horizon of its kind', async () => {
  const db = await testDatabase()
  const weeks = ['2026-02-16', '2026-02-23', '2026-03-02'].map(day)
  const kinds = [{}, { team_id: 'payments' }, { path_id: '', source_id: 'clones' }]
  await publishResults(
    db,
    kinds.flatMap((kind) => weeks.map((as_of) => aMeasurement({ ...kind, as_of }))),
  )
  const withdrawn = await publishResults(db, [], {
    runId: 'run-2',
    horizons: [
      { kind: 'path', from: '' },
      { kind: 'team', from: day('2026-02-23') },
    ],
  })

  expect(withdrawn).toBe(5)
  const standing = await db
    .selectFrom('measurements')
    .select(['as_of', 'team_id', 'source_id'])
    .where('superseded_by', 'is', null)
    .orderBy('source_id')
    .orderBy('as_of')
    .execute()
  expect(standing).toEqual([
    { as_of: day('2026-02-16'), team_id: 'payments', source_id: '' },
    ...weeks.map((as_of) => ({ as_of, team_id: '', source_id: 'clones' })),
  ])
})

test('more moments than one statement takes are published, superseded and withdrawn as one', async () => {
  const db = await testDatabase()
  const many = (value: number, count: number) =>
    Array.from({ length: count }, (_, week) =>
      aMeasurement({ value, as_of: new Date(Date.UTC(2000, 0, 3 + 7 * week)).toISOString() }),
    )
  const horizons = [{ kind: 'path', from: '' }] as const
  expect(await publishResults(db, many(0.5, 2501))).toBe(2501)
  expect(await publishResults(db, many(0.6, 2500), { ...SECOND, horizons })).toBe(2501)
  const rows = await listRows(db)
  const count = (run: string, supersededBy: string | null) =>
    rows.filter((row) => row[1] === run && row[2] === supersededBy).length
  expect([count('run-1', 'run-2'), count('run-2', null), rows.length]).toEqual([2501, 2500, 5001])
})
