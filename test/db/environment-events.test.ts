import { glob, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { listChangesToScore } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { linkEnvironments } from '#db/environment-events.ts'
import { deleteFactsWhere, upsertFacts } from '#db/facts.ts'
import { listProvisioningRequests } from '#lib/queries/provisioning-requests.ts'
import { listRecords } from '#lib/queries/records.ts'
import { addRequest } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'

const day = (number: number) => new Date(Date.UTC(2026, 4, number)).toISOString()

async function tell(db: Database, on: number): Promise<number> {
  await upsertFacts(db, 'environment_events', [
    {
      source_id: 'ci',
      native_id: `created ${on}`,
      environment: 'basket-test',
      occurred_at: day(on),
      observed_at: day(30),
    },
  ])
  return linkEnvironments(db, ['basket-test'])
}

const ask = (db: Database, on: number, row = {}) =>
  addRequest(db, {
    native_id: `asked ${on}`,
    requested_at: day(on),
    target_key: 'environment/basket-test',
    ...row,
  })

/** By request: when it could be used, and what came of it. */
async function standing(db: Database) {
  const requests = await listProvisioningRequests(db)
  return requests.map(({ usableAt, result }) => [usableAt?.getUTCDate() ?? null, result])
}

test('a request is usable when its environment was created', async () => {
  const db = await testDatabase()
  await ask(db, 4)
  expect(await standing(db)).toEqual([[null, 'open']])
  expect(await tell(db, 5)).toBe(1)
  expect(await standing(db)).toEqual([[5, 'usable']])
  expect(await tell(db, 6)).toBe(0)
  const records = await listRecords(db, ['provisioning_requests'], ['portal:asked 4'])
  expect(records.get('portal:asked 4')).toMatchObject({
    says: ['usable'],
    endedAt: new Date(day(5)),
  })
})

test('an event that came before the request is told is found, and kept when that is told again', async () => {
  const db = await testDatabase()
  await tell(db, 5)
  await ask(db, 4)
  await ask(db, 4, { workload_class: 'http' })
  expect(await standing(db)).toEqual([[5, 'usable']])
})

test('an event is of the last request before it, and of none that came later', async () => {
  const db = await testDatabase()
  for (const on of [3, 12]) await tell(db, on)
  for (const on of [4, 11, 20]) await ask(db, on)
  expect(await standing(db)).toEqual([
    [null, 'open'],
    [12, 'usable'],
    [null, 'open'],
  ])
  // Without the second the first was the last.
  await deleteFactsWhere(db, 'provisioning_requests', { native_id: 'asked 11' })
  expect(await standing(db)).toEqual([
    [12, 'usable'],
    [null, 'open'],
  ])
})

test('what the source of a request says itself stands, and another environment is none of its', async () => {
  const db = await testDatabase()
  await tell(db, 5)
  await ask(db, 1, { result: 'failed', ended_at: day(2), target_key: 'environment/other' })
  await ask(db, 2, { result: 'usable', usable_at: day(3), ended_at: day(3) })
  expect(await standing(db)).toEqual([
    [null, 'failed'],
    [3, 'usable'],
  ])
  await ask(db, 2, { result: 'failed', ended_at: day(6) })
  expect((await standing(db))[1]).toEqual([null, 'failed'])
})

test('what events tell of a request is to be scored, since it was made', async () => {
  const db = await testDatabase()
  await ask(db, 4)
  await db.deleteFrom('changes_to_score').execute()
  await tell(db, 5)
  const changes = await listChangesToScore(db)
  expect(changes).toMatchObject([{ subject_kind: 'team', subject_id: 'payments', since: day(4) }])
})

test('whoever reads requests reads what events tell of them, too', async () => {
  const readers: string[] = []
  for await (const file of glob('{app,bin,collectors,db,lib,scorecards}/**/*.{ts,tsx}')) {
    const text = await readFile(file, 'utf8')
    if (text.includes(".selectFrom('provisioning_requests')")) readers.push(text)
  }
  expect(readers.length).toBeGreaterThan(0)
  for (const text of readers) expect(text).toContain('withEvents')
})
