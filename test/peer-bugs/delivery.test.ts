import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Point } from '#app/api/shapes.ts'
import type { NewRow } from '#db/schema.ts'
import { openMeasurement } from '#lib/queries/opened.ts'
import { type MetricResult, openedSets } from '#scorecards/result.ts'
import { scoreAll } from '#scorecards/run.ts'
import {
  addChanges,
  addDeployments,
  addOwner,
  addPath,
  addService,
  addTeam,
  cover,
} from '#test/support/adoption.ts'
import { addIncident } from '#test/support/cases.ts'
import { figureOf, type ServedDatabase, servedDatabase } from '#test/support/served.ts'

/** The Monday up to which everything was read, and the next morning. */
const ASOF = '2026-03-02'
const NOW = new Date('2026-03-02T10:00:00Z')
const COVERED = { from: '2025-10-06', to: ASOF }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const after = (instant: string, hours: number) =>
  new Date(Date.parse(instant) + hours * HOUR_MS).toISOString()
const daysFrom = (first: string, count: number, step = 1) =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(first) + index * step * DAY_MS).toISOString().slice(0, 10),
  )

/** One team with a service of its name, all of whose deployments and incidents were read. */
async function aTeam(covered = COVERED): Promise<ServedDatabase> {
  const served = await servedDatabase()
  const { db } = served
  await addPath(db)
  await addTeam(db, 'payments')
  await addService(db, 'payments', { team: 'payments', covered })
  await cover(db, 'entity:deployments', { ...covered, sourceId: 'pipelines' })
  await cover(db, 'entity:incidents', { ...covered, sourceId: 'pager' })
  return served
}

/** A figure as pages, the interface and files have it, which must agree, with its parts and its rows. */
async function told(
  served: ServedDatabase,
  metricId: string,
  scope: { teamId?: string } = { teamId: 'payments' },
) {
  await scoreAll(served.db, { now: NOW })
  const figure = await figureOf(served, metricId, scope, ASOF)
  const result = await openMeasurement(served.db, { metricId, ...scope }, new Date(ASOF))
  const { parts, flags } = result ?? { parts: {}, flags: [] }
  return { ...figure, parts, flags, sets: sizesOf(result) }
}

const sizesOf = (result: MetricResult | undefined) =>
  Object.fromEntries((result ? openedSets(result) : []).map(({ kind, ids }) => [kind, ids.length]))

/** A change that was deployed so many hours after its first commit. */
async function addDelivered(
  { db }: ServedDatabase,
  commit: string,
  change: Partial<NewRow<'changes'>>,
  hours: number,
): Promise<void> {
  const day = commit.slice(0, 10)
  const sha = { merge_sha: commit }
  await addChanges(db, 'payments', [day], { first_commit_at: commit, ...sha, ...change })
  const at = after(commit, hours)
  await addDeployments(db, 'payments', [day], { sha: commit, created_at: at, finished_at: at })
}

/** Of a first deployment no change can be measured. */
const addFirstDeployment = (served: ServedDatabase) =>
  addDelivered(served, '2026-01-05T09:00:00.000Z', { merged_at: '2026-01-05T10:00:00.000Z' }, 2)

/** Six Mondays at nine. */
const MONDAYS = daysFrom('2026-01-12', 6, 7).map((date) => `${date}T09:00:00.000Z`)

test('T-B01 a change without a review takes as long as from its commit to production', async () => {
  const served = await aTeam()
  await addFirstDeployment(served)
  for (const commit of MONDAYS) {
    const times = { opened_at: after(commit, 1), merged_at: after(commit, 25) }
    await addDelivered(served, commit, times, 27)
  }
  const { parts, ...figure } = await told(served, 'SPD-02')
  expect(figure).toMatchObject({ value: 27, n: 6, status: 'ok' })
  expect(parts).toMatchObject({
    commitToOpenHours: 1,
    openToReviewHours: null,
    reviewToMergeHours: null,
    mergeToDeployHours: 2,
  })
})

test('T-B02 an empty week that was read has a frequency of 0 and no lead time, one that was not read neither', async () => {
  const served = await aTeam({ from: '2025-10-06', to: '2026-02-23' })
  await addFirstDeployment(served)
  // One on each of six days of the week of 9 February.
  const commits = daysFrom('2026-02-09', 6).map((date) => `${date}T08:00:00.000Z`)
  for (const commit of commits) await addDelivered(served, commit, { merged_at: commit }, 3)
  await scoreAll(served.db, { now: NOW })
  const seriesOf = async (metricId: string) => {
    const of = `ev=${metricId}@team:payments&range=2026-02-09..2026-03-01&cmp=off`
    const answer = await (await served.get(`/api/v1/series?${of}`)).json()
    const points = z.object({ items: z.array(Point) }).parse(answer).items
    const file = await (await served.get(`/export/series.csv?${of}`)).text()
    const rows = file.trimEnd().split(/\r?\n/).slice(-points.length)
    expect(rows.map((row) => row.split(',')[1])).toEqual(
      points.map(({ value }) => (value === null ? '' : String(value))),
    )
    return points.map(({ value }) => value)
  }
  expect(await seriesOf('SPD-03')).toEqual([6, 0, null])
  expect(await seriesOf('SPD-02')).toEqual([3, null, null])
})

test('T-B03 of 300 merges before the first deployment and 2 after it two are measured', async () => {
  const served = await aTeam()
  const merges = Array.from({ length: 302 }, (_, index) => after('2026-01-05T00:00:00.000Z', index))
  for (const [index, merged_at] of merges.entries()) {
    await addChanges(served.db, 'payments', ['2026-01-05'], {
      native_id: String(index),
      first_commit_at: after(merged_at, -1),
      merged_at,
      merge_sha: merged_at,
    })
  }
  for (const index of [299, 301]) {
    const sha = merges[index] ?? ''
    const finished_at = after(sha, 0.5)
    const native_id = `of ${index}`
    await addDeployments(served.db, 'payments', ['2026-01-20'], { native_id, sha, finished_at })
  }
  expect(await told(served, 'SPD-02')).toMatchObject({
    n: 2,
    sets: { counted: 2, 'excluded:first_deployment': 300 },
  })
})

test('T-B04 two incidents on one of four deployments are one failure', async () => {
  const served = await aTeam()
  await addDeployments(served.db, 'payments', daysFrom('2026-02-02', 4, 5))
  for (const native_id of ['1', '2']) {
    await addIncident(served.db, {
      native_id,
      started_at: '2026-02-02T13:00:00.000Z',
      caused_by_deployment_id: 'payments/2026-02-02',
    })
  }
  expect(await told(served, 'REL-03')).toMatchObject({ numerator: 1, denominator: 4, value: 1 / 4 })
})

test('T-B04 whatever the incidents, no more deployments fail than there are', async () => {
  const incident = fc.record({
    hours: fc.integer({ min: 0, max: 27 * 24 }),
    cause: fc.option(fc.integer({ min: 0, max: 4 })),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(incident, { maxLength: 12 }), async (incidents) => {
      const served = await aTeam()
      const days = daysFrom('2026-02-02', 4, 5)
      await addDeployments(served.db, 'payments', days)
      for (const [index, { hours, cause }] of incidents.entries()) {
        await addIncident(served.db, {
          native_id: String(index),
          started_at: after('2026-02-02T00:00:00.000Z', hours),
          caused_by_deployment_id: cause === null ? null : `payments/${days[cause]}`,
        })
      }
      const { value, numerator } = await told(served, 'REL-03')
      const named = new Set(incidents.flatMap(({ cause }) => (cause === null ? [] : [cause])))
      expect(numerator).toBe([...named].filter((place) => place < days.length).length)
      expect(value).toBe((numerator ?? Number.NaN) / days.length)
    }),
    { numRuns: 10 },
  )
})

test('T-B05 an incident blames a deployment by name, within a day by time alone, and that is not counted', async () => {
  const served = await aTeam()
  await addDeployments(served.db, 'payments', ['2026-02-02'])
  const tenDaysLater = { native_id: '1', started_at: '2026-02-12T12:00:00.000Z' }
  await addIncident(served.db, tenDaysLater)
  expect(await told(served, 'REL-03')).toMatchObject({
    numerator: 0,
    denominator: 1,
    parts: { inferred: 0 },
    sets: { not_counted: 1 },
  })
  await addIncident(served.db, {
    ...tenDaysLater,
    caused_by_deployment_id: 'payments/2026-02-02',
  })
  expect(await told(served, 'REL-03')).toMatchObject({
    numerator: 1,
    denominator: 1,
    sets: { counted: 1 },
  })
  await addIncident(served.db, { native_id: '1', started_at: '2026-02-03T11:00:00.000Z' })
  expect(await told(served, 'REL-03')).toMatchObject({
    numerator: 0,
    denominator: 1,
    parts: { inferred: 1 },
    sets: { 'not_counted:inferred': 1 },
  })
})

test('T-B06 a deployment without environment is no production until somebody has mapped it', async () => {
  const served = await aTeam()
  await addDeployments(served.db, 'payments', daysFrom('2026-02-02', 4))
  const unmapped = daysFrom('2026-02-10', 3)
  const nowhere = { environment: 'blue', environment_tier: null }
  await addDeployments(served.db, 'payments', unmapped, nowhere)
  expect(await told(served, 'SPD-03')).toMatchObject({
    numerator: 4,
    nUnknown: 3,
    parts: { unmapped: 3 },
    sets: { counted: 4, unknown: 3 },
  })
  await addDeployments(served.db, 'payments', unmapped, {
    ...nowhere,
    environment_tier: 'production',
  })
  expect(await told(served, 'SPD-03')).toMatchObject({ numerator: 7, nUnknown: 0 })
})

test('T-B07 a deployment is of the owner of its service on its day, and teams add up to all', async () => {
  const served = await aTeam()
  const { db } = served
  await addTeam(db, 'search')
  await addOwner(db, 'payments', 'search', '2026-02-09')
  await addService(db, 'attic', { team: null, covered: COVERED })
  await addDeployments(db, 'payments', ['2026-02-08', '2026-02-09', '2026-02-12'])
  await addDeployments(db, 'attic', ['2026-02-11'])
  const all = await told(served, 'SPD-03', {})
  const payments = await told(served, 'SPD-03', { teamId: 'payments' })
  const search = await told(served, 'SPD-03', { teamId: 'search' })
  expect([all, payments, search].map(({ numerator }) => numerator)).toEqual([3, 1, 2])
})

test('T-B08 a stage in the wrong order is empty and flagged, and a lead time below 0 left out', async () => {
  const served = await aTeam()
  await addFirstDeployment(served)
  for (const commit of MONDAYS) {
    // Its history was rewritten after it was opened.
    const times = { opened_at: after(commit, -2), merged_at: after(commit, 25) }
    await addDelivered(served, commit, times, 27)
  }
  // Committed after it was in production.
  const late = '2026-02-24T09:00:00.000Z'
  await addDelivered(served, late, { merged_at: after(late, -3) }, -2)
  expect(await told(served, 'SPD-02')).toMatchObject({
    value: 27,
    n: 6,
    flags: ['negative_stage'],
    parts: { commitToOpenHours: null, nNegativeStage: 6 },
    sets: { counted: 6, 'excluded:anomaly': 1, 'excluded:first_deployment': 1 },
  })
})

test('T-B11 nine deployments in thirty days that were read are 2.1 a week, everywhere', async () => {
  const served = await aTeam({ from: '2026-01-31', to: ASOF })
  await addDeployments(served.db, 'payments', daysFrom('2026-02-02', 9, 3))
  await scoreAll(served.db, { now: NOW })
  const of = 'ev=SPD-03@team:payments,window:2026-01-31..2026-03-01'
  const { items } = await (await served.get(`/api/v1/figures?${of}`)).json()
  expect(items).toMatchObject([{ value: expect.closeTo(2.1, 12), numerator: 9, coverage: 1 }])
  const file = await (await served.get(`/export/comparison.csv?${of}&cmp=off`)).text()
  expect(Number(file.trimEnd().split(/\r?\n/).at(-1)?.split(',')[7])).toBe(items[0].value)
})
