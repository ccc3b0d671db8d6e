import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { collectClones } from '#test/support/collect-clones.ts'
import { testDatabase } from '#test/support/database.ts'
import { aFolder, aHistory, git } from '#test/support/git.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import { aPullRequest, aRepository, aWorld } from '#test/support/github/store.ts'

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
