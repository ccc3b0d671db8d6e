import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import {
  anApplication,
  anArgoCd,
  anEntry,
  CONFIGURATION,
  collectArgoCd,
  type Entry,
  NOW,
  toRevision,
} from '#test/support/argocd/applications.ts'
import { testDatabase } from '#test/support/database.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 5, 1, hour)).toISOString()
const LATER = new Date(at(20))

const deployments = (db: Database) =>
  db
    .selectFrom('deployments')
    .select(['native_id', 'outcome', 'finished_at', 'superseded_at', 'kind', 'rollback_of'])
    .orderBy('finished_at')
    .execute()

const idsOf = async (db: Database) => (await deployments(db)).map(({ native_id: id }) => id)

/** What is stored of one application. */
async function collect(history: Entry[], status: object = {}, options = {}) {
  const argo = await anArgoCd([anApplication('shop-prod', history, status)])
  const db = await testDatabase()
  const outcome = await collectArgoCd(db, argo, options)
  return { argo, db, outcome }
}

test('an entry of the history is a deployment, from its start to its end', async () => {
  const { db, argo, outcome } = await collect([anEntry(0, 'a', at(1)), anEntry(1, 'b', at(2))])
  expect(outcome).toMatchObject({ status: 'ok', read: 1, quarantined: 0 })
  const rows = await db.selectFrom('deployments').selectAll().orderBy('finished_at').execute()
  expect(rows).toMatchObject([
    {
      native_id: 'uid-shop-prod/0',
      service_id: 'shop-prod',
      environment: 'prod',
      environment_tier: 'production',
      sha: null,
      version: toRevision('a'),
      created_at: '2026-06-01T00:59:00.000Z',
      started_at: '2026-06-01T00:59:00.000Z',
      finished_at: at(1),
      outcome: 'success',
      superseded_at: at(2),
      initiator_kind: 'bot',
      url: `${argo.url}/applications/argocd/shop-prod`,
    },
    { native_id: 'uid-shop-prod/1', superseded_at: null },
  ])
})

test('the same revision again is a sync and no deployment, unless its parameters changed', async () => {
  const first = anEntry(0, 'a', at(1))
  const moved = { ...CONFIGURATION, repoURL: 'https://github.com/acme/renamed' }
  const tuned = { ...CONFIGURATION, helm: { parameters: [{ name: 'image.tag', value: '2' }] } }
  const { db } = await collect([
    first,
    { ...first, id: 1, deployedAt: at(2), source: moved, initiatedBy: { username: 'admin' } },
    { ...first, id: 2, deployedAt: at(3), source: tuned },
  ])
  expect(await idsOf(db)).toEqual(['uid-shop-prod/0', 'uid-shop-prod/2'])
})

test('a revision that was there before the last one is a rollback of that', async () => {
  const { db } = await collect([
    anEntry(0, 'a', at(1)),
    anEntry(1, 'b', at(2)),
    anEntry(2, 'b', at(3)),
    anEntry(3, 'a', at(4)),
  ])
  expect(await deployments(db)).toMatchObject([
    { kind: null },
    { kind: null, superseded_at: at(4) },
    { native_id: 'uid-shop-prod/3', kind: 'rollback', rollback_of: 'uid-shop-prod/1' },
  ])
})

test('a rollback stays one when what it went back to was cut from the history', async () => {
  const history = [anEntry(0, 'a', at(1)), anEntry(1, 'b', at(2)), anEntry(2, 'a', at(3))]
  const { db, argo } = await collect(history)
  argo.clock = () => LATER
  argo.applications[0]?.status.history.shift()
  expect(await collectArgoCd(db, argo, { now: LATER })).toMatchObject({ status: 'ok', changed: 0 })
  expect((await deployments(db)).at(-1)).toMatchObject({
    native_id: 'uid-shop-prod/2',
    kind: 'rollback',
    rollback_of: 'uid-shop-prod/1',
  })
})

test('what a history leaves out may have been deployed in between: nothing is told of when, or over what', async () => {
  const history = [
    anEntry(0, 'a', at(1)),
    anEntry(1, 'b', at(2)),
    // 2 and 3 are missing.
    anEntry(4, 'a', at(5)),
    anEntry(5, 'c', at(6)),
  ]
  const { db } = await collect(history)
  expect(await deployments(db)).toMatchObject([
    { native_id: 'uid-shop-prod/0', superseded_at: at(2) },
    { native_id: 'uid-shop-prod/1', superseded_at: null },
    { native_id: 'uid-shop-prod/5', superseded_at: null, kind: null, rollback_of: null },
  ])
})

test.each([
  [{ automated: true }, 'bot'],
  [{ username: 'Admin' }, 'human'],
  [{ username: 'CI' }, 'bot'],
  [{}, 'unknown'],
])('a sync that %j initiated is of kind %s, and the login is not kept', async (by, kind) => {
  const entry = { ...anEntry(0, 'a', at(1)), initiatedBy: by }
  const { db } = await collect([entry], {}, { bots: ['ci'] })
  const rows = await db.selectFrom('deployments').selectAll().execute()
  expect(rows).toMatchObject([{ initiator_kind: kind }])
  expect(JSON.stringify(rows)).not.toMatch(/admin/i)
})

test('an application that cannot be read is put aside with nothing of a person', async () => {
  const entry = {
    ...anEntry(0, 'a', at(1)),
    deployedAt: 'yesterday',
    initiatedBy: { username: 'jane' },
    source: {
      ...CONFIGURATION,
      repoURL: 'https://jane:secret@github.com/acme/infra.git',
      helm: { parameters: [{ name: 'contact', value: 'jane' }] },
    },
  }
  const operationState = {
    ...aFailure('b', at(3)),
    operation: { initiatedBy: { username: 'jane' }, info: [{ name: 'by', value: 'jane' }] },
  }
  const application = anApplication('shop-prod', [entry], { operationState })
  application.metadata.labels = { contact: 'jane', 'acme.io/env': 'live' }
  const { name: _, ...metadata } = application.metadata
  const nameless = { status: application.status, metadata } as never
  const unlisted = anApplication('cart-prod', { jane: entry } as never)
  const argo = await anArgoCd([application, nameless, unlisted])
  const db = await testDatabase()
  const outcome = await collectArgoCd(db, argo, { labels: { environment: 'acme.io/env' } })
  expect(outcome).toMatchObject({ status: 'partial', read: 3, quarantined: 3 })
  const aside = await db.selectFrom('quarantine').selectAll().orderBy('position').execute()
  expect(aside.map(({ reason }) => reason)).toEqual([
    'application.status.history: Invalid input: expected array, received object',
    'application.status.history[0].deployedAt: expected an instant with its offset',
    expect.stringContaining('application.metadata.name: '),
  ])
  expect(JSON.stringify(aside)).toContain('live')
  expect(JSON.stringify(aside)).not.toMatch(/jane|secret/)
})

test('an application of several sources has several revisions', async () => {
  const chart = { repoURL: 'https://charts.example.com', chart: 'redis', targetRevision: '1.2.3' }
  const { revision: _, source: __, ...entry } = anEntry(0, 'a', at(1))
  const { db } = await collect([
    { ...entry, revisions: ['1.2.3', toRevision('a')], sources: [chart, CONFIGURATION] },
  ])
  const rows = await db.selectFrom('deployments').select('version').execute()
  expect(rows).toEqual([{ version: `1.2.3 + ${toRevision('a')}` }])
})

const aFailure = (revision: string, startedAt: string, sync: object = {}) => ({
  phase: 'Failed',
  startedAt,
  finishedAt: new Date(Date.parse(startedAt) + 60_000).toISOString(),
  message: 'one or more objects failed to apply',
  operation: {
    initiatedBy: { automated: true },
    sync: { revision: toRevision(revision), ...sync },
  },
})

test('a sync that failed is a failed deployment once, however often it fails', async () => {
  const history = [anEntry(0, 'a', at(1))]
  const { db, argo } = await collect(history, { operationState: aFailure('b', at(3)) })
  const failure = {
    native_id: `uid-shop-prod/failed/${toRevision('b')}`,
    outcome: 'failure',
    finished_at: '2026-06-01T03:01:00.000Z',
  }
  expect((await deployments(db))[1]).toMatchObject(failure)
  const [application] = argo.applications
  if (application) application.status.operationState = aFailure('b', at(5))
  expect(await collectArgoCd(db, argo, { now: LATER })).toMatchObject({ changed: 0 })
  application?.status.history.push(anEntry(1, 'c', at(6)))
  delete application?.status.operationState
  await collectArgoCd(db, argo, { now: LATER })
  expect((await deployments(db)).map(({ outcome }) => outcome)).toEqual([
    'success',
    'failure',
    'success',
  ])
})

test.each([
  ['what runs could not be restored', aFailure('a', at(3))],
  ['a trial failed', aFailure('b', at(3), { dryRun: true })],
  ['the sync of a part failed', aFailure('b', at(3), { resources: [{ kind: 'Service' }] })],
  ['a sync is running', { ...aFailure('b', at(3)), phase: 'Running' }],
])('it is no deployment when %s', async (_, operationState) => {
  const { db } = await collect([anEntry(0, 'a', at(1))], { operationState })
  expect(await idsOf(db)).toEqual(['uid-shop-prod/0'])
})

const coverage = (db: Database) =>
  db.selectFrom('coverage').select(['scope', 'covered_from', 'covered_to']).execute()

test('of a history that was cut the oldest entry is left out, and time before it is not covered', async () => {
  const { db } = await collect([anEntry(4, 'a', at(1)), anEntry(5, 'b', at(2))])
  expect(await idsOf(db)).toEqual(['uid-shop-prod/5'])
  expect(await coverage(db)).toEqual([
    { scope: 'entity:deployments', covered_from: at(1), covered_to: NOW.toISOString() },
  ])
})

test('a whole history is covered since the application was made', async () => {
  const { db, argo } = await collect([anEntry(0, 'a', at(1))])
  expect(await coverage(db)).toMatchObject([{ covered_from: '2026-01-01T00:00:00.000Z' }])
  argo.clock = () => LATER
  await collectArgoCd(db, argo, { now: LATER })
  expect(await coverage(db)).toMatchObject([
    { covered_from: '2026-01-01T00:00:00.000Z', covered_to: LATER.toISOString() },
  ])
})

test('entries that were cut off before they were read are told once, and leave a hole', async () => {
  const { db, argo } = await collect([anEntry(0, 'a', at(1))])
  argo.clock = () => LATER
  const [application] = argo.applications
  if (application) application.status.history = [anEntry(4, 'e', at(15)), anEntry(5, 'f', at(16))]
  const outcome = await collectArgoCd(db, argo, { now: LATER })
  expect(outcome).toMatchObject({
    status: 'partial',
    error:
      'argo: shop-prod: 3 syncs before 2026-06-01T15:00:00.000Z were cut off unread; read it more often, or raise revisionHistoryLimit',
  })
  expect(await idsOf(db)).toEqual(['uid-shop-prod/0', 'uid-shop-prod/5'])
  expect(await coverage(db)).toMatchObject([
    { covered_to: NOW.toISOString() },
    { covered_from: at(15), covered_to: LATER.toISOString() },
  ])
  expect(await collectArgoCd(db, argo, { now: LATER })).toMatchObject({ status: 'ok', changed: 0 })
})

test('an application that is made anew under its name is another', async () => {
  const { db, argo } = await collect([anEntry(0, 'a', at(1)), anEntry(1, 'b', at(2))])
  const again = anApplication('shop-prod', [anEntry(0, 'c', at(3))])
  argo.applications[0] = { ...again, metadata: { ...again.metadata, uid: 'uid-new' } }
  await collectArgoCd(db, argo, { now: LATER })
  expect(await idsOf(db)).toEqual(['uid-shop-prod/0', 'uid-shop-prod/1', 'uid-new/0'])
})

test('only applications that are wanted are read, and labels say what they are', async () => {
  const shop = anApplication('shop', [anEntry(0, 'a', at(1))])
  shop.metadata.labels = { 'acme.io/service': 'basket', 'acme.io/env': 'live' }
  const argo = await anArgoCd([shop, anApplication('argo-cd', [anEntry(0, 'a', at(1))])])
  const db = await testDatabase()
  await collectArgoCd(db, argo, {
    applications: ['shop*'],
    labels: { service: 'acme.io/service', environment: 'acme.io/env' },
  })
  const rows = await db.selectFrom('deployments').selectAll().execute()
  expect(rows).toMatchObject([
    { service_id: 'basket', environment: 'live', environment_tier: 'production' },
  ])
})

test('an Argo CD that suddenly shows nothing is not believed', async () => {
  const { db, argo } = await collect([anEntry(0, 'a', at(1))])
  argo.applications.length = 0
  const outcome = await collectArgoCd(db, argo, { now: LATER })
  expect(outcome).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/lists no application, though it did before: .*--anew argo/),
  })
  const empty = await testDatabase()
  expect(await collectArgoCd(empty, argo)).toMatchObject({ status: 'ok', read: 0 })
})
