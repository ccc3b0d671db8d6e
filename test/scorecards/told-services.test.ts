import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { findMeasurement } from '#lib/queries/measurements.ts'
import { scoreAll } from '#scorecards/run.ts'
import { addChanges, addService, cover, day } from '#test/support/adoption.ts'
import { aDeployingOrganisation, SPAN } from '#test/support/deploying.ts'
import { addToldIncident } from '#test/support/incident.ts'
import { differencesFromRebuild, listStanding } from '#test/support/rebuild.ts'
import { aPlace, aTold, saveTold } from '#test/support/told.ts'

/** A Wednesday after everything that is told, so that all of it is scored. */
const NOW = new Date('2026-06-10T10:00:00Z')
const LAST_WEEK_END = new Date(day('2026-06-08'))
const FIRST_SHA = 'ffff00ff00ff00ff00ff00ff00ff00ff00ff00ff'
const SHA = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334'

type Step = (db: Database) => Promise<unknown>

const catalogued: Step = (db) => addService(db, 'shop', { team: 'payments', name: 'The Shop' })
/** Four deployments and an incident by the second of them. */
const told: Step = async (db) => {
  for (const [id, sha] of [
    ['1', FIRST_SHA],
    ['2', SHA],
    ['3', SHA],
  ] as const) {
    const { row } = aTold(id)
    const created_at = `2026-05-2${id}T10:00:00.000Z`
    const finished_at = `2026-05-2${id}T12:00:00.000Z`
    const imageTags = [sha.slice(0, Number(id) + 6)]
    await saveTold(db, aTold(id, { row: { ...row, created_at, finished_at }, imageTags }))
  }
  await saveTold(db, aTold('4', { place: aPlace('shop-staging') }))
  await addToldIncident(db, 'I1', '2', 'the shop')
}
const merged: Step = async (db) => {
  await addChanges(db, 'shop', ['2026-05-19'], { merge_sha: FIRST_SHA })
  await addChanges(db, 'shop', ['2026-05-20'], {
    merge_sha: SHA,
    first_commit_at: day('2026-05-19'),
  })
}

/** What is measured when `steps` are told in turn, and scored after each. */
async function standingAfter(steps: readonly Step[]) {
  const db = await aDeployingOrganisation(['payments'])
  await cover(db, 'entity:incidents', { ...SPAN, sourceId: 'pager' })
  await scoreAll(db, { now: NOW })
  for (const step of steps) {
    await step(db)
    await scoreAll(db, { now: NOW })
  }
  return { db, standing: await listStanding(db) }
}

test('what a tool told before its service was known is measured as if it had been told after', async () => {
  const { db, standing } = await standingAfter([catalogued, merged, told])
  const leadTime = await findMeasurement(
    db,
    { metricId: 'SPD-02', teamId: 'payments' },
    LAST_WEEK_END,
  )
  expect(leadTime?.n).toBe(1)
  const failed = await findMeasurement(
    db,
    { metricId: 'REL-03', teamId: 'payments' },
    LAST_WEEK_END,
  )
  expect(failed).toMatchObject({ numerator: 1, denominator: 3 })
  for (const steps of [
    [told, merged, catalogued],
    [merged, told, catalogued],
    [told, catalogued, merged],
  ]) {
    const other = await standingAfter(steps)
    expect(other.standing).toEqual(standing)
    expect(await differencesFromRebuild(other.db, NOW)).toEqual([])
  }
})
