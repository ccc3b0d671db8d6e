import { expect, test } from 'vitest'
import { type ToldPlace, toPlaces } from '#collectors/told-deployment.ts'
import type { Database } from '#db/connection.ts'
import { markGone, upsertFacts } from '#db/facts.ts'
import { choosePlace } from '#db/told-deployments.ts'
import { addChanges, addService } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { aPlace, aTold, NAMING, saveTold } from '#test/support/told.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const place = (name: string, services: readonly string[], more: Partial<ToldPlace> = {}) => {
  const placed = choosePlace(toPlaces(aPlace(name, more), NAMING), new Set(services))
  return placed && [placed.service, placed.environment, placed.tier]
}

test('a name is taken apart where a known service comes out', () => {
  expect(place('shop-prod', ['shop'])).toEqual(['shop', 'prod', 'production'])
  expect(place('shop-api-eu-prod', ['shop-api'])).toEqual(['shop-api', 'eu-prod', 'production'])
  expect(place('shop-pre-prod', ['shop'])).toEqual(['shop', 'pre-prod', 'staging'])
  expect(place('shop-worker', ['shop'])).toEqual(['shop-worker', null, null])
})

test('a name that could mean two services, or none, is not guessed at', () => {
  expect(place('shop-pre-prod', ['shop', 'shop-pre'])).toEqual(['shop-pre-prod', null, null])
  expect(place('shop-prod', [])).toEqual(['shop-prod', 'prod', 'production'])
  expect(place('shop-prod', ['shop', 'shop-prod'])).toEqual(['shop-prod', 'prod', 'production'])
})

test('labels are believed before the name, and the surroundings tell the environment after it', () => {
  const labelled = { service: 'basket', environment: 'blue' }
  expect(place('shop-prod', ['shop'], labelled)).toEqual(['basket', 'blue', null])
  expect(place('shop', ['shop'], { around: ['eu', 'shop-staging'] })).toEqual([
    'shop',
    'shop-staging',
    'staging',
  ])
})

test('an environment that is none of the service’s own is left out', () => {
  expect(place('shop-preview', ['shop'])).toBeNull()
})

const SHA = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334'

async function aShop(repository: string | null = 'acme/shop'): Promise<Database> {
  const db = await testDatabase()
  const seen = { source_id: 'gh', observed_at: NOW.toISOString() }
  await upsertFacts(db, 'services', [
    {
      id: 'shop',
      name: 'shop',
      repository_id: repository,
      repository_path: '',
      workload_class: null,
      system: null,
      lifecycle: null,
      tier: null,
      data_classification: null,
      created_at: null,
      created_via: null,
      off_path_option_existed: null,
      forced: null,
      gone_at: null,
      ...seen,
    },
  ])
  await upsertFacts(db, 'repositories', [
    {
      id: 'github.com/acme/shop',
      native_id: 'R1',
      name: 'acme/shop',
      default_branch: 'main',
      created_at: null,
      archived_at: null,
      language: null,
      head_sha: null,
      former_names: '[]',
      gone_at: null,
      ...seen,
    },
  ])
  await upsertFacts(
    db,
    'changes',
    [SHA, `${SHA.slice(0, 9)}${'0'.repeat(31)}`].map((sha) => ({
      native_id: sha,
      repository_id: 'github.com/acme/shop',
      service_id: 'shop',
      number: null,
      first_commit_at: null,
      opened_at: null,
      ready_at: null,
      first_review_at: null,
      approved_at: null,
      merged_at: NOW.toISOString(),
      merge_sha: sha,
      size_lines: null,
      author_kind: 'human' as const,
      reverts: null,
      ...seen,
    })),
  )
  return db
}

const shaOf = async (db: Database) =>
  (await db.selectFrom('deployments').select('sha').execute()).map(({ sha }) => sha)

test.each([
  [
    'a commit of the service’s repository',
    { commits: [{ repository: 'github.com/acme/shop', sha: SHA }] },
    SHA,
  ],
  [
    'a commit of the configuration',
    { commits: [{ repository: 'github.com/acme/infra', sha: SHA }] },
    null,
  ],
  ['a commit of nobody knows what', { commits: [{ repository: null, sha: SHA }] }, null],
  [
    'an image tag that names one change',
    { imageTags: ['v1.2.3', `main-${SHA.slice(0, 12)}`] },
    SHA,
  ],
  ['an image tag that could mean two changes', { imageTags: [SHA.slice(0, 8)] }, null],
  ['an image tag that is no commit', { imageTags: ['latest', '1.2.3', 'deadbeef'] }, null],
])('%s tells which commit was deployed', async (_, told, sha) => {
  const db = await aShop()
  await saveTold(db, aTold('1', told))
  expect(await shaOf(db)).toEqual([sha])
})

test('an image tag may be a commit of a repository that counts them by SHA-256', async () => {
  const db = await testDatabase()
  const sha = SHA.padEnd(64, '0')
  await addService(db, 'shop', { team: null, covered: null })
  await addChanges(db, 'shop', ['2026-05-31'], { merge_sha: sha })
  await saveTold(db, aTold('whole', { imageTags: [`main-${sha}`] }))
  await saveTold(db, aTold('part', { imageTags: [sha.slice(0, 50)] }))
  expect(await shaOf(db)).toEqual([sha, sha])
})

test('a change that its source took back does not tell which commit was deployed', async () => {
  const db = await aShop()
  await saveTold(db, aTold('1', { imageTags: [SHA.slice(0, 8)] }))
  expect(await shaOf(db)).toEqual([null])
  await markGone(db, 'changes', 'gh', NOW, ({ merge_sha }) => merge_sha !== SHA)
  expect(await shaOf(db)).toEqual([SHA])
  await markGone(db, 'changes', 'gh', NOW, () => true)
  await saveTold(db, aTold('2', { imageTags: [SHA.slice(0, 8)] }))
  expect(await shaOf(db)).toEqual([null, null])
})

test('a commit that was known once stays known', async () => {
  const db = await aShop()
  await saveTold(db, aTold('1', { imageTags: [SHA] }))
  expect(await saveTold(db, aTold('1'))).toEqual({ changed: 0, ignored: [null] })
  expect(await shaOf(db)).toEqual([SHA])
})

test('what was told before is not stored again, and says so', async () => {
  const db = await aShop()
  const first = aTold('1', { unless: ['1'] })
  const { row } = first
  const later = { ...first, row: { ...row, finished_at: '2026-06-02T00:00:00.000Z' } }
  const preview = aTold('2', { place: aPlace('shop-preview') })
  expect(await saveTold(db, first, later, preview)).toEqual({
    changed: 1,
    ignored: [null, 'it was told before', "its environment is none of a service's own"],
  })
  expect((await saveTold(db, later)).changed).toBe(0)
  const stored = await db.selectFrom('deployments').select('finished_at').execute()
  expect(stored).toEqual([{ finished_at: row.finished_at }])
})

test('a commit that was stored before anything was kept of what was told stays, where nothing tells of one', async () => {
  const db = await testDatabase()
  await addService(db, 'shop', { team: null, covered: null })
  await addChanges(db, 'shop', ['2026-05-31'], { merge_sha: SHA })
  await saveTold(db, aTold('1', { imageTags: [SHA.slice(0, 9)] }))
  // As an upgrade from before finds it.
  await db.deleteFrom('told_deployments').execute()
  await db.deleteFrom('told_deployment_keys').execute()
  for (let reading = 0; reading < 2; reading += 1) {
    await saveTold(db, aTold('1', { imageTags: [] }))
    const [stored] = await db.selectFrom('deployments').select('sha').execute()
    expect(stored?.sha).toBe(SHA)
  }
})
