import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { adoptionOrigin } from '#scorecards/adoption/origin.ts'
import { covers } from '#scorecards/adoption/replay.ts'
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

/** Of a team that began to use the path then. */
async function originOf(db: Database, team: string, firstUse: string) {
  const rows = await db.selectFrom('mandates').selectAll().execute()
  const own = rows
    .filter((row) => covers(row, team))
    .map(({ kind, announced_at: announcedAt, ended_at: endedAt }) => {
      return { kind, announcedAt, endedAt }
    })
  return adoptionOrigin(firstUse, own)
}

const SECOND = new Date('2026-06-02T13:00:00Z')
const THIRD = new Date('2026-06-03T14:00:00Z')

const aMandate = (team: string, announcedAt: string, endedAt: string | null = null) => ({
  native_id: `ruleset 42 path ${team} ${announcedAt}`,
  path_id: 'path',
  kind: 'interface',
  team_scope: JSON.stringify([team]),
  announced_at: announcedAt,
  ended_at: endedAt,
})

const APRIL = '2026-04-01T09:00:00.000Z'

const commitOf = (team: string) => ({
  oid: toSha(team),
  committedDate: NOW.toISOString(),
  files: { CODEOWNERS: `* @acme/${team}` },
})

/** The path's workflow is required in the repositories of clay and wood, and not in that of wind. */
async function collectRequired() {
  const paths = aRepository('paths', { commits: COMMITS })
  const ruleset = aRuleset([requires(paths)])
  const own = (team: string, rulesets: StoredRuleset[]) =>
    aRepository(`of-${team}`, { commits: [commitOf(team)], rulesets })
  const of = {
    clay: own('clay', [ruleset]),
    wood: own('wood', [ruleset]),
    wind: own('wind', []),
  }
  return { ruleset, of, ...(await collectRules([paths, ...Object.values(of)])) }
}

test('a required workflow of a golden path is a mandate for each owner, until it is required no more', async () => {
  const { db, collect, of, ruleset } = await collectRequired()
  expect(await listMandates(db)).toEqual([aMandate('clay', APRIL), aMandate('wood', APRIL)])
  // Changed in some other way it is still the mandate that it was.
  of.wood.rulesets.splice(0)
  of.clay.rulesets.splice(0, 1, { ...ruleset, updatedAt: '2026-06-02T09:00:00Z' })
  await collect(SECOND)
  const ofWood = aMandate('wood', APRIL, SECOND.toISOString())
  expect(await listMandates(db)).toEqual([aMandate('clay', APRIL), ofWood])
  of.clay.rulesets.splice(0)
  await collect(THIRD)
  const ofClay = aMandate('clay', APRIL, THIRD.toISOString())
  expect(await listMandates(db)).toEqual([ofClay, ofWood])
})

test('who adopted under a mandate did so, also when it covers the team no more', async () => {
  const { db, collect, of } = await collectRequired()
  expect(await originOf(db, 'wood', '2026-04-20T00:00:00.000Z')).toBe('mandated')
  of.wood.rulesets.splice(0)
  await collect(SECOND)
  expect(await originOf(db, 'wood', '2026-04-20T00:00:00.000Z')).toBe('mandated')
  expect(await originOf(db, 'wood', '2026-06-03T00:00:00.000Z')).toBe('voluntary')
})

test('who adopted freely did so, also when a mandate covers the team later', async () => {
  const { db, collect, of, ruleset } = await collectRequired()
  of.wind.rulesets.push(ruleset)
  await collect(SECOND)
  expect(await listMandates(db)).toContainEqual(aMandate('wind', SECOND.toISOString()))
  expect(await originOf(db, 'wind', '2026-04-20T00:00:00.000Z')).toBe('voluntary')
  expect(await originOf(db, 'wind', '2026-06-03T00:00:00.000Z')).toBe('mandated')
})

test('a ruleset of old that comes to a repository later is a mandate from then, and a new one from its last change', async () => {
  const { db, collect, of, ruleset } = await collectRequired()
  of.wind.rulesets.push(
    { ...ruleset, id: 43 },
    { ...ruleset, id: 44, updatedAt: '2026-06-02T09:00:00Z' },
  )
  await collect(SECOND)
  const dated = (await listMandates(db)).map(({ native_id: id, announced_at: at }) => [id, at])
  expect(dated.slice(2)).toEqual([
    [`ruleset 43 path wind ${SECOND.toISOString()}`, SECOND.toISOString()],
    ['ruleset 44 path wind 2026-06-02T09:00:00.000Z', '2026-06-02T09:00:00.000Z'],
  ])
})

test('a mandate follows a repository to its new owner, and comes back with it', async () => {
  const { db, collect, of } = await collectRequired()
  const handOver = (team: string, day: number) =>
    of.wood.commits.push({
      ...commitOf(team),
      oid: toSha(`${team} ${day}`),
      committedDate: `2026-06-0${day}T10:00:00Z`,
    })
  handOver('wind', 2)
  await collect(SECOND)
  handOver('wood', 3)
  await collect(THIRD)
  const [second, third] = [SECOND.toISOString(), THIRD.toISOString()]
  expect(await listMandates(db)).toEqual([
    aMandate('clay', APRIL),
    aMandate('wind', second, third),
    aMandate('wood', APRIL, second),
    aMandate('wood', third),
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
  const { db, github, collect } = await collectRequired()
  github.faults.push(withheld(['organization', 'list', 'nodes', 1]))
  await collect(SECOND)
  expect((await listMandates(db)).map((row) => row.ended_at)).toEqual([null, null])
})
