import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { SealedFigure } from '#app/api/shapes.ts'
import type { Database } from '#db/connection.ts'
import { markGone } from '#db/facts.ts'
import { sealQuarter } from '#lib/commands/seal-quarter.ts'
import { readSealedQuarter } from '#lib/queries/sealed-quarter.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { scoreAll } from '#scorecards/run.ts'
import { addPath, addTeam, cover, day } from '#test/support/adoption.ts'
import { addTicket } from '#test/support/cases.ts'
import { figureOf, servedDatabase } from '#test/support/served.ts'

const SCOPE = { pathId: 'http-service' }
const NOW = new Date('2026-04-02T10:00:00Z')
/** Its last week ended on Monday 30 March. */
const QUARTER = {
  quarter: '2026-Q1',
  period: { from: new Date(day('2026-01-01')), to: new Date(day('2026-04-01')) },
  now: NOW,
}
const LAST_WEEK_END = '2026-03-30'

/** Ten tickets about the path in March, all read, and scored. */
async function aQuarter() {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db)
  await addTeam(db, 'payments')
  await cover(db, 'entity:tickets', { from: '2025-10-06', to: '2026-06-01', sourceId: 'desk' })
  for (let number = 1; number <= 10; number += 1) {
    const opened_at = `2026-03-${10 + number}T09:00:00.000Z`
    await addTicket(db, { native_id: `T-${number}`, opened_at })
  }
  await scoreAll(db, { now: NOW })
  return served
}

const remove = (db: Database, ticket: string) =>
  markGone(db, 'tickets', 'desk', NOW, ({ native_id }) => native_id === ticket)

const requestsOf = (results: readonly (MetricResult | null)[] | undefined) =>
  results?.flatMap((one) => (one?.metricId === 'SUP-01' ? [one.numerator] : []))

/** What the interface and the file say of the requests; both must say the same. */
async function toldBySeal({ get }: Awaited<ReturnType<typeof aQuarter>>) {
  const answered = await get('/api/v1/seals?range=2026-Q1')
  const { items } = Answer.parse(await answered.json())
  const own = items.filter(({ result }) => result.metricId === 'SUP-01')
  const told = own.map(({ result, current, isRestated }) => ({
    was: result.numerator,
    is: current?.numerator,
    isRestated,
  }))
  const file = await (await get('/export/sealed-figures.csv?range=2026-Q1')).text()
  const rows: Record<string, string>[] = parse(file, {
    columns: true,
    comment: '#',
    comment_no_infix: true,
  })
  const inFile = rows.filter((row) => row['Metric'] === 'SUP-01')
  expect(
    inFile.map((row) => ({
      was: Number(row['Counted']),
      is: Number(row['Counted today']),
      isRestated: row['Restated'] === 'yes',
    })),
  ).toEqual(told)
  return told
}

const Answer = z.object({ items: z.array(SealedFigure) })

test('T-B20 the seal of what is no quarter is refused, and one that nobody sealed has no figures', async () => {
  const { get } = await aQuarter()
  expect((await get('/api/v1/seals?range=13w')).status).toBe(400)
  const none = await get('/api/v1/seals?range=2026-Q1')
  expect(Answer.parse(await none.json())).toEqual({ items: [] })
})

test('T-B20 a sealed quarter keeps what it said, with what was restated since beside it', async () => {
  const served = await aQuarter()
  const { db } = served
  await sealQuarter(db, QUARTER)
  const sealed = await readSealedQuarter(db, '2026-Q1')
  expect(requestsOf(sealed?.results)).toEqual([10])
  expect(sealed).toMatchObject({ restated: [], asOf: new Date(day(LAST_WEEK_END)), sealedAt: NOW })
  expect(sealed?.definitions.map(({ id }) => id)).toContain('SUP-01')

  await remove(db, 'T-1')
  await scoreAll(db, { now: new Date('2026-04-03T10:00:00Z') })
  expect(await figureOf(served, 'SUP-01', SCOPE, LAST_WEEK_END)).toMatchObject({ numerator: 9 })

  const later = await readSealedQuarter(db, '2026-Q1')
  expect(later?.results).toEqual(sealed?.results)
  expect(later?.hash).toBe(sealed?.hash)
  const own = later?.restated.filter(({ was }) => was.metricId === 'SUP-01')
  expect(requestsOf(own?.map(({ was }) => was))).toEqual([10])
  expect(requestsOf(own?.map(({ is }) => is))).toEqual([9])
  expect(await toldBySeal(served)).toEqual([{ was: 10, is: 9, isRestated: true }])
})

test('T-B20 ten thousand later changes and another definition leave a seal as it was', async () => {
  const { db } = await aQuarter()
  await sealQuarter(db, QUARTER)
  const bytes = () => db.selectFrom('sealed_quarters').selectAll().execute()
  const before = await bytes()
  await db
    .updateTable('measurements')
    .set({ value: 99, numerator: 99, definition_version: '9.0.0' })
    .where('metric_id', '=', 'SUP-01')
    .execute()
  expect(await bytes()).toEqual(before)
  const sealed = await readSealedQuarter(db, '2026-Q1')
  expect(requestsOf(sealed?.results)).toEqual([10])
  expect(sealed?.results.find(({ metricId }) => metricId === 'SUP-01')).toMatchObject({
    definitionVersion: sealed?.definitions.find(({ id }) => id === 'SUP-01')?.version,
  })
})

test('a figure that is told no more is restated by nothing', async () => {
  const { db } = await aQuarter()
  await sealQuarter(db, QUARTER)
  await db
    .updateTable('measurements')
    .set({ to_run: 1 })
    .where('metric_id', '=', 'SUP-01')
    .execute()
  const sealed = await readSealedQuarter(db, '2026-Q1')
  expect(sealed?.restated.map(({ was, is }) => [was.metricId, is])).toEqual([['SUP-01', null]])
})

test('a quarter is sealed once, when it is over and scored to its end', async () => {
  const { db } = await aQuarter()
  const seal = (terms: Partial<typeof QUARTER>) => sealQuarter(db, { ...QUARTER, ...terms })
  await expect(seal({ now: new Date('2026-03-31T23:59:59Z') })).rejects.toThrow(
    '2026-Q1: ends on 2026-04-01, and can be sealed from then on',
  )
  const next = { from: QUARTER.period.to, to: new Date(day('2026-07-01')) }
  await expect(
    seal({ quarter: '2026-Q2', period: next, now: new Date('2026-07-02') }),
  ).rejects.toThrow('2026-Q2: is not scored up to 2026-06-29; run `npx desirepath score`')
  await seal({})
  await expect(seal({})).rejects.toThrow('2026-Q1: is sealed already')
  expect(await readSealedQuarter(db, '2026-Q2')).toBeUndefined()
})

test('a quarter of which nothing was read is not sealed, nor one that nobody keeps true', async () => {
  const { db } = await servedDatabase()
  await addPath(db)
  await addTeam(db, 'payments')
  await scoreAll(db, { now: NOW })
  await expect(sealQuarter(db, QUARTER)).rejects.toThrow(
    '2026-Q1: no figure of 2026-03-30 has a value, and a seal would keep that for good',
  )
  const late = new Date('2028-06-08T10:00:00Z')
  await scoreAll(db, { now: late })
  await expect(sealQuarter(db, { ...QUARTER, now: late })).rejects.toThrow(
    '2026-Q1: is too old to be sealed',
  )
})

test('that time passes restates nothing, and figures of teams are not sealed', async () => {
  const { db } = await aQuarter()
  await sealQuarter(db, QUARTER)
  for (const later of ['2026-10-08T10:00:00Z', '2028-05-08T10:00:00Z']) {
    await scoreAll(db, { now: new Date(later) })
    const sealed = await readSealedQuarter(db, '2026-Q1')
    expect([later, sealed?.restated]).toEqual([later, []])
    expect(sealed?.results.filter(({ scope }) => scope.teamId ?? scope.sourceId)).toEqual([])
  }
})

test('nobody changes or removes a seal, and one that was tampered with is told', async () => {
  const { db } = await aQuarter()
  await sealQuarter(db, QUARTER)
  const change = () => db.updateTable('sealed_quarters').set({ body: '{}' }).execute()
  await expect(change()).rejects.toThrow('a sealed quarter stays as it is')
  await expect(db.deleteFrom('sealed_quarters').execute()).rejects.toThrow('stays as it is')
  await sql`drop trigger sealed_quarters_no_update`.execute(db)
  await change()
  await expect(readSealedQuarter(db, '2026-Q1')).rejects.toThrow('the seal of 2026-Q1 is broken')
})
