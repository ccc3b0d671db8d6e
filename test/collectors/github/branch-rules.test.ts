import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { aPath } from '#test/support/collect-clones.ts'
import { NOW } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import { withheld } from '#test/support/github/server.ts'
import {
  aRepository,
  aWorld,
  type StoredRepository,
  type StoredRuleset,
  toSha,
  type World,
} from '#test/support/github/store.ts'

const COMMITS = [{ oid: toSha('first'), committedDate: '2026-05-01T00:00:00Z', files: { a: 'b' } }]

const aRuleset = (
  rules: StoredRuleset['rules'],
  ruleset: Partial<StoredRuleset> = {},
): StoredRuleset => ({
  id: 42,
  name: 'super cool ruleset',
  enforcement: 'ACTIVE',
  updatedAt: '2026-04-01T09:00:00Z',
  rules,
  ...ruleset,
})

const reviews = (count: number, isOfOwners = false) => ({
  type: 'PULL_REQUEST',
  parameters: {
    __typename: 'PullRequestParameters',
    requiredApprovingReviewCount: count,
    requireCodeOwnerReview: isOfOwners,
  },
})

const plain = (type: string) => ({ type, parameters: null })

const PATHS = [
  aPath({ evidence: [{ kind: 'workflow-pin', uses: 'acme/paths/.github/workflows/ship.yml' }] }),
]

async function collectRules(repositories: StoredRepository[], world: Partial<World> = {}) {
  const github = await aGitHub(aWorld({ repositories, ...world }))
  const db = await testDatabase()
  const collect = (now: Date = NOW) => {
    github.clock = () => now
    return collectGitHub(db, github, { now, branchRules: true, paths: PATHS })
  }
  return { db, github, collect, outcome: await collect() }
}

const aShop = (shop: Partial<StoredRepository>) =>
  aRepository('shop', { commits: COMMITS, ...shop })

const listResults = async (db: Database) => {
  const rows = await db
    .selectFrom('policy_evidence')
    .select(['subject_id', 'requirement_id', 'result', 'produced_at'])
    .orderBy('produced_at')
    .orderBy('requirement_id')
    .execute()
  return rows.map((row) => ({ ...row, requirement_id: row.requirement_id.replace('github-', '') }))
}

const passing = async (db: Database) =>
  (await listResults(db))
    .filter(({ result }) => result === 'pass')
    .map(({ requirement_id: id }) => id)

const ASKED: readonly [string, Partial<StoredRepository>, string[]][] = [
  [
    'a ruleset',
    {
      rulesets: [
        aRuleset([reviews(1, true), plain('REQUIRED_STATUS_CHECKS'), plain('CODE_SCANNING')]),
      ],
    },
    ['code-owner-reviews', 'code-scanning', 'reviews', 'status-checks'],
  ],
  [
    'older protection of the branch',
    { protection: { reviews: 2, checks: ['build'], codeOwners: false, signatures: true } },
    ['reviews', 'signatures', 'status-checks'],
  ],
  ['a ruleset of pull requests without a review', { rulesets: [aRuleset([reviews(0)])] }, []],
  [
    'a ruleset on trial, or one that is off,',
    {
      rulesets: [
        aRuleset([reviews(1)], { enforcement: 'EVALUATE' }),
        aRuleset([plain('REQUIRED_SIGNATURES')], { enforcement: 'DISABLED' }),
      ],
    },
    [],
  ],
]

test.each(ASKED)(
  'what %s asks for is told of its repository, and what not',
  async (_, shop, ids) => {
    const { db, outcome } = await collectRules([aShop(shop)])
    expect(outcome.error).toBeNull()
    expect(await passing(db)).toEqual(ids)
    const results = await listResults(db)
    expect(results).toHaveLength(6)
    expect(results[0]).toEqual({
      subject_id: '127.0.0.1/acme/shop',
      requirement_id: 'code-owner-reviews',
      result: ids.includes('code-owner-reviews') ? 'pass' : 'fail',
      produced_at: NOW.toISOString(),
    })
  },
)

test('only a change is told again, a day later, at one request', async () => {
  const ruleset = aRuleset([reviews(1)])
  const { db, github, collect } = await collectRules([aShop({ rulesets: [ruleset] })])
  ruleset.enforcement = 'EVALUATE'
  await collect(new Date('2026-06-02T11:00:00Z'))
  expect(await listResults(db)).toHaveLength(6)
  expect(github.counts.byQuery['BranchRules']).toBe(1)
  const later = new Date('2026-06-02T13:00:00Z')
  await collect(later)
  expect(github.counts.byQuery['BranchRules']).toBe(2)
  expect((await listResults(db)).slice(6)).toEqual([
    {
      subject_id: '127.0.0.1/acme/shop',
      requirement_id: 'reviews',
      result: 'fail',
      produced_at: later.toISOString(),
    },
  ])
})

test('a new name of the repository leaves what was told of it', async () => {
  const shop = aShop({ rulesets: [aRuleset([reviews(1)])] })
  const { db, collect } = await collectRules([shop])
  shop.name = 'store'
  await collect()
  const results = await listResults(db)
  expect(results).toHaveLength(6)
  expect(new Set(results.map((row) => row.subject_id))).toEqual(new Set(['127.0.0.1/acme/store']))
})

test('nothing is asked of an archived or empty repository', async () => {
  const { db, github } = await collectRules([
    aShop({ isArchived: true }),
    aRepository('empty', { commits: [] }),
  ])
  expect(await listResults(db)).toEqual([])
  expect(github.counts.byQuery['BranchRules']).toBe(1)
})

test('rules that are hidden are told once, and are no failure of a rule', async () => {
  const repositories = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    aRepository(name, { commits: COMMITS }),
  )
  const { db, outcome, github } = await collectRules(repositories, { hidden: ['rules'] })
  expect(outcome.status).toBe('partial')
  expect(outcome.error).toMatch(
    /^gh: branch rules of repositories are hidden .* not accessible.*; give the sign-in Contents and Administration/,
  )
  expect(await listResults(db)).toEqual([])
  expect(await db.selectFrom('coverage').selectAll().execute()).toHaveLength(5)
  expect(github.counts.byQuery['BranchRules']).toBe(3)
})

test('rules of another shape go to quarantine, and nothing is said of them', async () => {
  const { db, outcome } = await collectRules([
    aShop({ rulesets: [aRuleset([reviews(1)], { updatedAt: 'soon' })] }),
  ])
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  const [row] = await db.selectFrom('quarantine').selectAll().execute()
  expect(row?.position).toBe('rules of the default branch')
  expect(row?.reason).toMatch(/updatedAt/)
  expect(await listResults(db)).toEqual([])
})

const requires = (repository: StoredRepository, path = '.github/workflows/ship.yml') => ({
  type: 'WORKFLOWS',
  parameters: {
    __typename: 'WorkflowsParameters',
    workflows: [{ path, repositoryId: repository.databaseId }],
  },
})

const listMandates = async (db: Database) =>
  db
    .selectFrom('mandates')
    .select(['native_id', 'path_id', 'kind', 'team_scope', 'announced_at', 'ended_at'])
    .orderBy('native_id')
    .execute()

test('a required workflow of a golden path is a mandate for the owners, until it is required no more', async () => {
  const paths = aRepository('paths', { commits: COMMITS })
  const ruleset = aRuleset([requires(paths)])
  const owned = (team: string) => [
    {
      oid: toSha(team),
      committedDate: NOW.toISOString(),
      files: { CODEOWNERS: `* @acme/${team}` },
    },
  ]
  const shop = aRepository('shop', { commits: owned('clay'), rulesets: [ruleset] })
  const mine = aRepository('mine', { commits: owned('wood'), rulesets: [ruleset] })
  const free = aRepository('free', { commits: owned('wind') })
  const { db, collect } = await collectRules([paths, shop, mine, free])
  const mandate = {
    native_id: 'ruleset 42 path 2026-04-01T09:00:00.000Z',
    path_id: 'path',
    kind: 'interface',
    team_scope: '["clay","wood"]',
    announced_at: '2026-04-01T09:00:00.000Z',
    ended_at: null,
  }
  expect(await listMandates(db)).toEqual([mandate])
  const [second, third] = [new Date('2026-06-02T13:00:00Z'), new Date('2026-06-03T14:00:00Z')]
  // Changed in some other way it is still the mandate that it was.
  mine.rulesets.splice(0)
  shop.rulesets.splice(0, 1, { ...ruleset, updatedAt: '2026-06-02T09:00:00Z' })
  await collect(second)
  expect(await listMandates(db)).toEqual([{ ...mandate, team_scope: '["clay"]' }])
  shop.rulesets.splice(0)
  await collect(third)
  expect(await listMandates(db)).toEqual([
    { ...mandate, team_scope: '["clay"]', ended_at: third.toISOString() },
  ])
})

test.each([
  ['another workflow', (paths: StoredRepository) => requires(paths, '.github/workflows/scan.yml')],
  ['the workflow of another repository', () => requires(aRepository('other'))],
])('%s that is required is no mandate of the path', async (_, rule) => {
  const paths = aRepository('paths', { commits: COMMITS })
  const { db } = await collectRules([paths, aShop({ rulesets: [aRuleset([rule(paths)])] })])
  expect(await passing(db)).toEqual(['workflows'])
  expect(await listMandates(db)).toEqual([])
})

test('while a repository cannot be read no mandate ends', async () => {
  const paths = aRepository('paths', { commits: COMMITS })
  const shop = aShop({ rulesets: [aRuleset([requires(paths)])] })
  const { db, github, collect } = await collectRules([paths, shop])
  github.faults.push(withheld(['organization', 'list', 'nodes', 1]))
  await collect(new Date('2026-06-02T13:00:00Z'))
  expect((await listMandates(db)).map((row) => row.ended_at)).toEqual([null])
})
