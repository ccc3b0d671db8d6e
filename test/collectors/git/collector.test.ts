import {
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gitCollector } from '#collectors/git/collector.ts'
import type { Database } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import {
  aPath,
  collectClones,
  NOW,
  storedFacts,
  storedState,
} from '#test/support/collect-clones.ts'
import { context, countSigns } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { aFolder, aHistory, fetchedAt, git, type History } from '#test/support/git.ts'

const MAKEFILE = aPath({
  evidence: [{ kind: 'file-equals', path: 'Makefile', publishedIn: 'acme/common' }],
})
const DEPLOY = aPath({ evidence: [{ kind: 'workflow-pin', uses: 'acme/deploy' }] })
const DOCKER = aPath({ evidence: [{ kind: 'file-present', path: 'Dockerfile' }] })

const day = (number: number) => `2026-01-${String(number).padStart(2, '0')}T00:00:00.000Z`

/** Writes each history as a mirror of that name and returns their folder. */
function aFolderOf(histories: Readonly<Record<string, History>>): string {
  const folder = aFolder()
  for (const [name, history] of Object.entries(histories)) {
    history.writeTo(join(folder, `${name}.git`))
  }
  return folder
}

/** A history with one commit a day from 1 January on. */
function daily(...commits: readonly Readonly<Record<string, string | null>>[]): History {
  const history = aHistory()
  for (const [index, files] of commits.entries()) history.commit({ at: day(index + 1), files })
  return history
}

/** Presence by day, as `2026-01-01 present`. */
async function presences(db: Database, repository: string): Promise<string[]> {
  const rows = await db
    .selectFrom('usage_evidence')
    .select(['valid_from', 'presence'])
    .where('repository_id', '=', `local/${repository}`)
    .orderBy('valid_from')
    .execute()
  return rows.map((row) => `${row.valid_from.slice(0, 10)} ${row.presence}`)
}

test('what git says of a clone is a sign of life, long before its page', async () => {
  const folder = aFolderOf({ shop: daily({ Dockerfile: 'x' }) })
  const { fetch } = gitCollector({
    sourceId: 'clones',
    repositories: [join(folder, '*')],
    paths: [DOCKER],
  })
  const firstPage = fetch(new Map(), context)[Symbol.asyncIterator]()
  expect(await countSigns(() => firstPage.next())).toBeGreaterThan(1)
  await firstPage.return?.()
})

test('evidence begins with the first commit and changes with the file', async () => {
  const shop = daily({ a: '1' }, { Dockerfile: 'x' }, { a: '2' }, { Dockerfile: null })
  const db = await testDatabase()
  const outcome = await collectClones(db, aFolderOf({ shop }), { paths: [DOCKER] })
  expect(outcome).toMatchObject({ status: 'ok', error: null })
  expect(await presences(db, 'shop')).toEqual([
    '2026-01-01 absent',
    '2026-01-02 present',
    '2026-01-04 absent',
  ])
})

test('a second run of the same clones stores nothing, and reads none of them', async () => {
  const folder = aFolderOf({
    shop: daily({ a: '1' }, { Makefile: 'v1' }),
    common: daily({ Makefile: 'v1' }),
  })
  const db = await testDatabase()
  await collectClones(db, folder, { paths: [MAKEFILE] })
  const before = await storedFacts(db)
  expect(await collectClones(db, folder, { paths: [MAKEFILE] })).toMatchObject({
    status: 'ok',
    read: 0,
    changed: 0,
  })
  expect(await storedFacts(db)).toEqual(before)
})

test('a clock that ran backwards does not: time is the latest along the main line', async () => {
  const shop = aHistory()
  shop.commit({ at: day(10), files: { a: '1' } })
  shop.commit({ at: day(5), files: { Dockerfile: 'x' } })
  shop.commit({ at: day(12), files: { Dockerfile: null } })
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }), { paths: [DOCKER] })
  // The file came at the time that the line had reached, and hides what was there in that second.
  expect(await presences(db, 'shop')).toEqual(['2026-01-10 present', '2026-01-12 absent'])
})

test('a clock that ran ahead does not: such a commit came with the next, or by the reading, in parts and at once', async () => {
  const ahead = '2099-01-01T00:00:00.000Z'
  const shop = aHistory()
  shop.commit({ at: day(10), files: { a: '1' } })
  shop.commit({ at: ahead, files: { Dockerfile: 'x' } })
  shop.commit({ at: day(12), files: { b: '1' } })
  shop.commit({ at: ahead, files: { Dockerfile: null } })
  const db = await testDatabase()
  const folder = aFolderOf({ shop })
  await collectClones(db, folder, { paths: [DOCKER], now: new Date(day(20)) })
  const soFar = ['2026-01-10 absent', '2026-01-12 present', '2026-01-20 absent']
  expect(await presences(db, 'shop')).toEqual(soFar)
  shop.commit({ at: day(22), files: { Dockerfile: 'y' } })
  shop.writeTo(join(folder, 'shop.git'))
  await collectClones(db, folder, { paths: [DOCKER], now: new Date(day(25)) })
  expect(await presences(db, 'shop')).toEqual([...soFar, '2026-01-22 present'])
  const merged = await db.selectFrom('changes').select('merged_at').orderBy('merged_at').execute()
  expect(merged.map(({ merged_at: at }) => at)).toEqual(
    [day(10), day(12), day(12), day(20), day(22)].map((at) => new Date(at).toISOString()),
  )
})

test('a history that was read into the future before is read again', async () => {
  const shop = aHistory()
  shop.commit({ at: day(10), files: { a: '1' } })
  shop.commit({ at: '2099-01-01T00:00:00.000Z', files: { Dockerfile: 'x' } })
  shop.commit({ at: day(12), files: { b: '1' } })
  const db = await testDatabase()
  const folder = aFolderOf({ shop })
  await collectClones(db, folder, { paths: [DOCKER] })
  expect(await presences(db, 'shop')).toEqual(['2026-01-10 absent', '2099-01-01 present'])
  await collectClones(db, folder, { paths: [DOCKER], now: new Date(day(20)) })
  expect(await presences(db, 'shop')).toEqual(['2026-01-10 absent', '2026-01-12 present'])
})

test('what a merge brings to the main line comes with the merge', async () => {
  const shop = aHistory()
  const base = shop.commit({ at: day(1), files: { a: '1' } })
  const side = shop.commit({ at: day(2), files: { Dockerfile: 'x' }, branch: 'topic', from: base })
  shop.commit({ at: day(3), files: { b: '1' } })
  shop.commit({ at: day(4), files: { Dockerfile: 'x' }, merges: [side] })
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }), { paths: [DOCKER] })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 absent', '2026-01-04 present'])
})

test('a renamed file is gone from where it was watched', async () => {
  const shop = daily({ Dockerfile: 'x' }, { Dockerfile: null, 'build/Dockerfile': 'x' })
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }), { paths: [DOCKER] })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 present', '2026-01-02 absent'])
})

test('a revert upstream is a new publication with the old content', async () => {
  const common = daily({ Makefile: 'v1' }, { Makefile: 'v2' }, { Makefile: 'v1' })
  const shop = daily({ Makefile: 'v1' })
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop, common }), { paths: [MAKEFILE] })
  expect(await storedState(db, MAKEFILE, 'local/shop', day(2))).toMatchObject({
    state: 'outdated',
    version: '1',
  })
  expect(await storedState(db, MAKEFILE, 'local/shop', day(3))).toMatchObject({
    state: 'current',
    version: '3',
  })
})

test('neither a removal nor the same content again is a publication', async () => {
  const common = daily(
    { Makefile: 'v1' },
    { Makefile: null },
    { Makefile: 'v1' },
    { Makefile: 'v2' },
  )
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ common }), { paths: [MAKEFILE] })
  const versions = await db.selectFrom('path_versions').selectAll().execute()
  expect(versions.map((row) => [row.sequence, row.published_at])).toEqual([
    [1, day(1)],
    [2, day(4)],
  ])
})

test('publications go on where the publishing file moved, from the moment of the move', async () => {
  const moved = '2026-01-03T12:00:00.000Z'
  const path = aPath({
    evidence: [
      {
        kind: 'file-equals',
        path: 'lint.yml',
        publishedIn: 'common',
        publishedPath: [
          { path: 'lint.yml', until: moved },
          { path: 'scripts/lint.yml', since: moved },
        ],
      },
    ],
  })
  const common = daily(
    { 'lint.yml': 'a' },
    // Not yet what is published.
    { 'scripts/lint.yml': 'b' },
    { 'lint.yml': 'c' },
    // What was there before is published by the move, this a day later.
    { 'scripts/lint.yml': 'd' },
    // Nobody's business any more.
    { 'lint.yml': 'e' },
  )
  const folder = aFolderOf({ common })
  const blob = (name: string) => git(join(folder, 'common.git'), 'rev-parse', name)
  const db = await testDatabase()
  await collectClones(db, folder, { paths: [path] })
  const versions = await db.selectFrom('path_versions').selectAll().execute()
  expect(versions.map((row) => [row.sequence, row.published_at, row.blob])).toEqual([
    [1, day(1), blob('main~4:lint.yml')],
    [2, day(3), blob('main~2:lint.yml')],
    [3, moved, blob('main~3:scripts/lint.yml')],
    [4, day(4), blob('main:scripts/lint.yml')],
  ])
})

test('a copy that says so has left the path', async () => {
  const path = aPath({
    evidence: [
      {
        kind: 'file-equals',
        path: 'Makefile',
        publishedIn: 'common',
        optOut: { contains: 'not managed' },
      },
    ],
  })
  const shop = daily({ Makefile: 'v1' }, { Makefile: 'v1\n# not managed' }, { Makefile: 'v0' })
  const db = await testDatabase()
  const folder = aFolderOf({ shop, common: daily({ Makefile: 'v1' }) })
  await collectClones(db, folder, { paths: [path] })
  expect(await presences(db, 'shop')).toEqual([
    '2026-01-01 present',
    '2026-01-02 opted_out',
    '2026-01-03 present',
  ])
})

const aWorkflow = (...uses: string[]) =>
  `jobs:\n  build:\n    steps:\n${uses.map((one) => `      - uses: ${one}\n`).join('')}`

test('tags are the versions of a pinned component, and a comment that lies is not believed', async () => {
  const deploy = aHistory()
  deploy.commit({ at: day(1), files: { a: '1' } })
  deploy.commit({ at: day(3), files: { a: '2' } })
  deploy.tag('v1.0.0', 1)
  deploy.tag('v1.1.0', 2, day(5))
  const folder = aFolderOf({ deploy })
  const old = git(join(folder, 'deploy.git'), 'rev-parse', 'v1.0.0')
  const shop = daily({ '.github/workflows/ci.yml': aWorkflow(`acme/deploy@${old} # v1.1.0`) })
  shop.writeTo(join(folder, 'shop.git'))
  const db = await testDatabase()
  await collectClones(db, folder, { paths: [DEPLOY] })
  expect(await storedState(db, DEPLOY, 'local/shop', day(4))).toMatchObject({ state: 'current' })
  expect(await storedState(db, DEPLOY, 'local/shop', day(7))).toMatchObject({
    state: 'outdated',
    version: 'v1.0.0',
    lagDays: 2,
  })
})

test('a tag that moved is the version of its new commit, and one that is gone of none', async () => {
  const deploy = daily({ a: '1' }, { a: '2' })
  deploy.tag('v1.0.0', 1)
  deploy.tag('v1.1.0', 2)
  const folder = aFolderOf({ deploy })
  const db = await testDatabase()
  const versions = async () => {
    await collectClones(db, folder, { paths: [DEPLOY] })
    const rows = await db.selectFrom('path_versions').selectAll().orderBy('sequence').execute()
    return rows.map((row) => `${row.version} ${row.published_at.slice(0, 10)}`)
  }
  expect(await versions()).toEqual(['v1.0.0 2026-01-01', 'v1.1.0 2026-01-02'])
  git(join(folder, 'deploy.git'), 'tag', '--force', 'v1.0.0', 'v1.1.0')
  git(join(folder, 'deploy.git'), 'tag', '--delete', 'v1.1.0')
  expect(await versions()).toEqual(['v1.0.0 2026-01-02'])
})

test('a workflow that is no YAML is unknown with its reason, and quarantined once', async () => {
  const bad = 'jobs: [acme/deploy@v1'
  const shop = daily(
    { '.github/workflows/ci.yml': bad },
    { '.github/workflows/ci.yml': aWorkflow('acme/deploy@v1.0.0') },
    { '.github/workflows/ci.yml': bad },
  )
  const db = await testDatabase()
  expect(await collectClones(db, aFolderOf({ shop }), { paths: [DEPLOY] })).toMatchObject({
    status: 'partial',
    quarantined: 1,
  })
  expect(await presences(db, 'shop')).toEqual([
    '2026-01-01 unknown',
    '2026-01-02 present',
    '2026-01-03 unknown',
  ])
  const { evidence } = await storedState(db, DEPLOY, 'local/shop', day(1))
  expect(evidence).toMatch(/^\.github\/workflows\/ci\.yml@[0-9a-f]{7}: cannot be read: /)
})

test('a workflow that refers to the path is no way around it', async () => {
  const path = aPath({
    evidence: [{ kind: 'workflow-pin', uses: 'acme/deploy' }],
    offPath: [{ kind: 'workflow-file', id: 'around', glob: '.github/workflows/*deploy*.y*ml' }],
  })
  const file = '.github/workflows/my-deploy.yml'
  const shop = daily(
    { [file]: aWorkflow('acme/deploy@v1') },
    { '.github/workflows/deploy-2.yaml': aWorkflow('acme/other@v1') },
    { '.github/workflows/deploy-2.yaml': null, '.github/workflows/lint.yml': 'x' },
  )
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }), { paths: [path] })
  const rows = await db
    .selectFrom('usage_evidence')
    .select(['presence', 'proof'])
    .where('rule_id', '=', 'around')
    .orderBy('valid_from')
    .execute()
  expect(rows.map(({ presence, proof }) => `${presence} ${proof.replace(/@.*/, '')}`)).toEqual([
    'absent no .github/workflows/*deploy*.y*ml',
    'present .github/workflows/deploy-2.yaml',
    'absent no .github/workflows/*deploy*.y*ml',
  ])
})

test('files with odd names are read as any other', async () => {
  const odd = 'a "b"\n\tc ü *.yml'
  const path = aPath({ evidence: [{ kind: 'file-present', path: odd }], eligible: { file: ':!x' } })
  const shop = daily({ 'a b': '1' }, { [odd]: 'x' }, { ':!x': '' })
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }), { paths: [path] })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 absent', '2026-01-02 present'])
  const attributes = await db.selectFrom('repository_attributes').selectAll().execute()
  expect(attributes.map((row) => [row.attribute, row.value, row.valid_from])).toEqual([
    ['file::!x', 'absent', day(1)],
    ['file::!x', 'present', day(3)],
  ])
})

test('a clone without contents suffices for equality, and what must be read is unknown', async () => {
  const paths = [
    MAKEFILE,
    aPath({ evidence: [{ kind: 'workflow-pin', uses: 'acme/deploy' }] }, 'pinned'),
  ]
  const workflow = { '.github/workflows/ci.yml': aWorkflow('acme/deploy@v1') }
  const from = aFolderOf({
    shop: daily({ Makefile: 'v1', ...workflow }),
    common: daily({ Makefile: 'v1' }),
  })
  const folder = aFolder()
  for (const name of ['shop.git', 'common.git']) {
    git(join(from, name), 'config', 'uploadpack.allowFilter', 'true')
    const url = `file://${join(from, name)}`
    git(folder, 'clone', '--quiet', '--mirror', '--filter=blob:none', url, name)
  }
  const db = await testDatabase()
  expect(await collectClones(db, folder, { paths })).toMatchObject({ status: 'ok', error: null })
  expect(await storedState(db, MAKEFILE, 'local/shop', day(2))).toMatchObject({ state: 'current' })
  const pinned = paths[1] ?? MAKEFILE
  expect(await storedState(db, pinned, 'local/shop', day(2))).toMatchObject({
    state: 'unknown',
    evidence: expect.stringContaining('its content is missing'),
  })
  const missing = git(join(folder, 'shop.git'), 'rev-list', '--objects', '--all', '--missing=print')
  expect(missing.split('\n').filter((line) => line.startsWith('?'))).toHaveLength(2)
})

test('nothing that a clone configures is run', async () => {
  const folder = aFolderOf({ shop: daily({ a: '1' }, { Dockerfile: 'x' }) })
  const shop = join(folder, 'shop.git')
  const trap = join(folder, 'trap.sh')
  const sprung = join(folder, 'sprung')
  writeFileSync(trap, `#!/bin/sh\ntouch ${sprung}\n`)
  chmodSync(trap, 0o755)
  for (const setting of ['core.fsmonitor', 'core.pager', 'core.sshCommand', 'diff.external']) {
    git(shop, 'config', setting, trap)
  }
  git(shop, 'config', 'log.showRoot', 'false')
  git(shop, 'config', 'core.quotePath', 'true')
  for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change']) {
    writeFileSync(join(shop, 'hooks', hook), `#!/bin/sh\ntouch ${sprung}\n`, { mode: 0o755 })
  }
  git(shop, 'replace', 'main', 'main~1', '--force')
  rmSync(sprung, { force: true })
  const db = await testDatabase()
  expect(await collectClones(db, folder, { paths: [DOCKER] })).toMatchObject({ status: 'ok' })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 absent', '2026-01-02 present'])
  expect(existsSync(sprung)).toBe(false)
})

test('a shallow clone begins later, does not invent, and publishes nothing', async () => {
  const from = aFolderOf({
    shop: daily({ a: '1' }, { Makefile: 'v1' }, { a: '2' }),
    common: daily({ Makefile: 'v1' }, { Makefile: 'v2' }),
  })
  const folder = aFolder()
  for (const [name, depth] of [
    ['shop.git', 2],
    ['common.git', 1],
  ] as const) {
    const url = `file://${join(from, name)}`
    git(folder, 'clone', '--quiet', '--bare', `--depth=${depth}`, url, name)
  }
  const db = await testDatabase()
  const { status, error } = await collectClones(db, folder, { paths: [MAKEFILE] })
  expect(status).toBe('partial')
  expect(error).toContain('the clone of local/common is shallow')
  expect(await presences(db, 'shop')).toEqual(['2026-01-02 present'])
  expect(await storedState(db, MAKEFILE, 'local/shop', day(3))).toMatchObject({
    state: 'unknown',
    reason: 'no_publication',
  })
  const [repository] = await db
    .selectFrom('repositories')
    .selectAll()
    .where('id', '=', 'local/shop')
    .execute()
  expect(repository?.created_at).toBeNull()
  const coverage = await db
    .selectFrom('coverage')
    .selectAll()
    .where('scope', '=', 'repository:local/shop')
    .execute()
  expect(coverage.map((row) => row.covered_from)).toEqual([day(2)])

  git(
    join(folder, 'shop.git'),
    'fetch',
    '--quiet',
    '--unshallow',
    `file://${join(from, 'shop.git')}`,
  )
  await collectClones(db, folder, { paths: [MAKEFILE] })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 absent', '2026-01-02 present'])
})

test('a rewritten history replaces what was read of it', async () => {
  const folder = aFolderOf({ shop: daily({ a: '1' }, { Dockerfile: 'x' }, { a: '2' }) })
  const db = await testDatabase()
  await collectClones(db, folder, { paths: [DOCKER] })
  daily({ a: '1' }, { b: '1' }, { b: '2' }, { Dockerfile: 'x' }).writeTo(join(folder, 'shop.git'))
  await collectClones(db, folder, { paths: [DOCKER] })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 absent', '2026-01-04 present'])
  const changes = await db.selectFrom('changes').select('merged_at').orderBy('merged_at').execute()
  expect(changes.map((row) => row.merged_at)).toEqual([day(1), day(2), day(3), day(4)])
})

test('a tip that went back replaces what was read beyond it', async () => {
  const folder = aFolderOf({ shop: daily({ a: '1' }, { Dockerfile: 'x' }) })
  const db = await testDatabase()
  await collectClones(db, folder, { paths: [DOCKER] })
  git(join(folder, 'shop.git'), 'update-ref', 'refs/heads/main', 'main~1')
  await collectClones(db, folder, { paths: [DOCKER] })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 absent'])
})

test('a merge that makes the former main line its side is a rewritten history, too', async () => {
  const shop = aHistory()
  const base = shop.commit({ at: day(1), files: { a: '1' } })
  const former = shop.commit({ at: day(2), files: { Dockerfile: 'x' } })
  const folder = aFolderOf({ shop })
  const db = await testDatabase()
  await collectClones(db, folder, { paths: [DOCKER] })
  const other = shop.commit({ at: day(3), files: { b: '1' }, branch: 'topic', from: base })
  shop.commit({ at: day(4), files: { Dockerfile: 'x' }, from: other, merges: [former] })
  shop.writeTo(join(folder, 'shop.git'))
  await collectClones(db, folder, { paths: [DOCKER] })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 absent', '2026-01-04 present'])
})

test('a clone that is gone is a failure, and what it said stays', async () => {
  const folder = aFolderOf({ shop: daily({ Dockerfile: 'x' }), other: daily({ a: '1' }) })
  const db = await testDatabase()
  await collectClones(db, folder, { paths: [DOCKER] })
  renameSync(join(folder, 'shop.git'), join(aFolder(), 'elsewhere'))
  for (let run = 0; run < 2; run += 1) {
    const { status, error } = await collectClones(db, folder, { paths: [DOCKER] })
    expect(status).toBe('partial')
    expect(error).toContain('repository:local/shop: was read before, and its clone is gone')
  }
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 present'])
})

test('a clone that git cannot read does not keep the others from being read', async () => {
  const folder = aFolderOf({ shop: daily({ Dockerfile: 'x' }), broken: daily({ a: '1' }) })
  rmSync(join(folder, 'broken.git', 'objects'), { recursive: true })
  mkdirSync(join(folder, 'broken.git', 'objects'))
  git(folder, 'init', '--quiet', '--bare', 'unreadable.git')
  writeFileSync(join(folder, 'unreadable.git', 'config'), '[core')
  const db = await testDatabase()
  const { status, error } = await collectClones(db, folder, { paths: [DOCKER] })
  expect(status).toBe('partial')
  expect(error?.split('\n')).toEqual([
    expect.stringMatching(/broken\.git: git for-each-ref: .*missing object/),
    expect.stringMatching(/unreadable\.git: git .*bad config line/),
  ])
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 present'])
})

test('a glob without clones is told, and none at all fails the source', async () => {
  const folder = aFolderOf({ shop: daily({ a: '1' }) })
  const none = join(folder, 'none-*')
  const db = await testDatabase()
  expect(
    await collectClones(db, folder, { repositories: [join(folder, '*'), none] }),
  ).toMatchObject({ status: 'partial', error: expect.stringContaining(`no clone matches ${none}`) })
  expect(await collectClones(db, folder, { repositories: [none] })).toMatchObject({
    status: 'failed',
    error: expect.stringContaining(`no clone matches ${none}`),
  })
})

test('a publisher that is not among the clones is a fault, and nobody has drifted', async () => {
  const folder = aFolderOf({ shop: daily({ Makefile: 'mine' }) })
  const db = await testDatabase()
  expect(await collectClones(db, folder, { paths: [MAKEFILE] })).toMatchObject({
    status: 'partial',
    error: expect.stringContaining(
      'golden path path: file-equals:Makefile: publishedIn: no repository of this source is acme/common',
    ),
  })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 present'])
  expect(await storedState(db, MAKEFILE, 'local/shop', day(2))).toMatchObject({ state: 'unknown' })

  daily({ Makefile: 'other' }).writeTo(join(folder, 'common.git'))
  expect(await collectClones(db, folder, { paths: [MAKEFILE] })).toMatchObject({ status: 'ok' })
  expect(await storedState(db, MAKEFILE, 'local/shop', day(2))).toMatchObject({ state: 'drifted' })
})

test('coverage reaches to the last fetch, also when that brought nothing', async () => {
  const folder = aFolderOf({ shop: daily({ a: '1' }) })
  const fetchHead = join(folder, 'shop.git', 'FETCH_HEAD')
  writeFileSync(fetchHead, '')
  const db = await testDatabase()
  for (const fetched of ['2026-02-01', '2026-03-01']) {
    utimesSync(fetchHead, new Date(fetched), new Date(fetched))
    await collectClones(db, folder)
    const coverage = await db.selectFrom('coverage').selectAll().execute()
    expect(coverage.map((row) => [row.covered_from, row.covered_to])).toEqual([
      [day(1), `${fetched}T00:00:00.000Z`],
    ])
  }
})

test('coverage never reaches beyond now', async () => {
  const folder = aFolderOf({ shop: daily({ a: '1' }) })
  const db = await testDatabase()
  await collectClones(db, folder, { now: new Date('2026-01-20T00:00:00Z') })
  const [coverage] = await db.selectFrom('coverage').selectAll().execute()
  expect(coverage?.covered_to).toBe(day(20))
})

test('a change is what reached the main line, by human or bot, without a name', async () => {
  const shop = aHistory()
  const base = shop.commit({ at: day(5), authoredAt: day(4), message: 'Begin' })
  shop.commit({ at: day(6), authoredAt: day(2), branch: 'topic', from: base })
  const side = shop.commit({ at: day(6), authoredAt: day(3), branch: 'topic' })
  shop.commit({ at: day(7), message: 'Merge pull request #12 from acme/topic', merges: [side] })
  shop.commit({ at: day(8), message: 'Add x (#13)' })
  shop.commit({ at: day(9), message: 'Revert "Add x" (#14)\n\nThis reverts commit 1234567890.' })
  shop.commit({ at: day(10), author: 'dependabot[bot] <1+dependabot[bot]@example.com>' })
  shop.commit({ at: day(11), message: 'Merge pull request #15 from acme/renovate/x' })
  shop.commit({ at: day(12), message: 'build(deps): bump x from 1.0 to 1.1 (#16)' })
  shop.commit({ at: day(13), author: 'Acme Sync <sync@example.com>' })
  shop.commit({ at: day(14), message: 'Merge pull request #17 from acme/sync-robot/files' })
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }), { bots: ['acme sync', 'sync-robot'] })
  const changes = await db.selectFrom('changes').selectAll().orderBy('merged_at').execute()
  expect(
    changes.map((row) => [
      row.merged_at?.slice(8, 10),
      row.first_commit_at?.slice(8, 10),
      row.number,
      row.author_kind,
      row.reverts,
    ]),
  ).toEqual([
    ['05', '04', null, 'human', null],
    ['07', '02', 12, 'human', null],
    ['08', '08', 13, 'human', null],
    ['09', '09', 14, 'human', '1234567890'],
    ['10', '10', null, 'bot', null],
    ['11', '11', 15, 'bot', null],
    ['12', '12', 16, 'bot', null],
    ['13', '13', null, 'bot', null],
    ['14', '14', 17, 'bot', null],
  ])
  expect(changes.every((row) => row.service_id === 'shop')).toBe(true)
  expect(JSON.stringify(await storedFacts(db))).not.toMatch(/robin|dependabot/i)
})

test('forks share commits, and each has its own changes', async () => {
  const folder = aFolderOf({ shop: daily({ a: '1' }), fork: daily({ a: '1' }) })
  const db = await testDatabase()
  await collectClones(db, folder)
  const changes = await db.selectFrom('changes').select('repository_id').execute()
  expect(changes.map((row) => row.repository_id).toSorted()).toEqual(['local/fork', 'local/shop'])
})

const aCatalogFile = (owner: string, type = 'http') =>
  `kind: Component\nmetadata: { name: basket }\nspec: { type: ${type}, owner: ${owner} }\n`

test('owners follow the catalogue file, and a file that cannot be read changes none', async () => {
  const file = 'catalog-info.yaml'
  const shop = daily(
    { a: '1' },
    { [file]: aCatalogFile('group:default/team-a') },
    { [file]: 'kind: [' },
    { [file]: aCatalogFile('team-a', 'job') },
    { [file]: aCatalogFile('team-b') },
    { [file]: null },
  )
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }))
  const owners = await db.selectFrom('service_owners').selectAll().orderBy('owned_from').execute()
  expect(
    owners.map((row) => [
      row.service_id,
      row.team_id,
      row.owned_from,
      row.owned_to,
      row.decided_by,
    ]),
  ).toEqual([
    ['shop', 'team-a', day(2), day(5), file],
    ['shop', 'team-b', day(5), day(6), file],
  ])
})

test('of several catalogue files the first that names one team decides, from when it does', async () => {
  const cortex = (...names: string[]) =>
    `info:\n  x-cortex-owners: [${names.map((name) => `{ type: group, name: ${name} }`).join()}]\n`
  const shop = daily(
    { 'service.datadog.yaml': 'dd-service: basket\nteam: team-a\n' },
    { 'cortex.yaml': cortex('team-b', 'team-c') },
    { 'service.datadog.yaml': null },
    { 'cortex.yaml': cortex('team-b') },
    { 'opslevel.yml': 'version: 1\nservice: { name: basket, owner: team-b, tier: tier_1 }\n' },
    { 'catalog-info.yaml': aCatalogFile('user:jane') },
  )
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }))
  const owners = await db.selectFrom('service_owners').selectAll().orderBy('owned_from').execute()
  expect(owners.map((row) => [row.team_id, row.owned_from, row.owned_to, row.decided_by])).toEqual([
    ['team-a', day(1), day(3), 'service.datadog.yaml'],
    ['team-b', day(4), day(5), 'cortex.yaml'],
    ['team-b', day(5), null, 'opslevel.yml'],
  ])
  const services = await db.selectFrom('services').select(['name', 'tier']).execute()
  expect(services).toEqual([{ name: 'basket', tier: 'tier_1' }])
})

test('a repository without a service in the catalogue is a service of its own', async () => {
  const shop = daily({ 'catalog-info.yaml': aCatalogFile('team-a') })
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }))
  const services = await db.selectFrom('services').selectAll().execute()
  expect(services).toMatchObject([
    {
      id: 'shop',
      name: 'basket',
      repository_id: 'local/shop',
      workload_class: 'http',
      created_at: day(1),
    },
  ])
})

/** A service as a catalogue in files tells it. */
async function addCatalogued(db: Database, id: string, repository: string | null, path = '') {
  await upsertFacts(db, 'services', [
    {
      id,
      name: id,
      repository_id: repository,
      repository_path: path,
      workload_class: 'http',
      system: null,
      lifecycle: null,
      tier: null,
      data_classification: null,
      created_at: null,
      created_via: null,
      off_path_option_existed: null,
      forced: null,
      gone_at: null,
      source_id: 'catalog',
      observed_at: NOW.toISOString(),
    },
  ])
}

test('the catalogue’s service of a repository is its service', async () => {
  const db = await testDatabase()
  await addCatalogued(db, 'checkout', 'acme/shop')
  const folder = aFolderOf({ shop: daily({ a: '1' }) })
  git(join(folder, 'shop.git'), 'config', 'remote.origin.url', 'git@example.com:acme/shop.git')
  await collectClones(db, folder)
  const services = await db.selectFrom('services').select(['id', 'source_id']).execute()
  expect(services).toEqual([{ id: 'checkout', source_id: 'catalog' }])
  const changes = await db.selectFrom('changes').select(['service_id', 'repository_id']).execute()
  expect(changes).toEqual([{ service_id: 'checkout', repository_id: 'example.com/acme/shop' }])
})

test.each([
  ['brought a commit', { a: '1' }],
  ['brought nothing', null],
])(
  'a catalogue that comes after the clone finds its owners, changes and releases when a fetch %s',
  async (_, commit) => {
    const commits = [{ 'catalog-info.yaml': aCatalogFile('team-a') }]
    const former = daily(...commits)
    const latest = daily(...commits, ...(commit === null ? [] : [commit]))
    for (const history of [former, latest]) history.tag('v1.0.0', 1)
    const folder = aFolderOf({ shop: former })
    fetchedAt(join(folder, 'shop.git'), day(3))
    const releases = [{ tags: 'v*', environment: 'production' }]
    const late = await testDatabase()
    await collectClones(late, folder, { releases })
    await addCatalogued(late, 'checkout', 'shop')
    latest.writeTo(join(folder, 'shop.git'))
    fetchedAt(join(folder, 'shop.git'), day(4))
    await collectClones(late, folder, { releases })

    const early = await testDatabase()
    await addCatalogued(early, 'checkout', 'shop')
    await collectClones(early, folder, { releases })
    const stored = await storedFacts(late)
    expect(stored).toEqual(await storedFacts(early))
    expect(stored['service_owners']).toHaveLength(1)
    expect(stored['deployments']).toHaveLength(1)
  },
)

test('what the clone told of a service that left the catalogue stays with the repository', async () => {
  const shop = daily({ 'catalog-info.yaml': aCatalogFile('team-a') })
  shop.tag('v1.0.0', 1)
  const folder = aFolderOf({ shop })
  fetchedAt(join(folder, 'shop.git'), day(3))
  const releases = [{ tags: 'v*', environment: 'production' }]
  const db = await testDatabase()
  await addCatalogued(db, 'checkout', 'shop')
  await collectClones(db, folder, { releases })
  await db
    .updateTable('services')
    .set({ gone_at: day(3) })
    .execute()
  fetchedAt(join(folder, 'shop.git'), day(4))
  await collectClones(db, folder, { releases })
  for (const table of ['service_owners', 'changes', 'deployments'] as const) {
    const rows = await db.selectFrom(table).select('service_id').execute()
    expect(rows).toEqual([{ service_id: 'shop' }])
  }
})

test('owners of the clone do not depend on whether the catalogue named some before', async () => {
  const folder = aFolderOf({ shop: daily({ 'catalog-info.yaml': aCatalogFile('team-a') }) })
  const owners = []
  for (const isFirst of [true, false]) {
    const db = await testDatabase()
    await addCatalogued(db, 'shop', 'shop')
    if (!isFirst) await collectClones(db, folder)
    await upsertFacts(db, 'service_owners', [
      {
        source_id: 'catalog',
        service_id: 'shop',
        team_id: 'team-b',
        owned_from: day(9),
        owned_to: null,
        decided_by: 'cmdb',
        observed_at: day(9),
      },
    ])
    if (isFirst) await collectClones(db, folder)
    owners.push((await storedFacts(db))['service_owners'])
  }
  expect(owners[0]).toEqual(owners[1])
  expect(owners[0]).toHaveLength(2)
})

test('changes of a repository that several services share belong to none of them', async () => {
  const db = await testDatabase()
  await addCatalogued(db, 'front', 'shop', 'front')
  await addCatalogued(db, 'back', 'shop', 'back')
  await collectClones(db, aFolderOf({ shop: daily({ a: '1' }) }))
  const changes = await db.selectFrom('changes').select('service_id').execute()
  expect(changes).toEqual([{ service_id: null }])
})

test('a service of the catalogue that only shares the name keeps its row', async () => {
  const db = await testDatabase()
  await addCatalogued(db, 'shop', 'elsewhere')
  await collectClones(db, aFolderOf({ shop: daily({ a: '1' }) }))
  const services = await db
    .selectFrom('services')
    .select(['id', 'source_id'])
    .orderBy('id')
    .execute()
  expect(services).toEqual([
    { id: 'local/shop', source_id: 'clones' },
    { id: 'shop', source_id: 'catalog' },
  ])
})

test('release tags are deployments, and a withdrawn one is none', async () => {
  const shop = daily({ a: '1' }, { a: '2' })
  shop.tag('v1.0.0', 1)
  shop.tag('v2.0.0', 2, day(9))
  shop.tag('nightly', 2)
  const folder = aFolderOf({ shop })
  const releases = [{ tags: 'v*', environment: 'production' }]
  const db = await testDatabase()
  await collectClones(db, folder, { releases })
  const rows = await db.selectFrom('deployments').selectAll().orderBy('finished_at').execute()
  expect(rows).toMatchObject([
    {
      service_id: 'shop',
      version: 'v1.0.0',
      finished_at: day(1),
      kind: 'planned',
      outcome: 'success',
    },
    { service_id: 'shop', version: 'v2.0.0', finished_at: day(9), environment_tier: 'production' },
  ])
  git(join(folder, 'shop.git'), 'tag', '--delete', 'v1.0.0')
  await collectClones(db, folder, { releases })
  const left = await db.selectFrom('deployments').select('version').execute()
  expect(left).toEqual([{ version: 'v2.0.0' }])
})

test('an annotation proves use while the catalogue file has it', async () => {
  const path = aPath({
    evidence: [{ kind: 'annotation', key: 'example.com/template', equals: 'http' }],
  })
  const file = (template: string) =>
    `kind: Component\nmetadata: { annotations: { example.com/template: ${template} } }\n`
  const shop = daily(
    { 'catalog-info.yaml': file('http') },
    { 'catalog-info.yaml': file('job') },
    { 'catalog-info.yaml': 'kind: [' },
  )
  const db = await testDatabase()
  await collectClones(db, aFolderOf({ shop }), { paths: [path] })
  expect(await presences(db, 'shop')).toEqual([
    '2026-01-01 present',
    '2026-01-02 absent',
    '2026-01-03 unknown',
  ])
})

test('evidence of a path that is no longer configured stays', async () => {
  const folder = aFolderOf({ shop: daily({ Dockerfile: 'x', 'go.mod': 'x' }) })
  const db = await testDatabase()
  const rules = {
    evidence: [{ kind: 'file-present', path: 'Dockerfile' }],
    eligible: { file: 'go.mod' },
  }
  await collectClones(db, folder, { paths: [aPath(rules, 'old'), aPath(rules, 'new')] })
  const only = aPath({ evidence: rules.evidence }, 'new')
  await collectClones(db, folder, { paths: [only] })
  const evidence = await db.selectFrom('usage_evidence').select('path_id').execute()
  expect(evidence.map(({ path_id }) => path_id).toSorted()).toEqual(['new', 'old'])
  const attributes = await db.selectFrom('repository_attributes').select('attribute').execute()
  expect(attributes).toEqual([{ attribute: 'file:go.mod' }])
})

test('another configuration reads everything again and leaves nothing of the former', async () => {
  const folder = aFolderOf({ shop: daily({ Dockerfile: 'x' }, { a: '1' }) })
  const db = await testDatabase()
  await collectClones(db, folder, { paths: [DOCKER] })
  const other = aPath({ evidence: [{ kind: 'file-present', path: 'a' }] })
  await collectClones(db, folder, { paths: [other] })
  expect(await presences(db, 'shop')).toEqual(['2026-01-01 absent', '2026-01-02 present'])
})

test('two clones of one repository are a fault, and one of them is read', async () => {
  const folder = aFolderOf({ shop: daily({ a: '1' }), again: daily({ a: '1' }) })
  for (const name of ['shop.git', 'again.git']) {
    git(join(folder, name), 'config', 'remote.origin.url', 'https://example.com/acme/shop')
  }
  const db = await testDatabase()
  const { status, error } = await collectClones(db, folder)
  expect(status).toBe('partial')
  expect(error).toContain('a second clone of example.com/acme/shop')
  expect(await db.selectFrom('changes').select('service_id').execute()).toHaveLength(1)
})

test('a repository without commits is known, and covers nothing', async () => {
  const folder = aFolder()
  git(folder, 'init', '--quiet', '--bare', 'empty.git')
  const db = await testDatabase()
  expect(await collectClones(db, folder, { paths: [DOCKER] })).toMatchObject({ status: 'ok' })
  expect(await collectClones(db, folder, { paths: [DOCKER] })).toMatchObject({ read: 0 })
  const repositories = await db.selectFrom('repositories').select(['id', 'head_sha']).execute()
  expect(repositories).toEqual([{ id: 'local/empty', head_sha: null }])
  expect(await db.selectFrom('coverage').selectAll().execute()).toEqual([])
})
