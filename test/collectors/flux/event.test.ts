import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fluxEvent } from '#collectors/flux/event.ts'
import { saveToldDeployments } from '#collectors/told-deployment.ts'
import { TIER_RULES } from '#lib/environment-tier.ts'
import { testDatabase } from '#test/support/database.ts'

const SHA = '731f7eaddfb6af01cb2173e18f0f75b0ba780ef1'

/** As Flux documents it; no real success is at hand. */
const anEvent = (event: object = {}, kind = 'Kustomization') => ({
  involvedObject: {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind,
    name: 'shop',
    namespace: 'prod',
    uid: 'u1',
  },
  metadata: { 'kustomize.toolkit.fluxcd.io/revision': `main@sha1:${SHA}` },
  severity: 'info',
  reason: 'ReconciliationSucceeded',
  message: 'Reconciliation finished',
  reportingController: 'kustomize-controller',
  timestamp: '2026-06-01T10:00:00Z',
  ...event,
})

const read = (event: object) => {
  const told = fluxEvent.parse(event)
  if ('ignored' in told) throw new TypeError(told.ignored)
  return told.fact
}

test('a reconciliation that succeeded is a deployment of its revision', () => {
  expect(read(anEvent())).toMatchObject({
    row: {
      native_id: `u1/main@sha1:${SHA}`,
      version: `main@sha1:${SHA}`,
      outcome: 'success',
      finished_at: '2026-06-01T10:00:00.000Z',
      initiator_kind: 'bot',
    },
    place: { name: 'shop', service: null, environment: null, around: ['prod'] },
  })
})

test.each([
  [`main@sha1:${SHA}`, SHA],
  [`main/${SHA}`, SHA],
  [`sha1:${SHA}`, SHA],
  ['6.5.0', undefined],
  [`latest@sha256:${SHA}${'0'.repeat(24)}`, undefined],
])('of the revision %s the commit is %s', (revision, sha) => {
  const [commit] = read(anEvent({ metadata: { revision } })).commits
  expect(commit?.sha).toBe(sha)
})

test('what an Alert adds names service, environment and repository', () => {
  const added = {
    service: 'basket',
    env: 'live',
    cluster: 'eu-1',
    repository: 'https://github.com/acme/basket',
  }
  const { metadata } = anEvent()
  const told = read(anEvent({ metadata: { ...metadata, ...added } }))
  expect(told.place).toEqual({
    name: 'shop',
    service: 'basket',
    environment: 'live',
    around: ['eu-1', 'prod'],
  })
  expect(told.commits).toEqual([{ repository: 'github.com/acme/basket', sha: SHA }])
})

test.each([
  ['sha1', SHA],
  ['sha256', `${SHA}${'0'.repeat(24)}`],
])('of an artifact the commit of %s that it was made of counts', (algorithm, sha) => {
  const metadata = { revision: 'latest@sha256:abc', originRevision: `main@${algorithm}:${sha}` }
  expect(read(anEvent({ metadata })).commits).toEqual([{ repository: null, sha }])
})

test.each([
  ['GitRepository deploys nothing', anEvent({}, 'GitRepository')],
  ['ReconciliationSucceeded names no revision', anEvent({ metadata: null })],
  ['Progressing ends no deployment', anEvent({ reason: 'Progressing' })],
  ['ArtifactFailed ends no deployment', anEvent({ reason: 'ArtifactFailed', severity: 'error' })],
])('an event is ignored: %s', (reason, event) => {
  expect(fluxEvent.parse(event)).toEqual({ ignored: reason })
})

test('what is no event is refused with the place', () => {
  const { error } = fluxEvent.safeParse(anEvent({ timestamp: 'yesterday' }))
  expect(error?.issues[0]?.path).toEqual(['timestamp'])
})

const save = async (events: readonly object[]) => {
  const db = await testDatabase()
  const naming = { names: '{service}-{environment}', environments: TIER_RULES }
  const saving = { sourceId: 'flux', naming, observedAt: new Date('2026-06-01T12:00:00Z') }
  const ignored: (string | null)[] = []
  for (const event of events) {
    ignored.push(...(await saveToldDeployments(db, saving, [read(event)])).ignored)
  }
  const rows = await db.selectFrom('deployments').selectAll().orderBy('finished_at').execute()
  return { ignored, outcomes: rows.map(({ outcome, kind }) => kind ?? outcome), rows }
}

const failed = (timestamp: string, revision = `main@sha1:${SHA}`) =>
  anEvent({ severity: 'error', reason: 'HealthCheckFailed', timestamp, metadata: { revision } })

test('an event that is repeated while its state lasts is stored once', async () => {
  const { ignored, rows } = await save([
    anEvent(),
    anEvent({ timestamp: '2026-06-01T10:10:00Z' }),
    anEvent({ timestamp: '2026-06-01T10:20:00Z' }),
  ])
  expect(ignored).toEqual([null, 'it was told before', 'it was told before'])
  expect(rows).toMatchObject([
    { service_id: 'shop', environment: 'prod', environment_tier: 'production' },
  ])
})

test('a revision may fail before it succeeds, and its failure afterwards is of no deployment', async () => {
  const { outcomes } = await save([
    failed('2026-06-01T09:00:00Z'),
    failed('2026-06-01T09:10:00Z'),
    anEvent(),
    failed('2026-06-01T11:00:00Z'),
    anEvent({ timestamp: '2026-06-01T11:10:00Z', metadata: { revision: 'main@sha1:next' } }),
    failed('2026-06-01T11:20:00Z', 'main@sha1:next'),
    failed('2026-06-01T11:30:00Z', 'main@sha1:other'),
  ])
  expect(outcomes).toEqual(['failure', 'success', 'success', 'failure'])
})

test('a release is deployed anew when its values change, and may be rolled back', async () => {
  const release = (reason: string, token: string, hour: number) =>
    anEvent(
      {
        reason,
        timestamp: `2026-06-01T${hour}:00:00Z`,
        metadata: {
          'helm.toolkit.fluxcd.io/revision': '6.5.0',
          'helm.toolkit.fluxcd.io/token': token,
        },
      },
      'HelmRelease',
    )
  const { outcomes } = await save([
    release('InstallSucceeded', 'a', 10),
    release('UpgradeSucceeded', 'b', 11),
    release('UpgradeSucceeded', 'b', 12),
    release('RollbackSucceeded', 'a', 13),
  ])
  expect(outcomes).toEqual(['success', 'success', 'rollback'])
})

// From the documentation of Flux. It is not part of this repository.
const FIXTURE = '../shared/fixtures/policy/flux-event-error.json'

test.skipIf(!existsSync(FIXTURE))('a documented error is a failed deployment of its commit', () => {
  const told = read(JSON.parse(readFileSync(FIXTURE, 'utf8')))
  expect(told).toMatchObject({
    row: { outcome: 'failure', finished_at: '2022-10-28T07:26:19.000Z' },
    commits: [{ repository: null, sha: SHA }],
    place: { name: 'webapp', around: ['apps'] },
  })
})
