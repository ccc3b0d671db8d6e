import { expect, test } from 'vitest'
import { APPROVALS_SCOPE } from '#collectors/github/approvals.ts'
import type { Database } from '#db/connection.ts'
import { markGone, upsertFacts } from '#db/facts.ts'
import type { NewRow } from '#db/schema.ts'
import { findMeasurement, listMeasurements } from '#lib/queries/measurements.ts'
import { openMeasurement } from '#lib/queries/opened.ts'
import { evaluateRule } from '#scorecards/diagnosis/evaluate-rule.ts'
import { diagnosisRules } from '#scorecards/diagnosis/rules.ts'
import { toSnapshot } from '#scorecards/diagnosis/snapshot.ts'
import { openedSets } from '#scorecards/result.ts'
import { scoreAll } from '#scorecards/run.ts'
import { addChanges, addOwner, cover, day } from '#test/support/adoption.ts'
import { aDeployingOrganisation, SPAN } from '#test/support/deploying.ts'
import { differencesFromRebuild } from '#test/support/rebuild.ts'

/** A Wednesday: the last week that is complete ended on 2 March. */
const NOW = new Date('2026-03-04T10:00:00Z')
const LAST_WEEK_END = new Date(day('2026-03-02'))
const SUBJECT = { metricId: 'SPD-05', pathId: 'http-service' }

/** A path, by default of deployments, whose approvals are read. */
async function anApproving(rules: object = { work: 'deployments' }): Promise<Database> {
  const db = await aDeployingOrganisation(['payments', 'search'], rules)
  await cover(db, APPROVALS_SCOPE, { ...SPAN, sourceId: 'gh' })
  return db
}

/** The change of a day, merged at noon, by its commit `sha <day>`. */
const merge = (db: Database, date: string, row: Partial<NewRow<'changes'>> = {}) =>
  addChanges(db, 'payments', [date], { merge_sha: `sha ${date}`, ...row })

/** It waits from noon of `date`, for so many hours. */
const wait = (db: Database, date: string, hours: number, row: Partial<NewRow<'steps'>> = {}) => {
  const started = Date.parse(`${date}T12:00:00Z`)
  return upsertFacts(db, 'steps', [
    {
      source_id: 'gh',
      native_id: `wait ${date}`,
      request_id: null,
      change_sha: `sha ${date}`,
      kind: 'human_wait',
      started_at: new Date(started).toISOString(),
      ended_at: new Date(started + hours * 3_600_000).toISOString(),
      actor_group: null,
      observed_at: NOW.toISOString(),
      ...row,
    },
  ])
}

const partsAt = async (db: Database, weekEnd: string) =>
  (await findMeasurement(db, SUBJECT, new Date(day(weekEnd))))?.parts

test('a path tells how long the changes of its services waited, with the waits behind it', async () => {
  const db = await anApproving()
  for (const [date, hours] of [
    ['2026-02-10', 10],
    ['2026-02-11', 30],
    ['2026-02-12', 40],
  ] as const) {
    await merge(db, date)
    await wait(db, date, hours)
  }
  // Of a commit that nobody merged, of a repository without a service, and of what still waits.
  await wait(db, '2026-02-13', 90)
  await merge(db, '2026-02-16', { repository_id: 'local/other' })
  await wait(db, '2026-02-16', 90)
  await merge(db, '2026-02-17')
  await wait(db, '2026-02-17', 90, { ended_at: null })
  await scoreAll(db, { now: NOW })
  const result = await openMeasurement(db, SUBJECT, LAST_WEEK_END)
  expect(result).toMatchObject({
    status: 'not_applicable',
    value: null,
    coverage: 1,
    parts: { approvalWaitHours: 30, changesWithSteps: 3 },
    flags: [],
  })
  expect(result && openedSets(result)).toMatchObject([
    {
      kind: 'beside:approvalWaitHours',
      ids: ['gh:wait 2026-02-10', 'gh:wait 2026-02-11', 'gh:wait 2026-02-12'],
    },
  ])
})

test('where nobody reads approvals the wait is unknown, and a path without requests says nothing of it', async () => {
  for (const work of ['provisioning', 'deployments']) {
    const db = await aDeployingOrganisation(['payments'], { work, evidence: [] })
    await cover(db, 'entity:provisioning_requests', { ...SPAN, sourceId: 'portal' })
    await merge(db, '2026-02-10')
    await wait(db, '2026-02-10', 10)
    await scoreAll(db, { now: NOW })
    const result = await findMeasurement(db, SUBJECT, LAST_WEEK_END)
    expect(result && { parts: result.parts, flags: result.flags }).toEqual(
      work === 'provisioning'
        ? {
            parts: { medianOfShares: null, approvalWaitHours: null, changesWithSteps: null },
            flags: ['approvals_unread'],
          }
        : undefined,
    )
  }
})

test('a path that is asked for something tells both, the one unknown without the other', async () => {
  const db = await anApproving({ work: 'provisioning', evidence: [] })
  await merge(db, '2026-02-10')
  await wait(db, '2026-02-10', 10)
  await scoreAll(db, { now: NOW })
  expect(await findMeasurement(db, SUBJECT, LAST_WEEK_END)).toMatchObject({
    status: 'source_missing',
    parts: { approvalWaitHours: 10, changesWithSteps: 1 },
  })
})

test('a wait counts from when it had ended, of what was merged by then, in any order of telling', async () => {
  const db = await anApproving()
  await wait(db, '2026-02-07', 72)
  await wait(db, '2026-02-02', 10)
  await merge(db, '2026-02-02')
  await scoreAll(db, { now: NOW })
  expect(await partsAt(db, '2026-02-09')).toMatchObject({ approvalWaitHours: 10 })
  await merge(db, '2026-02-07')
  await scoreAll(db, { now: NOW })
  expect(await partsAt(db, '2026-02-09')).toMatchObject({ changesWithSteps: 1 })
  expect(await partsAt(db, '2026-02-16')).toMatchObject({
    approvalWaitHours: (10 + 72) / 2,
    changesWithSteps: 2,
  })
  await markGone(db, 'changes', 'clones', NOW, ({ native_id }) =>
    String(native_id).endsWith('2026-02-02'),
  )
  await scoreAll(db, { now: NOW })
  expect(await partsAt(db, '2026-02-16')).toMatchObject({ approvalWaitHours: 72 })
  expect(await differencesFromRebuild(db, NOW)).toEqual([])
})

test('a change is one of each service of its repository, or of the one it names', async () => {
  const db = await anApproving({ work: 'deployments', eligible: { workload: ['http'] } })
  await upsertFacts(db, 'services', [
    { ...(await serviceRow(db, 'payments')), id: 'batch', workload_class: 'batch' },
  ])
  await addOwner(db, 'batch', 'payments')
  for (const [date, service_id] of [
    ['2026-02-10', null],
    ['2026-02-11', 'batch'],
    ['2026-02-12', 'payments'],
  ] as const) {
    await merge(db, date, { service_id })
    await wait(db, date, 10)
  }
  await scoreAll(db, { now: NOW })
  expect(await partsAt(db, '2026-03-02')).toMatchObject({ changesWithSteps: 2 })
})

const serviceRow = (db: Database, id: string) =>
  db.selectFrom('services').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

test('changes that wait a day and travel in groups are told as batching by a review board', async () => {
  const rule = diagnosisRules.find(({ id }) => id === 'D10')
  const told = async (changes: number) => {
    const db = await anApproving()
    for (let index = 0; index < changes; index += 1) {
      const date = `2026-02-1${index}`
      await merge(db, date)
      await wait(db, date, 30)
    }
    await scoreAll(db, { now: NOW })
    const results = await listMeasurements(db, LAST_WEEK_END, { pathId: 'http-service' })
    const derived = { 'SPD-03.batchSizeRatio': 2, 'SPD-03.peakDayShare': 0.6 }
    return rule && evaluateRule(rule, toSnapshot(results, derived)).result
  }
  expect([await told(6), await told(5)]).toEqual(['fired', 'suspected'])
})
