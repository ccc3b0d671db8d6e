import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Comparison, Explanation, Measurement, Point } from '#app/api/shapes.ts'
import { publishSurveys } from '#lib/commands/publish-surveys.ts'
import { measureWindow } from '#lib/queries/windows.ts'
import { scoreAll } from '#scorecards/run.ts'
import { addDeployments, addPath, addService, addTeam, cover, day } from '#test/support/adoption.ts'
import { addTicket } from '#test/support/cases.ts'
import { type ServedDatabase, servedDatabase } from '#test/support/served.ts'
import { addAnswers, addReading, addWave } from '#test/support/wave.ts'

/** A Wednesday: the last week that is scored has ended on 2 March. */
const NOW = new Date('2026-03-04T10:00:00Z')
const COVERED = { from: '2025-04-07', to: '2026-03-04' }
const BY_PATH = { path_id: 'http-service', mechanism: 'path' } as const
const DAY_MS = 86_400_000

const daysFrom = (first: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(first) + index * DAY_MS).toISOString().slice(0, 10),
  )

/**
 * Two teams deploy by the path at noon of each of 40 days from 20 January, and ask for help five times in
 * January and twice in February. The fiscal year begins in April.
 */
async function anOrganisation(): Promise<ServedDatabase> {
  const served = await servedDatabase('name: Acme, fiscalYearStart: 4')
  const { db } = served
  const targets = [{ metric: 'SUP-02', target: '3', by: '2026-12-31' }]
  await addPath(db, {
    available_since: day('2025-04-07'),
    rules: { work: 'deployments', targets },
  })
  for (const team of ['payments', 'search']) {
    await addTeam(db, team)
    await addService(db, team, { team, covered: COVERED })
    await addDeployments(db, team, daysFrom('2026-01-20', 40), BY_PATH)
  }
  await cover(db, 'entity:deployments', { ...COVERED, sourceId: 'pipelines' })
  await cover(db, 'entity:tickets', { ...COVERED, sourceId: 'desk' })
  const asked = ['2026-01-02', '2026-01-06', '2026-01-13', '2026-01-20', '2026-01-28']
  for (const date of [...asked, '2026-02-10', '2026-02-27']) {
    await addTicket(db, { native_id: date, opened_at: `${date}T10:00:00.000Z`, type: 'how_to' })
  }
  await scoreAll(db, { now: NOW, fiscalYearStart: 4 })
  return served
}

const Items = z.object({ items: z.array(Measurement) })

async function figures({ get }: ServedDatabase, ev: string, more = '') {
  const answer = await get(`/api/v1/figures?ev=${encodeURIComponent(ev)}${more}`)
  return Items.parse(await answer.json()).items
}

async function comparisons({ get }: ServedDatabase, address: string) {
  const answer = await get(`/api/v1/comparisons?${address}`)
  return z.object({ items: z.array(Comparison) }).parse(await answer.json()).items
}

async function csv({ get }: ServedDatabase, address: string): Promise<Record<string, string>[]> {
  const text = await (await get(`/export/${address}`)).text()
  return z
    .array(z.record(z.string(), z.string()))
    .parse(parse(text, { columns: true, comment: '#', comment_no_infix: true }))
}

const setsOf = (one: z.output<typeof Measurement> | undefined) =>
  Object.fromEntries(
    (one?.evidence ?? []).map((set) => [set.kind, 'ids' in set ? set.ids.length : set.count]),
  )

test('a month has its own figure, with the rows behind it, which a file holds as well', async () => {
  const served = await anOrganisation()
  const ev = 'SUP-02@path:http-service,window:2026-02'
  const [february] = await figures(served, ev)
  // 28 days of two teams, and two requests.
  expect(february).toMatchObject({
    value: expect.closeTo(200 / 56, 12),
    numerator: 2,
    denominator: 56,
    window: { start: day('2026-02-01'), end: day('2026-03-01') },
    asOf: day('2026-03-01'),
    status: 'ok',
  })
  expect(setsOf(february)).toEqual({ counted: 2, 'not_counted:use': 56 })
  const rows = await csv(served, `evidence.csv?ev=${encodeURIComponent(ev)}`)
  expect(rows).toHaveLength(58)
})

test('of a month the ISO weeks are told that lie in it with all of their days', async () => {
  const [january] = await figures(await anOrganisation(), 'SUP-01@path:http-service,window:2026-01')
  // Three weeks from 5 January; 2 and 28 January are days of weeks that the month cuts.
  expect(january).toMatchObject({ numerator: 3, denominator: 3, value: 1, status: 'ok' })
  expect(setsOf(january)).toEqual({ counted: 3, 'excluded:part_of_week': 2 })
})

test('a week, a fiscal quarter and days of one’s own are windows, and what goes on ends with the last week', async () => {
  const served = await anOrganisation()
  const of = async (window: string) =>
    (await figures(served, `SUP-02@path:http-service,window:${window}`)).map((one) => [
      one.numerator,
      one.denominator,
      one.window.start.slice(0, 10),
      one.window.end.slice(0, 10),
    ])
  expect(await of('2026-W07')).toEqual([[1, 14, '2026-02-09', '2026-02-16']])
  // The last of the fiscal year 2026, which began in April 2025.
  expect(await of('2026-Q4')).toEqual([[7, 80, '2026-01-01', '2026-03-02']])
  // Both days are in it.
  expect(await of('2026-01-20..2026-01-28')).toEqual([[2, 18, '2026-01-20', '2026-01-29']])
  // Seen on 16 February nothing of what came later.
  const seen = await figures(served, 'SUP-02@path:http-service,window:2026-02', '&asof=2026-02-16')
  expect(seen.map(({ numerator, denominator }) => [numerator, denominator])).toEqual([[1, 30]])
})

test('a state at a moment is told of the end of the window', async () => {
  const served = await anOrganisation()
  const [end] = await figures(served, 'ADO-02@path:http-service,window:2026-02')
  expect(end?.window).toEqual({ start: day('2026-03-01'), end: day('2026-03-01') })
  const question = { metricId: 'ADO-02', scope: { pathId: 'http-service' }, isOpened: false }
  const to = new Date('2026-03-01')
  const long = await measureWindow(served.db, {
    ...question,
    window: { from: new Date('2025-06-01'), to },
  })
  expect(end).toEqual(long[0])
})

test('a figure over a range stands beside the time before, a year earlier and the target', async () => {
  const served = await anOrganisation()
  const of = 'ev=SUP-02@path:http-service&range=2026-02'
  const [before] = await comparisons(served, of)
  // In January 24 uses and 5 requests: too few uses for a figure.
  expect(before).toMatchObject({
    result: { value: expect.closeTo(200 / 56, 12) },
    reference: { numerator: 5, denominator: 24, status: 'insufficient_sample' },
    difference: null,
    incomparable: 'not_ok',
  })
  const [days] = await comparisons(
    served,
    'ev=SUP-02@path:http-service,window:2026-02-10..2026-02-28',
  )
  // 19 days each: 2 requests and 38 uses, after 1 and 38.
  expect(days).toMatchObject({
    result: { numerator: 2, denominator: 38 },
    reference: { numerator: 1, denominator: 38, window: { start: day('2026-01-22') } },
    difference: expect.closeTo(100 / 38, 12),
    noInterval: 'see_ratio',
    ratio: { value: 2 },
  })
  const [year] = await comparisons(served, `${of}&cmp=yoy`)
  expect(year?.reference?.window.start).toBe(day('2025-02-01'))
  const [target] = await comparisons(served, `${of}&cmp=target`)
  expect(target).toMatchObject({ reference: null, difference: null, target: { value: 3 } })
  const [row] = await csv(served, 'comparison.csv?ev=SUP-02@path:http-service,window:2026-W08')
  expect(row).toMatchObject({
    From: '2026-02-16T00:00:00.000Z',
    'Compared from': '2026-02-09T00:00:00.000Z',
    Cases: '14',
    'Compared cases': '14',
  })
})

test('a table is compared cell by cell', async () => {
  const served = await anOrganisation()
  const items = await comparisons(served, 'ev=SUP-03@path:http-service&range=2026-02')
  const howTo = items.find(({ result }) => result.parameters['type'] === 'how_to')
  expect(howTo).toMatchObject({ result: { numerator: 2 }, reference: { numerator: 5 } })
  const ev = 'SUP-03@path:http-service,type:how_to,window:2026-02'
  expect(await figures(served, ev)).toMatchObject([{ numerator: 2, denominator: 2 }])
})

test('of deliveries a window is told by all that is known by now', async () => {
  const [month] = await figures(await anOrganisation(), 'SPD-03@team:payments,window:2026-02')
  expect(month).toMatchObject({
    numerator: 28,
    window: { start: day('2026-02-01'), end: day('2026-03-01') },
    asOf: day('2026-03-02'),
  })
  expect(setsOf(month)).toEqual({ counted: 28 })
})

test('a series may be of months and of fiscal quarters, in a file as in the interface', async () => {
  const served = await anOrganisation()
  const series = async (of: string) => {
    const answer = await (await served.get(`/api/v1/series?${of}`)).json()
    const { items } = z.object({ items: z.array(Point) }).parse(answer)
    return items.map(({ at, value, n, compared }) => [at.slice(0, 10), value, n, compared])
  }
  const months = 'ev=SUP-02@path:http-service&range=2026-01-01..2026-02-28&bucket=month&cmp=target'
  expect(await series(months)).toEqual([
    ['2026-02-01', null, 24, 3],
    ['2026-03-01', expect.closeTo(200 / 56, 12), 56, 3],
  ])
  const rows = await csv(served, `series.csv?${months}`)
  expect(rows.map((row) => [row['As of'], row['Cases']])).toEqual([
    ['2026-02-01', '24'],
    ['2026-03-01', '56'],
  ])
  // 40 deployments in 60 days since 1 January, against none in the quarter before.
  expect(
    await series('ev=SPD-03@team:payments&range=2026-01-01..2026-02-28&bucket=quarter'),
  ).toEqual([['2026-03-02', expect.closeTo((40 / 60) * 7, 12), expect.anything(), 0]])
})

test('of surveys a window tells what was published of the newest wave that had closed', async () => {
  const served = await servedDatabase()
  await addWave(served.db)
  await addAnswers(served.db, 'payments', [10, 9, 9, 10, 9, 8, 7, 8, 6, 5, 3, 9])
  await addReading(served.db)
  await publishSurveys(served.db, { now: new Date('2026-03-02') })
  const [wave] = await figures(served, 'SAT-01@path:deploy')
  expect(wave).toMatchObject({ value: 25, n: 12 })
  // It closed on 16 February, and was published on 2 March.
  expect(await figures(served, 'SAT-01@path:deploy,window:2026-03')).toEqual([wave])
  expect(await figures(served, 'SAT-01@path:deploy,window:2026-01')).toEqual([])
  expect(await comparisons(served, 'ev=SAT-01@path:deploy&range=2026-03')).toEqual([])
})

test('a series of a window is refused with the way out', async () => {
  const { db, get } = await servedDatabase()
  await addPath(db)
  const answer = await get('/api/v1/series?ev=SUP-02@path:http-service,window:2026-02')
  expect([answer.status, (await answer.json()).detail]).toEqual([
    400,
    'ev: a series has many windows; leave the window out, and name a range',
  ])
})

/** Six teams that deploy on 40 days, of which one goes around the path in February. */
async function sixTeams(): Promise<ServedDatabase> {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db, { available_since: day('2025-04-07'), rules: { work: 'deployments' } })
  await cover(db, 'entity:deployments', { ...COVERED, sourceId: 'pipelines' })
  for (const team of ['a', 'b', 'c', 'd', 'e', 'mail']) {
    await addTeam(db, team)
    await addService(db, team, { team, covered: COVERED })
    await addDeployments(db, team, daysFrom('2026-01-13', 20), BY_PATH)
    // In February mail goes around the path.
    const row = team === 'mail' ? { mechanism: 'manual_change' as const } : BY_PATH
    await addDeployments(db, team, daysFrom('2026-02-02', 20), row)
  }
  await scoreAll(db, { now: NOW })
  return served
}

test('over a window a team stands beside the median of the others over the same window', async () => {
  const served = await sixTeams()
  const february = 'window:2026-02-02..2026-02-21&cmp=median'
  const [depth] = await comparisons(served, `ev=ADO-04@path:http-service,team:mail,${february}`)
  expect(depth).toMatchObject({
    result: { numerator: 0, denominator: 20 },
    reference: null,
    median: { value: 1, teams: 5 },
    target: null,
  })
  // All of them deployed on every one of the forty days.
  const days = 'window:2026-01-13..2026-02-21&cmp=median'
  const [rate] = await comparisons(served, `ev=SPD-03@team:mail,${days}`)
  expect(rate).toMatchObject({ result: { value: 7 }, median: { value: 7, teams: 5 } })
  // What is of no team has no other teams.
  const [path] = await comparisons(served, `ev=ADO-04@path:http-service,${february}`)
  expect(path).toMatchObject({ result: { numerator: 100, denominator: 120 }, median: null })
})

test('what moved a figure from one window to another adds up, of work as of deliveries', async () => {
  const served = await sixTeams()
  const explain = async (ev: string) => {
    const answer = await (await served.get(`/api/v1/explanations?ev=${ev}`)).json()
    return z.object({ items: z.array(Explanation) }).parse(answer).items[0]
  }
  const sumOf = (story: z.output<typeof Explanation> | undefined) =>
    story?.parts.reduce((total, { amount }) => total + amount, 0)
  const work = await explain('ADO-04@path:http-service,window:2026-02-02..2026-02-21')
  // All of 120 before, then 100 of 120.
  expect(work).toMatchObject({
    before: { numerator: 120, denominator: 120 },
    after: { numerator: 100, denominator: 120 },
    difference: expect.closeTo(-1 / 6, 12),
  })
  expect(work?.parts.find(({ part }) => part === 'rate')).toMatchObject({
    amount: expect.closeTo(-1 / 6, 12),
  })
  expect(sumOf(work)).toBeCloseTo(-1 / 6, 12)
  // Four weeks of daily deployments, after four of which they began in the third.
  const deliveries = await explain('SPD-03@path:http-service,window:2026-01-26..2026-02-22')
  expect(deliveries?.difference).toBeGreaterThan(0)
  expect(sumOf(deliveries)).toBeCloseTo(deliveries?.difference ?? 0, 12)
})
