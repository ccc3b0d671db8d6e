import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deleteChangesToScore, listChangesToScore } from '#db/changes-to-score.ts'
import type { Database } from '#db/connection.ts'
import { deleteFactsWhere, markGoneWhere, upsertFacts } from '#db/facts.ts'
import { renameRepository } from '#db/repository-names.ts'
import { addChanges } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { addToldIncident } from '#test/support/incident.ts'
import { watch } from '#test/support/watch.ts'
import { addDeployment } from '#test/support/web.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const SHA = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334'
const OTHER_SHA = 'ffff00ff00ff00ff00ff00ff00ff00ff00ff00ff'
const PULL_REQUEST = 'https://github.com/acme/shop/pull/7'
const RUN = 'https://ci.example/runs/3'

type Step = (db: Database) => Promise<unknown>

const anIncident =
  (id: string, deployment: string): Step =>
  (db) =>
    addToldIncident(db, id, deployment)

const deploy =
  (id: string, row: Parameters<typeof addDeployment>[2] = {}): Step =>
  (db) =>
    addDeployment(db, 'shop', { native_id: id, ...row })

const merge: Step = (db) =>
  addChanges(db, 'shop', ['2026-05-31'], {
    repository_id: 'github.com/acme/shop',
    number: 7,
    merge_sha: SHA,
  })

const listCauses = async (db: Database) => {
  const rows = await db.selectFrom('incidents').selectAll().orderBy('native_id').execute()
  return rows.map((row) => [row.native_id, row.caused_by_deployment_id, row.link_kind])
}

const STEPS: readonly Step[] = [
  anIncident('by id', 'D1'),
  anIncident('by commit', SHA.slice(0, 10).toUpperCase()),
  anIncident('by pull request', PULL_REQUEST),
  anIncident('by address', RUN),
  anIncident('by nothing that is', '4711'),
  merge,
  deploy('D1', { sha: OTHER_SHA }),
  deploy('D2', { sha: SHA }),
  deploy('D3', { url: RUN }),
  deploy('D4', { sha: SHA, environment_tier: 'staging' }),
]

test('an incident names its deployment in whatever order both and the change are told', async () => {
  const order = fc.shuffledSubarray([...STEPS], { minLength: STEPS.length })
  await fc.assert(
    fc.asyncProperty(order, async (steps) => {
      const db = await testDatabase()
      for (const step of steps) await step(db)
      expect(await listCauses(db)).toEqual([
        ['by address', 'D3', 'explicit'],
        ['by commit', 'D2', 'explicit'],
        ['by id', 'D1', 'explicit'],
        ['by nothing that is', '4711', 'explicit'],
        ['by pull request', 'D2', 'explicit'],
      ])
    }),
    { numRuns: 40 },
  )
})

const SHOP = 'github.com/acme/shop'
const STORE = 'github.com/acme/store'

const addRepository =
  (id: string, row: { native_id?: string; former_names?: string; source_id?: string } = {}): Step =>
  (db) =>
    upsertFacts(db, 'repositories', [
      {
        id,
        source_id: 'clones',
        native_id: 'R1',
        name: id,
        default_branch: 'main',
        created_at: null,
        archived_at: null,
        language: null,
        head_sha: null,
        former_names: '[]',
        gone_at: null,
        observed_at: NOW.toISOString(),
        ...row,
      },
    ])

const renameTo =
  (id: string): Step =>
  (db) =>
    renameRepository(db, { sourceId: 'clones', nativeId: 'R1', id })

test('a renamed repository keeps its incidents on their deployments, those told by its old address later included', async () => {
  const told = anIncident('by pull request', PULL_REQUEST)
  const others = [merge, deploy('D2', { sha: SHA }), addRepository(SHOP)]
  const renames = [renameTo('github.com/acme/market'), renameTo(STORE)]
  for (const steps of [
    [...others, told, ...renames],
    [...others, ...renames, told],
    [addRepository(SHOP), merge, ...renames, told, deploy('D2', { sha: SHA })],
  ]) {
    const db = await testDatabase()
    for (const step of steps) await step(db)
    expect(await listCauses(db)).toEqual([['by pull request', 'D2', 'explicit']])
    expect(await db.selectFrom('changes').select('repository_id').execute()).toEqual([
      { repository_id: STORE },
    ])
  }
})

test('a former name is known in whatever order it, the change and the incident are told', async () => {
  const mergeInStore: Step = (db) =>
    addChanges(db, 'shop', ['2026-05-31'], { repository_id: STORE, number: 7, merge_sha: SHA })
  const all = [
    anIncident('by pull request', PULL_REQUEST),
    anIncident('by its new address', `https://${STORE}/pull/7`),
    mergeInStore,
    deploy('D2', { sha: SHA }),
    addRepository(STORE, { former_names: JSON.stringify([SHOP]) }),
  ]
  const order = fc.shuffledSubarray([...all], { minLength: all.length })
  await fc.assert(
    fc.asyncProperty(order, async (steps) => {
      const db = await testDatabase()
      for (const step of steps) await step(db)
      expect(await listCauses(db)).toEqual([
        ['by its new address', 'D2', 'explicit'],
        ['by pull request', 'D2', 'explicit'],
      ])
    }),
    { numRuns: 20 },
  )
})

test('an address means another repository as soon as that one takes the name', async () => {
  const db = await testDatabase()
  const causes = []
  const elsewhere: Step = (of) =>
    addChanges(of, 'other', ['2026-05-31'], {
      repository_id: SHOP,
      number: 7,
      merge_sha: OTHER_SHA,
    })
  for (const step of [addRepository(SHOP), merge, deploy('D2', { sha: SHA }), renameTo(STORE)]) {
    await step(db)
  }
  for (const step of [
    anIncident('I1', PULL_REQUEST),
    addRepository(SHOP, { source_id: 'another', native_id: SHOP }),
    addRepository(SHOP, { native_id: 'R2' }),
    deploy('D9', { sha: OTHER_SHA }),
    elsewhere,
  ]) {
    await step(db)
    causes.push((await listCauses(db))[0]?.[1])
  }
  expect(causes).toEqual(['D2', 'D2', PULL_REQUEST, PULL_REQUEST, 'D9'])
})

test('a second deployment of the commit leaves open which it was, until one of them goes', async () => {
  const db = await testDatabase()
  const causes = []
  const goes: Step = (of) =>
    deleteFactsWhere(of, 'deployments', { source_id: 'log', native_id: 'D1' })
  const second = { source_id: 'log', native_id: 'D2' }
  const isTakenBack: Step = (of) => markGoneWhere(of, 'deployments', second, NOW)
  const both = [deploy('D1', { sha: SHA }), deploy('D2', { sha: SHA })]
  for (const step of [anIncident('I1', SHA), ...both, isTakenBack, both[1] ?? goes, goes]) {
    await step(db)
    causes.push((await listCauses(db))[0]?.[1])
  }
  expect(causes).toEqual([SHA, 'D1', SHA, 'D1', SHA, 'D2'])
})

test('what a new link touches is scored again, and a deployment that none names touches no incident', async () => {
  const db = await testDatabase()
  await anIncident('I1', SHA)(db)
  const take = async () => {
    const noted = await listChangesToScore(db)
    await deleteChangesToScore(db, noted)
    return noted
      .filter(({ subject_kind }) => subject_kind === 'deployment')
      .map((one) => one.subject_id)
  }
  await take()
  await deploy('D9', { sha: OTHER_SHA })(db)
  expect(await take()).toEqual([])
  await deploy('D1', { sha: SHA })(db)
  expect((await take()).toSorted()).toEqual(['D1', SHA])
})

test('a deployment is looked for by the incidents that may mean it, and by no other', async () => {
  const db = await testDatabase()
  for (let index = 0; index < 300; index++) {
    await anIncident(
      `other ${index}`,
      `${index.toString(16).padStart(7, '0')}${SHA}`.slice(0, 40),
    )(db)
    await anIncident(`other address ${index}`, `https://ci.example/runs/9/${index}`)(db)
  }
  await anIncident('by its beginning', SHA.slice(0, 7))(db)
  await anIncident('by another commit that begins alike', `${SHA.slice(0, 7)}000`)(db)
  await anIncident('by address', RUN)(db)
  const { watched, countRead, listSteps } = watch(db)
  await deploy('D1', { sha: SHA, url: RUN })(watched)
  await merge(watched)
  await addRepository(STORE, { former_names: JSON.stringify([SHOP]) })(watched)
  expect(countRead('cause_told')).toBe(3)
  const steps = await listSteps()
  expect(steps).toContain('SEARCH incidents USING INDEX incidents_by_cause_key (cause_key=?)')
  expect(steps.filter((step) => /^SCAN (incidents|changes|deployments)/.test(step))).toEqual([])
  expect(steps.filter((step) => /^SCAN repositories(?! USING INDEX)/.test(step))).toEqual([])
  expect((await listCauses(db)).filter(([id]) => id?.startsWith('by '))).toEqual([
    ['by address', 'D1', 'explicit'],
    ['by another commit that begins alike', `${SHA.slice(0, 7)}000`, 'explicit'],
    ['by its beginning', 'D1', 'explicit'],
  ])
})

test('what decides nothing about a cause is no reason to look for incidents', async () => {
  const db = await testDatabase()
  await deploy('D1', { sha: SHA, outcome: 'unknown' })(db)
  await anIncident('by commit', SHA)(db)
  const { watched, countRead } = watch(db)
  await deploy('D1', { sha: SHA, outcome: 'success' })(watched)
  expect(countRead('cause_told')).toBe(0)
  await deploy('D1', { sha: OTHER_SHA, outcome: 'success' })(watched)
  expect(countRead('cause_told')).toBe(1)
})

test('a commit of SHA-256, or its beginning, names the deployment in either order', async () => {
  const sha = SHA.padEnd(64, '0')
  const named = [anIncident('by commit', sha), anIncident('by its beginning', sha.slice(0, 50))]
  const deployed = deploy('D1', { sha })
  for (const steps of [
    [...named, deployed],
    [deployed, ...named],
  ]) {
    const db = await testDatabase()
    for (const step of steps) await step(db)
    expect(await listCauses(db)).toEqual([
      ['by commit', 'D1', 'explicit'],
      ['by its beginning', 'D1', 'explicit'],
    ])
  }
})
