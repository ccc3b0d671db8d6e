import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import { findMeasurement, listMeasurements } from '#lib/queries/measurements.ts'
import { openMeasurement } from '#lib/queries/opened.ts'
import { STANDING_METRICS } from '#scorecards/path-standing.ts'
import { openedSets } from '#scorecards/result.ts'
import { measureCellsOn, scoreAll } from '#scorecards/run.ts'
import { addDeployments, addPath, addRequest, addTeam, cover, day } from '#test/support/adoption.ts'
import { addAttempt, addTicket } from '#test/support/cases.ts'
import { testDatabase } from '#test/support/database.ts'
import { aDeployingOrganisation, SPAN } from '#test/support/deploying.ts'
import { withCounts } from '#test/support/evidence.ts'

const NOW = new Date('2026-03-04T10:00:00Z')
const PATH = 'http-service'
const BY_PATH = { path_id: PATH, mechanism: 'path', initiator_kind: 'human' } as const

const at = (text: string) => new Date(day(text))

/** Two teams that deploy, one of them by the path; requests for help come in from 9 February. */
async function anOrganisation(): Promise<Database> {
  const db = await aDeployingOrganisation()
  await cover(db, 'entity:tickets', { ...SPAN, sourceId: 'desk' })
  await addDeployments(db, 'payments', ['2026-02-03', '2026-02-11', '2026-02-18'], BY_PATH)
  await addDeployments(db, 'search', ['2026-02-04'], { mechanism: 'manual_change' })
  await addTicket(db, { native_id: '1', opened_at: day('2026-02-10') })
  await addTicket(db, { native_id: '2', opened_at: day('2026-02-17'), team_id: 'search' })
  return db
}

const askedBy = async (db: Database, weekEnd: string) => {
  const found = await findMeasurement(db, { metricId: 'SUP-01', pathId: PATH }, at(weekEnd))
  return found?.asOf === day(weekEnd) ? found.numerator : undefined
}

test('support is told at the end of every week as it stood then', async () => {
  const db = await anOrganisation()
  await scoreAll(db, { now: NOW })
  expect(await askedBy(db, '2026-02-09')).toBe(0)
  expect(await askedBy(db, '2026-02-16')).toBe(1)
  expect(await askedBy(db, '2026-02-23')).toBe(2)
  expect(await askedBy(db, '2026-03-02')).toBe(2)
})

test('a late request restates the weeks since it was made, and no week before', async () => {
  const db = await anOrganisation()
  await scoreAll(db, { now: NOW })
  await addTicket(db, { native_id: 'late', opened_at: day('2026-02-12') })
  await scoreAll(db, { now: NOW })
  expect(await askedBy(db, '2026-02-09')).toBe(0)
  expect(await askedBy(db, '2026-02-16')).toBe(2)
  const restated = await db
    .selectFrom('measurements')
    .select('window_end')
    .distinct()
    .where('metric_id', '=', 'SUP-01')
    .where('to_run', 'is not', null)
    .orderBy('window_end')
    .execute()
  expect(restated.map(({ window_end }) => window_end)).toEqual(
    ['2026-02-16', '2026-02-23', '2026-03-02'].map(day),
  )
})

test('a request about another path leaves what was measured of this one alone', async () => {
  const db = await anOrganisation()
  await addPath(db, { id: 'other', rules: { work: 'deployments' } })
  await scoreAll(db, { now: NOW })
  await addTicket(db, { native_id: 'other', opened_at: day('2026-02-12'), path_id: 'other' })
  await scoreAll(db, { now: NOW })
  const restated = await db
    .selectFrom('measurements')
    .select('path_id')
    .distinct()
    .where('to_run', 'is not', null)
    .execute()
  expect(restated).toEqual([{ path_id: 'other' }])
})

test('the rows behind a week of long ago are found again', async () => {
  const db = await anOrganisation()
  await scoreAll(db, { now: NOW })
  const subject = { metricId: 'SUP-01', pathId: PATH }
  const opened = await openMeasurement(db, subject, at('2026-02-16'))
  expect(opened && openedSets(opened)).toContainEqual({ kind: 'counted', ids: ['desk:1'] })
})

test('what stood at the end of any week is what is measured for that moment', async () => {
  const db = await anOrganisation()
  await addAttempt(db, { native_id: '1', started_at: day('2026-01-20') })
  await addAttempt(db, { native_id: '2', started_at: day('2026-02-19'), team_id: 'search' })
  await scoreAll(db, { now: NOW })
  for (const weekEnd of ['2026-01-26', '2026-02-09', '2026-02-16', '2026-02-23'].map(at)) {
    const published = await listMeasurements(db, weekEnd, { pathId: PATH })
    const own = published.filter(
      ({ metricId, scope }) => STANDING_METRICS.includes(metricId) && scope.teamId === undefined,
    )
    expect(new Set(own.map(({ metricId }) => metricId)).size).toBeGreaterThan(15)
    for (const result of own) {
      const { metricId, scope } = result
      const found = await measureCellsOn(db, { metricId, ...scope, asOf: weekEnd, now: NOW })
      expect(found.map(withCounts)).toContainEqual(withCounts(result))
    }
  }
})

test('a step that came later was no part of a request before', async () => {
  const db = await testDatabase()
  await addPath(db, { rules: { work: 'provisioning' } })
  await addTeam(db, 'payments')
  for (const table of ['provisioning_requests', 'tickets']) {
    await cover(db, `entity:${table}`, { ...SPAN, sourceId: 'portal' })
  }
  await addRequest(db, {
    native_id: 'r1',
    team_id: 'payments',
    path_id: PATH,
    requested_at: day('2026-02-03'),
    usable_at: day('2026-02-04'),
    result: 'usable',
  })
  await upsertFacts(db, 'steps', [
    {
      source_id: 'portal',
      native_id: 's1',
      request_id: 'r1',
      change_sha: null,
      kind: 'human_work',
      started_at: day('2026-02-18'),
      ended_at: day('2026-02-19'),
      actor_group: 'platform',
      observed_at: NOW.toISOString(),
    },
  ])
  await scoreAll(db, { now: NOW })
  const byHand = async (weekEnd: string) => {
    const subject = { metricId: 'SPD-04', pathId: PATH }
    const found = await openMeasurement(db, subject, at(weekEnd))
    return found?.evidence.map(({ kind }) => kind)
  }
  expect(await byHand('2026-02-09')).toEqual(['unknown'])
  expect(await byHand('2026-02-23')).toEqual(['not_counted'])
})

test('delivery of a path is told at the end of every week, of the teams that could use it then', async () => {
  const db = await anOrganisation()
  await scoreAll(db, { now: NOW })
  const weekly = async (weekEnd: string, scope: object) => {
    const found = await findMeasurement(db, { metricId: 'SPD-03', ...scope }, at(weekEnd))
    return found?.asOf === day(weekEnd) ? found.numerator : undefined
  }
  expect(await weekly('2026-02-09', {})).toBe(2)
  expect(await weekly('2026-02-23', {})).toBe(4)
  expect(await weekly('2026-02-09', { pathId: PATH })).toBe(2)
})
