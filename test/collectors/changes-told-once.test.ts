import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { collectClones } from '#test/support/collect-clones.ts'
import { testDatabase } from '#test/support/database.ts'
import { aFolder, aHistory, git } from '#test/support/git.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import { aPullRequest, aRepository, aWorld } from '#test/support/github/store.ts'
import { listOutcomes, readSent, sendCloudEvents, sendRows } from '#test/support/received.ts'
import { aCloudEvent } from '#test/support/receiving.ts'

const at = (day: number) => new Date(Date.UTC(2026, 4, day)).toISOString()

/** A repository with a clone of three commits; GitHub tells of so many pull requests. */
async function aShop(pullRequests: number) {
  const folder = aFolder()
  const history = aHistory()
  for (const day of [1, 2, 3]) history.commit({ at: at(day), files: { a: String(day) } })
  const clone = history.writeTo(join(folder, 'shop.git'))
  git(clone, 'config', 'remote.origin.url', 'https://127.0.0.1/acme/shop.git')
  const requests = Array.from({ length: pullRequests }, (_, index) => aPullRequest(index, at(10)))
  const repository = aRepository('shop', { pullRequests: requests })
  const github = await aGitHub(aWorld({ repositories: [repository] }))
  const db = await testDatabase()
  return {
    db,
    repository,
    readHost: () => collectGitHub(db, github),
    readClone: () => collectClones(db, folder),
    push: () => {
      history.commit({ at: at(20), files: { a: 'new' } })
      history.writeTo(clone)
      git(clone, 'config', 'remote.origin.url', 'https://127.0.0.1/acme/shop.git')
    },
  }
}

const tellers = async (db: Database) => {
  const changes = await db.selectFrom('changes').select('source_id').execute()
  return changes.map((change) => change.source_id).toSorted()
}

test('commits of a clone are no changes where its host tells pull requests', async () => {
  const { db, readHost, readClone } = await aShop(2)
  await readHost()
  expect(await readClone()).toMatchObject({ status: 'ok' })
  expect(await tellers(db)).toEqual(['gh', 'gh'])
})

test('changes of a clone go when its host begins to tell, and do not come back', async () => {
  const { db, readHost, readClone, push } = await aShop(2)
  await readClone()
  expect(await tellers(db)).toEqual(['clones', 'clones', 'clones'])
  await readHost()
  expect(await tellers(db)).toEqual(['gh', 'gh'])
  push()
  await readClone()
  expect(await tellers(db)).toEqual(['gh', 'gh'])
})

test('a host that tells no pull request leaves the changes to the clone', async () => {
  const { db, readHost, readClone } = await aShop(0)
  await readClone()
  await readHost()
  await readClone()
  expect(await tellers(db)).toEqual(['clones', 'clones', 'clones'])
})

test('changes of another repository stay', async () => {
  const { db, readHost, readClone } = await aShop(1)
  await readClone()
  await db.updateTable('changes').set({ repository_id: '127.0.0.1/acme/fork' }).execute()
  await readHost()
  expect(await tellers(db)).toEqual(['clones', 'clones', 'clones', 'gh'])
})

const REPOSITORY = '127.0.0.1/acme/shop'

/** Somebody sends that a change was merged, as a CDEvent and as a row. */
async function sendChanges(db: Database, repositoryId = REPOSITORY): Promise<void> {
  const type = 'dev.cdevents.change.merged.0.2.0'
  const context = { id: 'm', source: '/forge', type, timestamp: at(11) }
  const subject = { id: '118', content: { repository: { id: repositoryId } } }
  await sendCloudEvents(db, [aCloudEvent('m', { type, data: { context, subject } })])
  const row = { id: '119', repository_id: repositoryId, merged_at: at(12) }
  await sendRows(db, 'changes', [row])
}

const addSender = (db: Database) =>
  db
    .insertInto('sources')
    .values({ id: 'ci', kind: 'ingest', every: '1h', gone_at: null })
    .execute()

const TOLD = 'ignored: another source tells the changes of its repository'

test('what is sent of changes is left out where their host tells them, with the reason', async () => {
  const { db, readHost } = await aShop(2)
  await addSender(db)
  await readHost()
  await sendChanges(db)
  await sendChanges(db, '127.0.0.1/acme/another')
  await readSent(db)
  expect(await tellers(db)).toEqual(['ci', 'gh', 'gh'])
  expect(await listOutcomes(db)).toEqual([TOLD, TOLD, 'stored'])
})

test('of rows that were sent together those of other repositories are stored', async () => {
  const { db, readHost } = await aShop(2)
  await readHost()
  const rows = [REPOSITORY, '127.0.0.1/acme/another'].map((repository_id, index) => ({
    id: String(index),
    repository_id,
  }))
  await sendRows(db, 'changes', rows)
  await readSent(db)
  expect(await tellers(db)).toEqual(['ci', 'gh', 'gh'])
})

test('what is sent of changes takes nothing from the history of a clone', async () => {
  const { db, readClone, push } = await aShop(0)
  await addSender(db)
  await readClone()
  await sendChanges(db)
  await readSent(db)
  push()
  await readClone()
  expect(await tellers(db)).toEqual(['clones', 'clones', 'clones', 'clones'])
  expect(await listOutcomes(db)).toEqual([TOLD, TOLD])
})

test('what was sent of changes goes when a clone, or their host, begins to tell them', async () => {
  const read = async (which: 'readClone' | 'readHost') => {
    const shop = await aShop(1)
    await addSender(shop.db)
    await sendChanges(shop.db)
    await readSent(shop.db)
    expect(await tellers(shop.db)).toEqual(['ci', 'ci'])
    await shop[which]()
    return tellers(shop.db)
  }
  expect(await read('readClone')).toEqual(['clones', 'clones', 'clones'])
  expect(await read('readHost')).toEqual(['gh'])
})

test('changes that their source took back do not keep a clone from telling', async () => {
  const { db, readHost, readClone } = await aShop(1)
  await readHost()
  await db
    .updateTable('changes')
    .set({ gone_at: at(20) })
    .execute()
  await readClone()
  expect(await tellers(db)).toEqual(['clones', 'clones', 'clones', 'gh'])
})
