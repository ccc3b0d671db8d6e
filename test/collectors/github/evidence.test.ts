import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { aPath, collectClones } from '#test/support/collect-clones.ts'
import { NOW } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { aFolder, aHistory, type CommitOptions, git } from '#test/support/git.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import type { LocalGitHub } from '#test/support/github/server.ts'
import {
  aRepository,
  aWorld,
  type StoredCommit,
  type StoredRepository,
  type StoredTag,
  toBlobId,
} from '#test/support/github/store.ts'

const at = (day: number) => new Date(Date.UTC(2026, 2, day)).toISOString()

/** When another file began to be published; a clone names the commit that came next. */
const MOVED = at(5)

const PATH = aPath({
  evidence: [
    {
      kind: 'file-equals',
      path: 'Makefile',
      publishedIn: 'common',
      publishedPath: [
        { path: 'Makefile', until: MOVED },
        { path: 'new/Makefile', since: MOVED },
      ],
      optOut: { contains: 'mine' },
    },
    { kind: 'workflow-pin', uses: 'acme/deploy', publishedIn: 'common' },
    { kind: 'annotation', key: 'x' },
  ],
  offPath: [{ kind: 'workflow-file', glob: '.github/workflows/*b*.yml' }],
  eligible: { file: 'go.mod' },
})

const workflow = (ref: string) => `jobs:\n  a:\n    uses: acme/deploy@${ref} # v1.2.3\n`
const catalogue = 'kind: Component\nmetadata: { name: shop, annotations: { x: 1 } }\nspec: {}\n'

type Commit = Pick<CommitOptions, 'at' | 'files'>

const COMMON: readonly Commit[] = [
  { at: at(1), files: { Makefile: 'v1', other: '1' } },
  { at: at(3), files: { Makefile: 'v2' } },
  { at: at(4), files: { 'new/Makefile': 'v3' } },
  { at: at(7), files: { 'new/Makefile': 'v1' } },
]

const SHOP: readonly Commit[] = [
  { at: at(1), files: { README: 'x' } },
  { at: at(2), files: { Makefile: 'v1', 'go.mod': 'x' } },
  {
    at: at(3),
    files: { '.github/workflows/a.yml': workflow('v1'), 'catalog-info.yaml': catalogue },
  },
  { at: at(4), files: { '.github/workflows/a.yml': workflow('v2'), Makefile: 'mine' } },
  { at: at(5), files: { '.github/workflows/b.yml': 'on: push', 'go.mod': null } },
  { at: at(6), files: { '.github/workflows/a.yml': null, Makefile: null } },
  { at: at(7), files: { '.github/workflows/b.yml': workflow('v2'), 'catalog-info.yaml': '[' } },
]

interface TagOptions {
  readonly name: string
  /** Number of the commit. */
  readonly commit: number
  readonly at?: string
}

/** The same history as a clone in `folder` and as a repository of GitHub. */
function makeBoth(
  folder: string,
  name: string,
  commits: readonly Commit[],
  tags: readonly TagOptions[] = [],
): StoredRepository {
  const history = aHistory()
  for (const commit of commits) history.commit(commit)
  for (const { name: tag, commit, at: taggedAt } of tags) history.tag(tag, commit, taggedAt)
  const clone = join(folder, `${name}.git`)
  mkdirSync(clone, { recursive: true })
  history.writeTo(clone)
  const shas = git(clone, 'log', '--reverse', '--format=%H', 'main').split('\n')
  const stored = commits.map(
    ({ at: committedDate, files = {} }, place): StoredCommit => ({
      oid: shas[place] ?? '',
      committedDate,
      files,
    }),
  )
  const storedTags = tags.map(
    ({ name: tag, commit, at: taggedAt = null }): StoredTag => ({
      name: tag,
      commit: shas[commit - 1] ?? '',
      taggedAt,
    }),
  )
  return aRepository(name, { createdAt: commits[0]?.at ?? '', commits: stored, tags: storedTags })
}

interface Seen {
  readonly rule_id: string
  readonly repository_id: string
  readonly valid_from: string
}

/** Of what was there at first, or not, GitHub does not know the commit. */
const isFirst = (row: Seen, all: readonly Seen[]) =>
  !all.some(
    (one) =>
      one.rule_id === row.rule_id &&
      one.repository_id === row.repository_id &&
      one.valid_from < row.valid_from,
  )

/** What the watched files told, whoever read them: but for commits that GitHub does not tell. */
async function evidenceOf(db: Database) {
  const evidence = await db
    .selectFrom('usage_evidence')
    .select(['rule_id', 'repository_id', 'valid_from', 'presence', 'blob', 'pins', 'proof'])
    .orderBy('rule_id')
    .orderBy('valid_from')
    .execute()
  const versions = await db
    .selectFrom('path_versions')
    .select(['rule_id', 'sequence', 'version', 'published_at', 'blob', 'commit_sha'])
    .orderBy('rule_id')
    .orderBy('sequence')
    .execute()
  const attributes = await db
    .selectFrom('repository_attributes')
    .select(['repository_id', 'attribute', 'valid_from', 'value'])
    .where('attribute', 'like', 'file:%')
    .orderBy('valid_from')
    .execute()
  const short = <T extends { repository_id: string }>(row: T) => ({
    ...row,
    repository_id: row.repository_id.split('/').at(-1),
  })
  const byRepository = (a: { repository_id: unknown }, b: { repository_id: unknown }) =>
    String(a.repository_id) < String(b.repository_id) ? -1 : 1
  return {
    evidence: evidence
      .map((row) => ({ ...row, proof: isFirst(row, evidence) ? '' : row.proof }))
      .map(short)
      .toSorted(byRepository),
    versions: versions.map((row) =>
      row.published_at === MOVED ? { ...row, commit_sha: '' } : row,
    ),
    attributes: attributes.map(short).toSorted(byRepository),
  }
}

const TAGS: readonly TagOptions[] = [
  { name: 'v1', commit: 1 },
  { name: 'v2', commit: 2, at: at(6) },
]

test('GitHub tells of the watched files what a clone tells, now and at every moment before', async () => {
  const folder = aFolder()
  const repositories = [makeBoth(folder, 'common', COMMON, TAGS), makeBoth(folder, 'shop', SHOP)]
  const [cloned, hosted] = [await testDatabase(), await testDatabase()]
  await collectClones(cloned, folder, { paths: [PATH] })
  const github = await aGitHub(aWorld({ repositories }))
  const outcome = await collectGitHub(hosted, github, { paths: [PATH] })
  expect(outcome).toMatchObject({ status: 'partial', error: null })
  const told = await evidenceOf(hosted)
  expect(told).toEqual(await evidenceOf(cloned))
  expect(told.evidence.length).toBeGreaterThan(15)
  expect(told.versions.length).toBe(6)
  const moved = await hosted
    .selectFrom('path_versions')
    .select(['published_at', 'blob'])
    .where('commit_sha', 'is', null)
    .execute()
  expect(moved).toEqual([{ published_at: MOVED, blob: toBlobId('v3') }])
})

const later = (time: string) => `2026-03-0${time}:00:00.000Z`

test('of commits whose dates run backwards, are equal or lie ahead, GitHub tells in the order of the history what a clone tells', async () => {
  const folder = aFolder()
  const repositories = [
    makeBoth(folder, 'common', [
      { at: at(1), files: { Makefile: 'v1' } },
      { at: at(6), files: { Makefile: 'v2' } },
      { at: at(4), files: { Makefile: 'v3' } },
      { at: at(4), files: { 'new/Makefile': 'v4' } },
    ]),
    makeBoth(folder, 'shop', [
      { at: at(3), files: { Makefile: 'v1', 'go.mod': 'x' } },
      { at: at(2), files: { Makefile: 'mine' } },
      { at: at(3), files: { Makefile: 'v2', '.github/workflows/a.yml': workflow('v1') } },
      { at: later('4T10'), files: { '.github/workflows/a.yml': workflow('v2') } },
      { at: later('4T10'), files: { '.github/workflows/a.yml': null } },
      { at: '2080-01-01T00:00:00.000Z', files: { 'go.mod': null } },
      { at: at(5), files: { Makefile: 'v3', 'go.mod': 'y' } },
    ]),
  ]
  const [cloned, hosted] = [await testDatabase(), await testDatabase()]
  await collectClones(cloned, folder, { paths: [PATH], now: NOW })
  const github = await aGitHub(aWorld({ repositories }))
  await collectGitHub(hosted, github, { paths: [PATH], now: NOW })
  const told = await evidenceOf(hosted)
  expect(told).toEqual(await evidenceOf(cloned))
  const makefile = told.evidence.filter(
    ({ repository_id: id, rule_id: rule }) => id === 'shop' && rule === 'file-equals:Makefile',
  )
  expect(makefile.map(({ valid_from: from, blob }) => [from, blob])).toEqual([
    [at(3), toBlobId('v2')],
    [at(5), toBlobId('v3')],
  ])
})

test('what the newest commit holds is evidence, though its clock ran ahead', async () => {
  const { makefile } = await collectShop([
    { at: at(3), files: { Makefile: 'v1' } },
    { at: '2080-01-01T00:00:00.000Z', files: { Makefile: 'mine' } },
  ])
  expect(await makefile()).toMatchObject([
    { valid_from: at(3), blob: toBlobId('v1') },
    { valid_from: NOW.toISOString(), blob: toBlobId('mine') },
  ])
})

/** A shop that is read once, with what it tells of the Makefile. */
async function collectShop(commits: readonly Commit[]) {
  const folder = aFolder()
  const shop = makeBoth(folder, 'shop', commits)
  const common = makeBoth(folder, 'common', COMMON)
  const github = await aGitHub(aWorld({ repositories: [common, shop] }))
  const db = await testDatabase()
  await collectGitHub(db, github, { paths: [PATH] })
  const makefile = () =>
    db
      .selectFrom('usage_evidence')
      .select(['valid_from', 'presence', 'blob'])
      .where('rule_id', '=', 'file-equals:Makefile')
      .where('repository_id', 'like', '%/shop')
      .orderBy('valid_from')
      .execute()
  return { db, github, shop, makefile }
}

const ONE: readonly Commit[] = [{ at: at(2), files: { Makefile: 'v1' } }]

test('the first content is dated by its commit; before it nothing was there, and no commit says so', async () => {
  const { db } = await collectShop([{ at: at(1), files: { README: 'x' } }, ...ONE])
  const rows = await db
    .selectFrom('usage_evidence')
    .select(['valid_from', 'presence', 'proof', 'commit_sha'])
    .where('rule_id', '=', 'file-equals:Makefile')
    .where('repository_id', 'like', '%/shop')
    .orderBy('valid_from')
    .execute()
  const [, sha = ''] = /@(.*)/.exec(rows[1]?.proof ?? '') ?? []
  expect(rows).toEqual([
    { valid_from: at(1), presence: 'absent', proof: 'no Makefile', commit_sha: '' },
    {
      valid_from: at(2),
      presence: 'present',
      proof: `Makefile@${sha}`,
      commit_sha: expect.stringMatching(new RegExp(`^${sha}[0-9a-f]{33}$`)),
    },
  ])
})

test('a push that touches no watched file asks little and changes nothing but the head', async () => {
  const { db, github, shop, makefile } = await collectShop(ONE)
  const before = await makefile()
  shop.commits.push({ oid: 'f'.repeat(40), committedDate: at(9), files: { README: 'y' } })
  const { requests } = github.counts
  await collectGitHub(db, github, { paths: [PATH] })
  // The list, the watched files and tags of the publisher, the watched files, and the files of owners.
  expect(github.counts.requests - requests).toBe(5)
  expect(await makefile()).toEqual(before)
})

test('what the main line no longer has is not kept', async () => {
  const { db, github, shop, makefile } = await collectShop([
    ...ONE,
    { at: at(3), files: { Makefile: 'wrong' } },
  ])
  expect(await makefile()).toHaveLength(2)
  shop.commits.splice(1, 1, {
    oid: 'e'.repeat(40),
    committedDate: at(4),
    files: { Makefile: 'right' },
  })
  await collectGitHub(db, github, { paths: [PATH] })
  expect(await makefile()).toEqual([
    { valid_from: at(2), presence: 'present', blob: toBlobId('v1') },
    { valid_from: at(4), presence: 'present', blob: toBlobId('right') },
  ])
})

test('a rule that looks at the whole tree is told as a fault, and so is a publisher that is not there', async () => {
  const path = aPath({
    evidence: [{ kind: 'file-equals', path: 'Makefile', publishedIn: 'acme/nowhere' }],
    offPath: [{ kind: 'workflow-file', glob: '**/deploy.sh' }],
  })
  const github = await aGitHub(aWorld({ repositories: [makeBoth(aFolder(), 'shop', ONE)] }))
  const db = await testDatabase()
  const { status, error } = await collectGitHub(db, github, { paths: [path] })
  expect(status).toBe('partial')
  expect(error).toMatch(
    /file-equals:Makefile: publishedIn: no repository of this source is acme\/nowhere/,
  )
  expect(error).toMatch(/off-path:\*\*\/deploy\.sh: looks at the whole tree/)
})

/** Both repositories, read by a GitHub that may run out of time, and what a clone of them tells. */
async function collectBoth() {
  const folder = aFolder()
  const readable = SHOP.slice(0, -1)
  const common = makeBoth(folder, 'common', COMMON, TAGS)
  const shop = makeBoth(folder, 'shop', readable)
  const [cloned, db] = [await testDatabase(), await testDatabase()]
  await collectClones(cloned, folder, { paths: [PATH] })
  const github = await aGitHub(aWorld({ repositories: [common, shop] }))
  const collect = (now?: Date) => collectGitHub(db, github, { paths: [PATH], now })
  return { db, github, shop, collect, whole: await evidenceOf(cloned) }
}

const isOfShop = ({ repository_id: id }: { repository_id: string | undefined }) => id === 'shop'

const rulesOfShop = async (db: Database) =>
  new Set((await evidenceOf(db)).evidence.filter(isOfShop).map(({ rule_id: rule }) => rule))

async function coveredScopes(db: Database) {
  const rows = await db
    .selectFrom('coverage')
    .select(['scope', 'covered_to'])
    .orderBy('scope')
    .execute()
  return rows.map(({ scope, covered_to: to }) => [scope.split('/').at(-1), to])
}

const READ_AT = '2026-06-01T12:00:00.000Z'
const BOTH_COVERED = [
  ['common', READ_AT],
  ['shop', READ_AT],
]

test.each<[string, RegExp, readonly string[], LocalGitHub['runsOutOfTime']]>([
  [
    'the history of one file',
    /acme\/shop: history of Makefile: .*answers 502/,
    ['file-equals:Makefile'],
    (query, { name, path }) => query === 'FileHistory' && name === 'shop' && path === 'Makefile',
  ],
  [
    'which commit touched a file',
    /acme\/shop: history of Makefile: .*answers 502/,
    ['file-equals:Makefile'],
    (query, { name, ...paths }) =>
      query === 'WatchedFiles' && name === 'shop' && Object.values(paths).includes('Makefile'),
  ],
  [
    'the contents of one file',
    /acme\/shop: history of \.github\/workflows\/a\.yml: .*answers 502/,
    ['workflow-pin:acme/deploy'],
    (query, variables) =>
      query === 'Contents' && Object.values(variables).includes(toBlobId(workflow('v2'))),
  ],
])(
  'where GitHub does not give %s, it is told, the rest is read, and that time is not covered',
  async (_, message, unread, runsOutOfTime) => {
    const { db, github, collect, whole } = await collectBoth()
    github.runsOutOfTime = runsOutOfTime
    const outcome = await collect()
    expect(outcome).toMatchObject({ status: 'partial', quarantined: 0 })
    expect(outcome.error).toMatch(message)
    const all = [...new Set(whole.evidence.map(({ rule_id: rule }) => rule))]
    expect(await rulesOfShop(db)).toEqual(new Set(all.filter((rule) => !unread.includes(rule))))
    expect(await coveredScopes(db)).toEqual([['common', READ_AT]])
    github.runsOutOfTime = () => false
    expect(await collect()).toMatchObject({ status: 'ok', error: null })
    expect(await evidenceOf(db)).toEqual(whole)
    expect(await coveredScopes(db)).toEqual(BOTH_COVERED)
  },
)

test('where GitHub gives no history at all it is not asked for each, and owners are read', async () => {
  const { db, github, collect } = await collectBoth()
  github.runsOutOfTime = (query, { name }) => query === 'FileHistory' && name === 'shop'
  const outcome = await collect()
  expect(outcome.error).toMatch(
    /acme\/shop: history of \.github\/workflows, Makefile, catalog-info\.yaml, go\.mod: /,
  )
  const asked = github.requests
    .map(({ body }) => body)
    .filter((body) => body.includes('query FileHistory') && body.includes('"name":"shop"'))
  const paths = new Set(asked.map((body) => /"path":"([^"]+)"/.exec(body)?.[1]))
  expect([...paths]).toEqual(['.github/workflows', 'Makefile', 'catalog-info.yaml'])
  expect(await rulesOfShop(db)).toEqual(new Set())
  expect(await ownersOf(db)).toMatchObject([{ service_id: 'shop', team_id: null }])
})

test('what is known of a file stays while its history is not to be had, and is covered no further', async () => {
  const { db, github, shop, collect, whole } = await collectBoth()
  await collect()
  expect(await evidenceOf(db)).toEqual(whole)
  shop.commits.push({
    oid: 'f'.repeat(40),
    committedDate: at(9),
    files: { Makefile: 'v3', 'go.mod': 'z' },
  })
  github.runsOutOfTime = (query, { path }) => query === 'FileHistory' && path === 'Makefile'
  expect(await collect(new Date('2026-06-02T12:00:00Z'))).toMatchObject({ status: 'partial' })
  const told = await evidenceOf(db)
  expect(told.evidence).toEqual(whole.evidence)
  expect(told.attributes.filter(isOfShop).at(-1)).toMatchObject({ valid_from: at(9) })
  const ofShop = (await coveredScopes(db)).filter(([name]) => name === 'shop')
  expect(ofShop).toEqual([['shop', READ_AT]])
})

test('versions stay while GitHub does not give the tags, and the rest is read', async () => {
  const { db, github, collect, whole } = await collectBoth()
  await collect()
  github.runsOutOfTime = (query) => query === 'Tags'
  const outcome = await collect()
  expect(outcome.error).toMatch(/acme\/common: history of tags: .*answers 502/)
  expect(await evidenceOf(db)).toEqual(whole)
})

test('where all files are too much for one answer GitHub is asked for fewer, and nothing is missing', async () => {
  const { db, github, collect, whole } = await collectBoth()
  github.runsOutOfTime = (query, variables) =>
    (query === 'WatchedFiles' || query === 'Contents') && Object.keys(variables).length > 3
  expect(await collect()).toMatchObject({ status: 'ok', error: null })
  expect(await evidenceOf(db)).toEqual(whole)
  expect(await coveredScopes(db)).toEqual(BOTH_COVERED)
})

test('what a golden path told that is no longer configured stays, from GitHub as from a clone', async () => {
  const folder = aFolder()
  const repositories = [makeBoth(folder, 'common', COMMON, TAGS), makeBoth(folder, 'shop', SHOP)]
  const github = await aGitHub(aWorld({ repositories }))
  const [cloned, hosted] = [await testDatabase(), await testDatabase()]
  const other = aPath({ evidence: [{ kind: 'file-present', path: 'README' }] }, 'other')
  for (const paths of [[PATH], [other]]) {
    await collectClones(cloned, folder, { paths })
    await collectGitHub(hosted, github, { paths })
  }
  const told = await evidenceOf(hosted)
  expect(told).toEqual(await evidenceOf(cloned))
  expect(told.evidence.length).toBeGreaterThan(15)
  expect(told.attributes.filter(isOfShop)).toHaveLength(3)
})

const aCatalogue = (owner: string, name = 'basket') =>
  `kind: Component\nmetadata: { name: ${name} }\nspec: { type: http, lifecycle: production, owner: ${owner} }\n`

const CORTEX = 'info:\n  x-cortex-tag: basket\n  x-cortex-owners: [{ type: group, name: Sand }]\n'

/** Of files alone, which GitHub and a clone read alike: no CODEOWNERS, which only a host believes. */
const OWNED: readonly Commit[] = [
  { at: at(1), files: { README: 'x' } },
  { at: at(2), files: { 'catalog-info.yaml': aCatalogue('group:default/stone') } },
  { at: at(3), files: { 'catalog-info.yaml': aCatalogue('group:default/stone', 'cart') } },
  {
    at: at(4),
    files: { 'opslevel.yml': 'service: { name: basket, owner: Iron, tier: tier_1 }\n' },
  },
  { at: at(5), files: { 'catalog-info.yaml': aCatalogue('user:jane') } },
  { at: at(6), files: { 'opslevel.yml': null } },
  { at: at(7), files: { 'catalog-info.yaml': null } },
  { at: at(8), files: { 'catalog-info.yaml': 'kind: [', 'cortex.yaml': CORTEX } },
  { at: at(10), files: { 'catalog-info.yaml': aCatalogue('clay') } },
  { at: at(9), files: { 'catalog-info.yaml': aCatalogue('wood'), 'go.mod': 'x' } },
  { at: at(11), files: { README: 'y' } },
  { at: at(12), files: { 'catalog-info.yaml': 'kind: [' } },
  { at: at(13), files: { 'cortex.yaml': null, 'catalog-info.yaml': aCatalogue('iron') } },
]

const ownersOf = (db: Database) =>
  db
    .selectFrom('service_owners')
    .select(['service_id', 'team_id', 'owned_from', 'owned_to', 'decided_by'])
    .orderBy('service_id')
    .orderBy('owned_from')
    .execute()

const servicesOf = (db: Database) =>
  db
    .selectFrom('services')
    .select(['id', 'name', 'repository_path', 'workload_class', 'system', 'lifecycle', 'tier'])
    .orderBy('id')
    .execute()

test('of owners, services, evidence and publications GitHub tells what a clone tells, read at once or in parts', async () => {
  const folder = aFolder()
  const histories = { common: COMMON, shop: SHOP, basket: OWNED }
  const repositories = Object.entries(histories).map(([name, commits]) =>
    makeBoth(folder, name, commits, name === 'common' ? TAGS : []),
  )
  const [cloned, hosted, inParts] = [
    await testDatabase(),
    await testDatabase(),
    await testDatabase(),
  ]
  const tell = async (db: Database) => ({
    ...(await evidenceOf(db)),
    owners: await ownersOf(db),
    services: await servicesOf(db),
  })
  await collectClones(cloned, folder, { paths: [PATH] })
  const whole = await tell(cloned)
  await collectGitHub(hosted, await aGitHub(aWorld({ repositories })), { paths: [PATH] })
  expect(await tell(hosted)).toEqual(whole)

  const parts = repositories.map((one) => ({ ...one, commits: one.commits.slice(0, 1) }))
  const github = await aGitHub(aWorld({ repositories: parts }))
  for (const [index] of OWNED.entries()) {
    for (const [place, part] of parts.entries()) {
      const commit = repositories[place]?.commits[index]
      if (commit !== undefined && index > 0) part.commits.push(commit)
    }
    await collectGitHub(inParts, github, { paths: [PATH] })
  }
  expect(await tell(inParts)).toEqual(whole)
  const basket = whole.owners.filter(({ service_id: id }) => id === 'basket')
  expect(basket.map((row) => [row.team_id, row.owned_from, row.decided_by])).toEqual([
    ['stone', at(2), 'catalog-info.yaml'],
    ['iron', at(5), 'opslevel.yml'],
    [null, at(6), 'catalog-info.yaml'],
    ['wood', at(10), 'catalog-info.yaml'],
    ['iron', at(13), 'catalog-info.yaml'],
  ])
})
