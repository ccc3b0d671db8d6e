import { expect, test } from 'vitest'
import { selectWork } from '#app/work-query.ts'
import { type Activity, listActivities } from '#lib/queries/activities.ts'
import { openedSets } from '#scorecards/result.ts'
import { measureOn } from '#scorecards/run.ts'
import {
  addChanges,
  addEvidence,
  addException,
  addPath,
  addService,
  addTeam,
  day,
} from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const END = new Date(day('2026-03-02'))

const anActivity = (activity: Partial<Activity> = {}): Activity => ({
  id: 'clones:1',
  service: 'checkout',
  team: 'payments',
  at: new Date(day('2026-02-20')),
  kind: 'pipeline_run',
  result: 'success',
  mechanism: 'path',
  rule: 'evidence',
  set: 'counted',
  ...activity,
})

const select = (activities: readonly Activity[], terms: string) =>
  selectWork(activities, `activities?team=payments&days=28&${terms}`, END)?.map(({ id }) => id)

test('what names a team, or another table, is no question for work', () => {
  expect(selectWork([anActivity()], 'payments', END)).toBeNull()
  expect(selectWork([anActivity()], 'requests?team=payments', END)).toBeNull()
})

test('the days before the end are half-open', () => {
  const at = (id: string, instant: string) => anActivity({ id, at: new Date(instant) })
  const activities = [
    at('before', '2026-02-01T23:59:59.999Z'),
    at('first', day('2026-02-02')),
    at('last', '2026-03-01T23:59:59.999Z'),
    at('end', day('2026-03-02')),
  ]
  expect(select(activities, 'mechanism=path')).toEqual(['first', 'last'])
})

test('a question is for one team, one way of working and one result', () => {
  const activities = [
    anActivity({ id: 'path' }),
    anActivity({ id: 'other-team', team: 'search' }),
    anActivity({ id: 'failed', result: 'failure', set: 'excluded:not_successful' }),
    anActivity({ id: 'not-known', mechanism: null, set: 'unknown' }),
    anActivity({ id: 'exempt', set: 'excluded:exempt' }),
    anActivity({ id: 'not-eligible', set: 'excluded:not_eligible' }),
  ]
  expect(select(activities, 'mechanism=path&successful=true')).toEqual(['path'])
  expect(select(activities, 'mechanism=path')).toEqual(['path', 'failed'])
  expect(select(activities, 'successful=false')).toEqual(['failed'])
  expect(select(activities, 'mechanism=unknown')).toEqual(['not-known'])
  expect(select(activities, 'mechanism=exempt')).toEqual(['exempt'])
})

test('a number opens to as many rows as it counted, left out and could not judge', async () => {
  const db = await testDatabase()
  await addPath(db)
  await addTeam(db, 'payments')
  for (const service of ['on', 'off', 'dark', 'spared']) {
    await addService(db, service, { team: 'payments' })
  }
  await addEvidence(db, 'on', { from: '2025-10-06' })
  await addEvidence(db, 'off', { from: '2025-10-06', presence: 'absent' })
  await addException(db, {
    team_id: 'payments',
    scope: 'partial',
    service_ids: '["spared"]',
    decided_at: day('2026-01-05'),
  })
  await addChanges(db, 'on', ['2026-02-01', '2026-02-02', '2026-02-10', '2026-02-28'])
  await addChanges(db, 'off', ['2026-02-03', '2026-02-04'])
  await addChanges(db, 'dark', ['2026-02-05'])
  await addChanges(db, 'spared', ['2026-02-06', '2026-02-07'])

  const question = { metricId: 'ADO-04', pathId: 'http-service', teamId: 'payments' }
  const result = await measureOn(db, { ...question, asOf: END, now: END })
  const from = new Date(day('2025-12-01'))
  const activities = await listActivities(db, { pathId: 'http-service', from, to: END })
  const rows = (result ? openedSets(result) : []).map(({ kind, ids }) => [
    kind,
    ids.flatMap((id) => selectWork(activities, id, END) ?? []).length,
  ])
  // The change of 1 February lies before the 28 days.
  expect(rows).toEqual([
    ['counted', 3],
    ['excluded:exempt', 2],
    ['not_counted', 2],
    ['unknown', 1],
  ])
  expect([result?.numerator, result?.denominator, result?.nUnknown]).toEqual([3, 5, 1])
})
