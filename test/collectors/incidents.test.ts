import { expect, test } from 'vitest'
import { findReference } from '#collectors/incidents.ts'
import type { Database } from '#db/connection.ts'
import { markGone } from '#db/facts.ts'
import { addChanges } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { addToldIncident } from '#test/support/incident.ts'
import { addDeployment } from '#test/support/web.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const SHA = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334'
const PULL_REQUEST = 'https://github.com/acme/shop/pull/7'

/** What an incident of the shop is linked with when it names `deployment`. */
async function causeOf(db: Database, deployment: string) {
  await addToldIncident(db, 'I1', deployment)
  const stored = await db.selectFrom('incidents').selectAll().executeTakeFirstOrThrow()
  return stored.caused_by_deployment_id
}

async function aShop() {
  const db = await testDatabase()
  const pullRequest = { repository_id: 'github.com/acme/shop', number: 7, merge_sha: SHA }
  await addChanges(db, 'shop', ['2026-05-31'], pullRequest)
  await addDeployment(db, 'shop', { native_id: 'D1', sha: SHA })
  return db
}

test('a deployment that its source took back is not what brought a commit to production', async () => {
  const db = await aShop()
  await addDeployment(db, 'shop', { native_id: 'D2', sha: SHA })
  expect(await causeOf(db, SHA)).toBe(SHA)
  await markGone(db, 'deployments', 'log', NOW, ({ native_id }) => native_id === 'D2')
  expect(await causeOf(db, SHA)).toBe('D1')
})

test('a change that its source took back does not tell with which commit it was merged', async () => {
  const db = await aShop()
  expect(await causeOf(db, PULL_REQUEST)).toBe('D1')
  await markGone(db, 'changes', 'clones', NOW, () => true)
  expect(await causeOf(db, PULL_REQUEST)).toBe(PULL_REQUEST)
})

test('a text names a deployment, without the punctuation around it', () => {
  expect(findReference(['all is lost', 'Caused by: <https://ci.example/4711>).'])).toBe(
    '<https://ci.example/4711',
  )
  expect(findReference(['deploy: ).', 'deployment = 4711;'])).toBe('4711')
})

test('what is longer than any id, commit or address names no deployment', () => {
  const id = 'a'.repeat(500)
  expect(findReference([`deploy: ${id}`])).toBe(id)
  expect(findReference([`deploy: ${id}a`, 'deploy: 4711'])).toBe('4711')
})

test('a word of hundreds of thousands of characters takes no time', () => {
  const started = performance.now()
  const words = [`${')'.repeat(200_000)}x`, 'deploy:'.repeat(30_000), ' '.repeat(200_000)]
  expect(findReference(words.map((word) => `deploy: ${word}`))).toBeNull()
  expect(performance.now() - started).toBeLessThan(2_000)
})
