import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import {
  deleteClosedLedgers,
  type LedgerKind,
  listLedgers,
  listPieces,
  withdrawLedgers,
  writeLedgers,
} from '#db/ledgers.ts'
import { publishRun } from '#db/published.ts'
import { testDatabase } from '#test/support/database.ts'
import { watch } from '#test/support/watch.ts'

const WORK = { kind: 'work', pathId: 'http-service' }

/** A run writes the samples of subjects, each one byte, and is published. */
async function publish(
  db: Database,
  run: number,
  samples: Readonly<Record<string, number | null>>,
  kind: LedgerKind = WORK,
): Promise<void> {
  const bytes = Object.entries(samples).map(
    ([subject, byte]) => [subject, byte === null ? null : Uint8Array.of(byte)] as const,
  )
  await writeLedgers(db, run, kind, new Map(bytes))
  await publishRun(db, run)
}

const read = async (db: Database, ...question: [kind?: LedgerKind, options?: object]) => {
  const [kind = WORK, options = {}] = question
  const samples = await listLedgers(db, kind, options)
  return Object.fromEntries([...samples].map(([subject, bytes]) => [subject, [...bytes]]))
}

test('samples come back byte by byte, also none', async () => {
  const db = await testDatabase()
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const samples = new Map([
    ['all', all],
    ['empty', new Uint8Array()],
  ])
  await writeLedgers(db, 1, WORK, samples)
  await publishRun(db, 1)
  expect(await read(db)).toEqual({ all: [...all], empty: [] })
})

test('new samples replace those that stood, and others are left alone', async () => {
  const db = await testDatabase()
  await publish(db, 1, { a: 1, b: 2 })
  await publish(db, 2, { b: 3, c: 4 })
  expect(await read(db)).toEqual({ a: [1], b: [3], c: [4] })
})

test('a subject without samples has none any more', async () => {
  const db = await testDatabase()
  await publish(db, 1, { a: 1, b: 2 })
  await publish(db, 2, { a: null })
  expect(await read(db)).toEqual({ b: [2] })
  await publish(db, 3, { a: 5 })
  expect(await read(db)).toEqual({ a: [5], b: [2] })
})

test('kinds and paths have samples of their own', async () => {
  const db = await testDatabase()
  await publish(db, 1, { a: 1 })
  await publish(db, 2, { a: 2 }, { kind: 'work', pathId: 'batch' })
  await publish(db, 3, { a: 3 }, { kind: 'work' })
  await publish(db, 4, { a: 4 }, { kind: 'feeds' })
  expect(await read(db)).toEqual({ a: [1] })
  expect(await read(db, { kind: 'work', pathId: 'batch' })).toEqual({ a: [2] })
  expect(await read(db, { kind: 'work' })).toEqual({ a: [3] })
  expect(await read(db, { kind: 'feeds' })).toEqual({ a: [4] })
})

test('some subjects are read when asked for, of none nothing', async () => {
  const db = await testDatabase()
  await publish(db, 1, { a: 1, b: 2, c: 3 })
  expect(await read(db, WORK, { subjects: ['a', 'c', 'nobody'] })).toEqual({ a: [1], c: [3] })
  expect(await read(db, WORK, { subjects: [] })).toEqual({})
})

test('the writer sees what it wrote before readers do', async () => {
  const db = await testDatabase()
  await publish(db, 1, { a: 1, b: 2 })
  await writeLedgers(
    db,
    2,
    WORK,
    new Map([
      ['a', Uint8Array.of(9)],
      ['b', null],
    ]),
  )
  expect(await read(db)).toEqual({ a: [1], b: [2] })
  expect(await read(db, WORK, { isWriter: true })).toEqual({ a: [9] })
})

test('more subjects than one statement names are replaced and read', async () => {
  const db = await testDatabase()
  const subjects = Array.from({ length: 501 }, (_, index) => `unit:${index}`)
  const all = (byte: number | null) =>
    Object.fromEntries(subjects.map((subject) => [subject, byte]))
  await publish(db, 1, all(1))
  await publish(db, 2, all(2))
  const samples = await read(db, WORK, { subjects })
  expect(Object.keys(samples)).toHaveLength(501)
  expect(new Set(Object.values(samples).flat())).toEqual(new Set([2]))
})

test('samples that were replaced can go, those that stand do not', async () => {
  const db = await testDatabase()
  await publish(db, 1, { a: 1, b: 2 })
  await publish(db, 2, { a: 3 })
  await deleteClosedLedgers(db)
  expect(await read(db)).toEqual({ a: [3], b: [2] })
  expect(await db.selectFrom('ledgers').select('subject_id').execute()).toHaveLength(2)
})

test('a ledger that is divided is read as a whole, or with some of its quarters', async () => {
  const db = await testDatabase()
  const delivery = { kind: 'delivery' }
  await publish(db, 1, { a: 0 }, delivery)
  await publish(db, 2, { a: 1 }, { ...delivery, quarter: '2026-01-01' })
  await publish(db, 3, { a: 2, b: 3 }, { ...delivery, quarter: '2026-04-01' })
  await publish(db, 4, { a: 9 }, { kind: 'delivery_sources' })
  const list = async (options?: Parameters<typeof listPieces>[2]) =>
    (await listPieces(db, delivery, options))
      .map(({ subject, quarter, samples }) => [subject, quarter, ...samples].join(' '))
      .toSorted()
  const all = ['a  0', 'a 2026-01-01 1', 'a 2026-04-01 2', 'b 2026-04-01 3']
  expect(await list()).toEqual(all)
  expect(await list({ quarters: ['2026-04-01'] })).toEqual(['a  0', all[2], all[3]])
  expect(await list({ quarters: [] })).toEqual(['a  0'])
  expect(await list({ subjects: ['b'] })).toEqual([all[3]])
  await withdrawLedgers(db, 5, delivery, ['a'])
  await publishRun(db, 5)
  expect(await list()).toEqual([all[3]])
  expect(await read(db, { kind: 'delivery_sources' })).toEqual({ a: [9] })
})

test('a ledger that is divided is read by one statement, so that no run comes between its parts', async () => {
  const db = await testDatabase()
  await publish(db, 1, { a: 0 }, { kind: 'delivery' })
  const { watched, listSteps } = watch(db)
  await listPieces(watched, { kind: 'delivery' }, { quarters: ['2026-01-01', '2026-04-01'] })
  const steps = await listSteps()
  expect(steps.filter((step) => step.includes('ledgers'))).toHaveLength(1)
  expect(steps.join()).toContain('USING INDEX')
})
