import {
  acceptance,
  type CollectOptions,
  RUN_AT,
  RUNS_APART,
  type Upstream,
} from '#test/collectors/acceptance.ts'
import { aPath } from '#test/support/collect-clones.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import {
  aDeployment,
  anIssue,
  aPullRequest,
  aRepository,
  aRun,
  aWorld,
  BOT,
  COLLEAGUE,
  type StoredDeployment,
  type StoredIssue,
  type StoredRuleset,
  toSha,
  type World,
} from '#test/support/github/store.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
acceptance({
  name: 'github',
  start: startGitHubUpstream,
  skips: {
    'T-C19': 'belongs to the HTTP client that all sources share: test/lib/outbound.test.ts',
    'T-C20': 'belongs to the lease that every run holds: test/db/leases.test.ts',
    'T-C21': RUNS_APART,
    'T-C22': 'belongs to the pages, which read published measurements only: test/e2e/data.spec.ts',
  },
})

const PAGE = 50

const SHIP = 'acme/dull/.github/workflows/ship.yml'

const PATHS = [
  aPath({ evidence: [{ kind: 'file-equals', path: 'Makefile', publishedIn: 'acme/dull' }] }),
  aPath({ evidence: [{ kind: 'workflow-pin', uses: SHIP }] }, 'ship'),
]

/** One busy repository (three pages of each list, or a few of each), and two quiet ones. */
function aBusyWorld(few: boolean): World {
  const most = few ? 5 : 2 * PAGE + 5
  const at = (minutes: number) =>
    new Date(Date.UTC(2026, 4, 1) + minutes * 60_000).toISOString().replace('.000', '')
  const pullRequests = Array.from({ length: most }, (_, index) => ({
    ...aPullRequest(index + 1, at(index * 60)),
    id: `PR_${index}`,
  }))
  const deployments = Array.from({ length: most }, (_, index) => ({
    ...aDeployment(at(index * 90)),
    id: `DE_${index}`,
    ...(index % 30 === 0 && { statuses: listGated(at(index * 90), at(index * 90 + 60)) }),
  }))
  const issues = Array.from({ length: few ? 5 : PAGE + 5 }, (_, index) => ({
    ...anIssue(index + 1, at(index * 100), { labels: index % 4 === 0 ? ['incident'] : [] }),
    id: `I_${index}`,
  }))
  const commits = [
    { oid: toSha('first'), committedDate: at(0), files: { CODEOWNERS: '* @acme/clay' } },
    { oid: toSha('second'), committedDate: at(60), files: { Makefile: 'v1' } },
  ]
  const published = [{ oid: toSha('common'), committedDate: at(0), files: { Makefile: 'v1' } }]
  const runs = [
    aRun(7, at(0), { reviews: [APPROVED] }),
    aRun(8, at(30), { referenced: [`${SHIP}@v1`], attempts: 2 }),
    aRun(9, at(60), { referenced: [`${SHIP}@v1`], status: 'queued', conclusion: null }),
  ]
  const environments = [{ name: 'production', reviewers: 1, timer: 0 }]
  const quiet = (name: string) => ({
    ...aRepository(name, { pullRequests: [{ ...aPullRequest(1, at(5)), id: `PR_${name}` }] }),
    id: `R_${name}`,
  })
  return aWorld({
    repositories: [
      {
        ...aRepository('busy', {
          pullRequests,
          deployments,
          issues,
          commits,
          runs,
          environments,
          rulesets: [REVIEWED],
        }),
        id: 'R_busy',
      },
      quiet('calm'),
      { ...quiet('dull'), commits: published },
    ],
    teams: [{ slug: 'wood', name: 'Wood', parent: null, permissions: { calm: 'ADMIN' } }],
  })
}

const REVIEWED: StoredRuleset = {
  id: 1,
  name: 'Reviewed',
  enforcement: 'ACTIVE',
  updatedAt: '2026-05-01T00:00:00Z',
  rules: [{ type: 'REQUIRED_SIGNATURES', parameters: null }],
}

const APPROVED = { state: 'approved', environment: 'production', user: COLLEAGUE }

/** Of a deployment by run 7 that waited for somebody. */
const listGated = (from: string, to: string): StoredDeployment['statuses'] => {
  const logUrl = 'https://github.com/acme/busy/actions/runs/7'
  return [
    { state: 'WAITING', createdAt: from, logUrl },
    { state: 'SUCCESS', createdAt: to, logUrl },
  ]
}

async function startGitHubUpstream({ few } = { few: false }): Promise<Upstream> {
  const world = aBusyWorld(few)
  const github = await aGitHub(world)
  let clock: Date | null = null
  const collect = (
    db: Parameters<Upstream['collect']>[0],
    { now = RUN_AT, signal, guard }: CollectOptions = {},
  ) => {
    github.clock = () => clock ?? now
    return collectGitHub(db, github, {
      now,
      tickets: { repositories: ['bus*'], labels: [], categories: [], platformTeam: [] },
      incidents: { repositories: ['bus*'], labels: ['incident'], services: {}, rules: [] },
      approvals: true,
      branchRules: true,
      runs: true,
      alerts: true,
      paths: PATHS,
      limits: { totalMs: 300 },
      ...(signal && { context: { signal } }),
      ...(guard && { guard }),
    })
  }
  const evolution = new Evolution(world)
  return {
    collect,
    tables: [
      'repositories',
      'repository_attributes',
      'services',
      'service_owners',
      'usage_evidence',
      'path_versions',
      'teams',
      'changes',
      'deployments',
      'deployment_statuses',
      'tickets',
      'incidents',
      'policy_evidence',
      'steps',
      'mandates',
      'path_attempts',
    ],
    // What a branch is held to is dated when it was seen.
    datedByReading: ['policy_evidence'],
    evolve: (choice) => evolution.step(choice),
    // An issue that is deleted, or moved to a repository that is not read.
    remove: (choice) => {
      const issues = world.repositories[0]?.issues ?? []
      issues.splice(choice % Math.max(1, issues.length), 1)
    },
    rename: () => {
      const [busy] = world.repositories
      if (busy) busy.name = 'busier'
    },
    write: (text) => {
      world.repositories[1]?.deployments.push(
        aDeployment('2026-05-20T00:00:00Z', { environment: text }),
      )
    },
    network: {
      faults: github.faults,
      requests: () => github.counts.requests,
      setClock: (now) => {
        clock = now
      },
      limits: LIMITS,
      longLimit: { status: 403, headers: { 'retry-after': '3600' } },
      records: findNodes,
      endless,
      addLate: (minutes) => evolution.addLate(minutes),
    },
  }
}

const PAST = String(Math.floor(RUN_AT.getTime() / 1000) - 10)
const EXHAUSTED = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': PAST }
const SECONDARY = { message: 'You have exceeded a secondary rate limit.' }

const LIMITS = {
  seconds: { status: 429, headers: { 'retry-after': '0' } },
  date: { status: 403, headers: { 'retry-after': new Date(0).toUTCString() } },
  secondary: { status: 403, headers: { 'retry-after': '0' }, body: SECONDARY },
  withoutHeaders: { status: 403, body: SECONDARY },
  inGraphQL: {
    status: 200,
    headers: { 'retry-after': '0', ...EXHAUSTED },
    body: { data: null, errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
  },
}

/** Changes to a world, each of them in another minute, after everything that it began with. */
class Evolution {
  readonly #world: World
  #minute = 0

  constructor(world: World) {
    this.#world = world
  }

  step(choice: number): void {
    const at = this.#tick()
    const place = Math.floor(choice / 10)
    const repository = this.#world.repositories[place % 3]
    if (repository === undefined) return
    const { pullRequests, deployments, issues } = repository
    const number = pullRequests.length + 1000
    switch (choice % 10) {
      case 0:
        pullRequests.push(aPullRequest(number, at, { author: place % 2 ? BOT : COLLEAGUE }))
        break
      case 1: {
        // Touched again, it moves to the top of its list.
        const touched = pullRequests[place % pullRequests.length]
        if (touched) touched.updatedAt = at
        break
      }
      case 2:
        deployments.push(aDeployment(at, { statuses: [{ state: 'QUEUED', createdAt: at }] }))
        break
      case 3:
      case 4: {
        const open = deployments.find(({ statuses }) => statuses.at(-1)?.state === 'QUEUED')
        const state = choice % 10 === 3 ? 'SUCCESS' : 'FAILURE'
        open?.statuses.push({ state, createdAt: at })
        break
      }
      case 5:
      case 6:
      case 7:
        evolveIssues(issues, choice, at)
        break
      case 8:
        repository.commits.push({ oid: toSha(at), committedDate: at, files: toFiles(place) })
        break
      default:
        pullRequests.push(
          aPullRequest(number, at, {
            reviews: [{ state: 'APPROVED', submittedAt: at, author: COLLEAGUE }],
          }),
        )
    }
  }

  addLate(minutes: number): void {
    const [busy] = this.#world.repositories
    if (busy === undefined) return
    const earlier = (time: string | undefined) =>
      new Date(Date.parse(time ?? '') - minutes * 60_000).toISOString().replace('.000', '')
    busy.pullRequests.push(aPullRequest(900, earlier(busy.pullRequests.at(-1)?.updatedAt)))
    busy.deployments.push(aDeployment(earlier(busy.deployments.at(-1)?.createdAt)))
    busy.issues.push(anIssue(900, earlier(busy.issues.at(-1)?.updatedAt)))
  }

  #tick(): string {
    this.#minute += 1
    return new Date(Date.UTC(2026, 4, 28) + this.#minute * 60_000).toISOString().replace('.000', '')
  }
}

/** Another owner, or nobody, or several, or another copy of what is published, or none. */
function toFiles(place: number): Record<string, string | null> {
  if (place % 5 === 3) return { 'catalog-info.yaml': CATALOGUES[place % CATALOGUES.length] ?? null }
  if (place % 5 < 3) return { CODEOWNERS: place % 4 === 0 ? null : `* @acme/team-${place % 4}` }
  return { Makefile: place % 4 === 0 ? null : `v${place % 4}` }
}

const aCatalogue = (owner: string) =>
  `kind: Component\nmetadata: { name: one }\nspec: { owner: ${owner} }\n`
const CATALOGUES = [aCatalogue('stone'), aCatalogue('user:jane'), aCatalogue('iron'), null]

/** A new one, or one that is closed, or got or lost its label. */
function evolveIssues(issues: StoredIssue[], choice: number, at: string): void {
  const issue = issues[Math.floor(choice / 10) % Math.max(1, issues.length)]
  if (choice % 10 === 5 || issue === undefined) issues.push(anIssue(issues.length + 1000, at))
  else if (choice % 10 === 6) Object.assign(issue, { closedAt: at, updatedAt: at })
  else {
    const labels = issue.labels.length === 0 ? ['incident'] : []
    Object.assign(issue, { labels, updatedAt: at })
  }
}

/** The nodes of the lists in an answer. */
function findNodes(answer: unknown): Record<string, unknown>[] {
  if (typeof answer !== 'object' || answer === null) return []
  if ('list' in answer) {
    const { nodes } = answer.list as { nodes: Record<string, unknown>[] }
    return nodes
  }
  return Object.values(answer).flatMap(findNodes)
}

/** Every list goes on where it began. */
function endless(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer
  if ('pageInfo' in answer) {
    return { ...answer, pageInfo: { hasNextPage: true, endCursor: 'Zm9yZXZlcg==' } }
  }
  const entries = Object.entries(answer).map(([key, value]) => [key, endless(value)])
  return Array.isArray(answer) ? answer.map(endless) : Object.fromEntries(entries)
}
