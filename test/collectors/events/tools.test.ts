import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { anApplication, anEntry } from '#test/support/argocd/applications.ts'
import { testDatabase } from '#test/support/database.ts'
import { listOutcomes, readSent, sendToolEvents } from '#test/support/received.ts'

const aFluxEvent = (reason: string, timestamp: string) => ({
  involvedObject: { kind: 'Kustomization', name: 'basket-prod', namespace: 'apps', uid: 'u1' },
  metadata: { revision: '6.5.0' },
  severity: 'info',
  reason,
  timestamp,
})

const listDeployments = (db: Database) =>
  db
    .selectFrom('deployments')
    .select(['source_id', 'service_id', 'environment', 'version', 'finished_at'])
    .orderBy('finished_at')
    .execute()

test('a reconciliation that Flux tells is a deployment, however often it is told', async () => {
  const db = await testDatabase()
  await sendToolEvents(db, 'flux', [
    aFluxEvent('ReconciliationSucceeded', '2026-05-30T10:00:00Z'),
    aFluxEvent('ReconciliationSucceeded', '2026-05-30T10:10:00Z'),
    aFluxEvent('Progressing', '2026-05-30T10:20:00Z'),
  ])
  expect(await readSent(db)).toMatchObject({ status: 'ok', read: 3, changed: 1, quarantined: 0 })
  expect(await listDeployments(db)).toMatchObject([
    { source_id: 'ci', version: '6.5.0', finished_at: '2026-05-30T10:00:00.000Z' },
  ])
  expect(await listOutcomes(db)).toEqual([
    'stored',
    'ignored: it was told before',
    'ignored: Progressing ends no deployment',
  ])
})

test('a notification of Argo CD is stored under the source that reads the same', async () => {
  const db = await testDatabase()
  const app = anApplication('basket-prod', [
    anEntry(0, 'a', '2026-05-30T10:00:00Z'),
    anEntry(1, 'b', '2026-05-30T11:00:00Z'),
  ])
  await sendToolEvents(db, 'argocd', [{ app }])
  expect(await readSent(db)).toMatchObject({ status: 'ok', read: 1, quarantined: 0 })
  expect((await listDeployments(db)).map((row) => row.source_id)).toEqual(['argo', 'argo'])
})

test('without such a source it is left out with the reason', async () => {
  const db = await testDatabase()
  await sendToolEvents(db, 'argocd', [{ app: anApplication('basket-prod', []) }])
  await readSent(db, { hasArgoCd: false })
  expect(await listOutcomes(db)).toEqual(['ignored: argocd is not set for the source'])
})

test('what another template sends is put aside', async () => {
  const db = await testDatabase()
  await sendToolEvents(db, 'argocd', [{ text: 'basket is deployed' }])
  expect(await readSent(db)).toMatchObject({ status: 'partial', quarantined: 1 })
})
