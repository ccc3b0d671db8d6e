import { expect, test } from 'vitest'
import { linkWholeService } from '#db/change-services.ts'
import type { Database } from '#db/connection.ts'
import { addChanges, addService } from '#test/support/adoption.ts'
import { NOW } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import { type LocalGitHub, withheld } from '#test/support/github/server.ts'
import {
  aDeployment,
  anIssue,
  aPullRequest,
  aRepository,
  aWorld,
  BOT,
  COLLEAGUE,
  HUMAN,
  type StoredDeployment,
  type StoredIssue,
  type StoredPullRequest,
  type StoredRepository,
  toSha,
  type World,
} from '#test/support/github/store.ts'
import { aTold, saveTold } from '#test/support/told.ts'

const SHOP = '127.0.0.1/acme/shop'

const SHOP_TICKETS = {
  repositories: ['shop'],
  labels: [],
  categories: [
    { label: 'Deploy', category: 'deployment', path: 'http-service' },
    { label: 'sev1', severity: 'critical' },
  ],
  platformTeam: [],
}

/** Collects what is in one repository, `shop`. */
async function collectShop(
  shop: Partial<StoredRepository>,
  world: Partial<World> = {},
  options: Parameters<typeof collectGitHub>[2] = {},
) {
  const repository = aRepository('shop', shop)
  const github = await aGitHub(aWorld({ repositories: [repository], ...world }))
  const db = await testDatabase()
  const outcome = await collectGitHub(db, github, {
    tickets: SHOP_TICKETS,
    ownerProperty: 'owner',
    ...options,
  })
  return { db, github, repository, outcome }
}

async function changeOf(pullRequest: Partial<StoredPullRequest>) {
  const { db } = await collectShop({
    pullRequests: [aPullRequest(7, '2026-05-04T09:00:00Z', pullRequest)],
  })
  return db.selectFrom('changes').selectAll().executeTakeFirstOrThrow()
}

test('a merged pull request is a change, with its first commit, review and size, without a name', async () => {
  const change = await changeOf({
    id: 'PR_7',
    mergeSha: 'abc',
    firstCommitAt: '2026-05-01T08:00:00Z',
    createdAt: '2026-05-02T08:00:00Z',
    readyAt: '2026-05-02T10:00:00Z',
    additions: 10,
    deletions: 2,
    reviews: [
      { state: 'PENDING', submittedAt: null, author: COLLEAGUE },
      { state: 'COMMENTED', submittedAt: '2026-05-02T11:00:00Z', author: HUMAN },
      { state: 'COMMENTED', submittedAt: '2026-05-02T12:00:00Z', author: BOT },
      { state: 'APPROVED', submittedAt: '2026-05-03T12:00:00Z', author: COLLEAGUE },
      { state: 'CHANGES_REQUESTED', submittedAt: '2026-05-03T09:00:00Z', author: COLLEAGUE },
    ],
  })
  expect(change).toEqual({
    source_id: 'gh',
    native_id: 'PR_7',
    repository_id: SHOP,
    service_id: 'shop',
    number: 7,
    first_commit_at: '2026-05-01T08:00:00.000Z',
    opened_at: '2026-05-02T08:00:00.000Z',
    ready_at: '2026-05-02T10:00:00.000Z',
    first_review_at: '2026-05-03T09:00:00.000Z',
    approved_at: '2026-05-03T12:00:00.000Z',
    merged_at: '2026-05-04T09:00:00.000Z',
    merge_sha: 'abc',
    size_lines: 12,
    author_kind: 'human',
    reverts: null,
    repository_key: null,
    observed_at: NOW.toISOString(),
    gone_at: null,
  })
})

test('a first commit whose clock ran ahead is unknown, and so is an author who is gone', async () => {
  expect(await changeOf({ firstCommitAt: '2026-05-05T00:00:00Z', author: null })).toMatchObject({
    first_commit_at: null,
    author_kind: 'unknown',
    first_review_at: null,
    ready_at: '2026-05-04T09:00:00.000Z',
  })
})

test('a revert names what it reverts, and a bot is no human', async () => {
  const revert = { title: 'Revert "Change 5"', headRefName: 'revert-5-topic', author: BOT }
  expect(await changeOf(revert)).toMatchObject({ reverts: '#5', author_kind: 'bot' })
})

async function deploymentOf(deployment: Partial<StoredDeployment>) {
  const { db } = await collectShop({
    deployments: [aDeployment('2026-05-04T09:00:00Z', deployment)],
  })
  return db.selectFrom('deployments').selectAll().executeTakeFirst()
}

const at = (time: string) => `2026-05-04T${time}Z`
const stored = (time: string) => `2026-05-04T${time}.000Z`

test('a deployment ends with the first status that ends it, in whatever order they come', async () => {
  const deployment = await deploymentOf({
    id: 'DE_1',
    commitOid: 'abc',
    statuses: [
      { state: 'FAILURE', createdAt: at('09:20:00') },
      { state: 'IN_PROGRESS', createdAt: at('09:05:00'), logUrl: 'https://ci.example/runs/1' },
      { state: 'SUCCESS', createdAt: at('09:10:00') },
      { state: 'QUEUED', createdAt: at('09:01:00') },
    ],
  })
  expect(deployment).toMatchObject({
    service_id: 'shop',
    environment: 'production',
    environment_tier: 'production',
    sha: 'abc',
    created_at: stored('09:00:00'),
    started_at: stored('09:05:00'),
    finished_at: stored('09:10:00'),
    outcome: 'success',
    superseded_at: null,
    initiator_kind: 'human',
    url: 'https://ci.example/runs/1',
  })
})

test('inactive is superseded, not failed', async () => {
  const statuses: StoredDeployment['statuses'] = [
    { state: 'SUCCESS', createdAt: at('09:10:00') },
    { state: 'INACTIVE', createdAt: at('12:00:00') },
  ]
  expect(await deploymentOf({ statuses })).toMatchObject({
    outcome: 'success',
    finished_at: stored('09:10:00'),
    superseded_at: stored('12:00:00'),
  })
})

test.each([
  [[], 'open', null],
  [[{ state: 'ERROR', createdAt: at('09:10:00') }], 'failure', stored('09:10:00')],
  // It had succeeded, at a time that nobody knows.
  [[{ state: 'INACTIVE', createdAt: at('09:10:00') }], 'success', null],
] as const)('statuses %j are %s', async (statuses, outcome, finished) => {
  expect(await deploymentOf({ statuses: [...statuses] })).toMatchObject({
    outcome,
    finished_at: finished,
  })
})

test('an environment that nobody mapped is unknown, and pages are none', async () => {
  expect(await deploymentOf({ environment: 'moon' })).toMatchObject({
    environment: 'moon',
    environment_tier: null,
  })
  expect(await deploymentOf({ environment: 'github-pages' })).toBeUndefined()
})

test('every status of a deployment is kept, also of one with more than a page of them', async () => {
  const statuses = Array.from({ length: 150 }, (_, minute) => ({
    state: minute === 149 ? ('SUCCESS' as const) : ('IN_PROGRESS' as const),
    createdAt: new Date(Date.UTC(2026, 4, 4, 9, minute)).toISOString(),
  }))
  const { db } = await collectShop({ deployments: [aDeployment(at('09:00:00'), { statuses })] })
  const rows = await db.selectFrom('deployment_statuses').select('state').execute()
  expect(rows).toHaveLength(150)
  const [row] = await db.selectFrom('deployments').select(['outcome', 'finished_at']).execute()
  expect(row).toEqual({ outcome: 'success', finished_at: '2026-05-04T11:29:00.000Z' })
})

async function ticketOf(issue: Partial<StoredIssue>) {
  const { db } = await collectShop({ issues: [anIssue(3, at('09:00:00'), issue)] })
  return db.selectFrom('tickets').selectAll().executeTakeFirstOrThrow()
}

const INCIDENTS = {
  repositories: ['*'],
  labels: ['incident'],
  services: { 'service:basket': 'basket' },
  rules: [
    { label: 'sev1', severity: 'sev1' },
    { text: 'drill', ignore: true },
    { label: 'platform', cause: 'platform' as const },
  ],
}

const listIncidents = (db: Database) =>
  db.selectFrom('incidents').selectAll().orderBy('native_id').execute()

test('an issue with a label is an incident and no ticket, of its repository unless a label says otherwise', async () => {
  const issues = [
    { labels: ['Incident', 'sev1'], closedAt: at('10:00:00') },
    { labels: ['incident', 'service:basket', 'platform'] },
    { labels: ['incident'], title: 'Drill: all is lost' },
    { labels: ['question'] },
  ].map((issue, index) => ({ ...anIssue(index + 1, at('09:00:00'), issue), id: `I_${index}` }))
  const github = await aGitHub(aWorld({ repositories: [aRepository('shop', { issues })] }))
  const db = await testDatabase()
  const tickets = { repositories: ['*'], labels: [], categories: [], platformTeam: [] }
  const outcome = await collectGitHub(db, github, { tickets, incidents: INCIDENTS })
  expect(outcome).toMatchObject({ status: 'ok', error: null })
  expect(await listIncidents(db)).toMatchObject([
    {
      native_id: 'I_0',
      service_id: 'shop',
      severity: 'sev1',
      started_at: null,
      detected_at: stored('09:00:00'),
      restored_at: stored('10:00:00'),
      cause_class: null,
      link_kind: null,
    },
    { native_id: 'I_1', service_id: 'basket', restored_at: null, cause_class: 'platform' },
  ])
  const rows = await db.selectFrom('tickets').select('native_id').execute()
  expect(rows).toEqual([{ native_id: 'I_3' }])
  const covered = await coverageOf(db, 'entity:%')
  expect(covered.map(({ scope }) => scope)).toEqual(['entity:tickets', 'entity:incidents'])
})

test('an issue that loses its label is a ticket, and one that gets it is none any more', async () => {
  const issue = anIssue(1, at('09:00:00'), { labels: ['incident'] })
  const repositories = [aRepository('shop', { issues: [issue] })]
  const github = await aGitHub(aWorld({ repositories }))
  const db = await testDatabase()
  const tickets = { repositories: ['*'], labels: [], categories: [], platformTeam: [] }
  const count = async () => [
    (await listIncidents(db)).filter((row) => row.gone_at === null).length,
    (await db.selectFrom('tickets').selectAll().execute()).length,
  ]
  await collectGitHub(db, github, { tickets, incidents: INCIDENTS })
  expect(await count()).toEqual([1, 0])
  Object.assign(issue, { labels: [], updatedAt: at('11:00:00') })
  await collectGitHub(db, github, { tickets, incidents: INCIDENTS })
  expect(await count()).toEqual([0, 1])
  Object.assign(issue, { labels: ['incident'], updatedAt: at('12:00:00') })
  await collectGitHub(db, github, { tickets, incidents: INCIDENTS })
  expect(await count()).toEqual([1, 0])
})

test('incidents go over to the service that a catalogue has for the repository', async () => {
  const issues = [{}, { labels: ['incident', 'service:basket'] }].map((issue, index) => ({
    ...anIssue(index + 1, at('09:00:00'), { labels: ['incident'], ...issue }),
    id: `I_${index}`,
  }))
  const repositories = [aRepository('shop', { issues })]
  const github = await aGitHub(aWorld({ repositories }))
  const db = await testDatabase()
  await collectGitHub(db, github, { incidents: INCIDENTS })
  const catalogued = { team: null, covered: null, repository_id: SHOP }
  await addService(db, 'storefront', catalogued)
  await addService(db, 'basket', { ...catalogued, repository_path: 'basket' })
  Object.assign(issues[1] ?? {}, { closedAt: at('11:00:00'), updatedAt: at('11:00:00') })
  await collectGitHub(db, github, { incidents: INCIDENTS })
  const services = (await listIncidents(db)).map((row) => row.service_id)
  expect(services).toEqual(['storefront', 'basket'])
})

test('an incident that names a pull request is due to the deployment that brought it', async () => {
  const pullRequest = aPullRequest(7, at('08:00:00'), { mergedAt: at('08:10:00') })
  const deployment = aDeployment(at('08:20:00'), { commitOid: pullRequest.mergeSha })
  const chatter = Array.from({ length: 12 }, (_, index) => ({
    createdAt: at(`09:${10 + index}:00`),
    author: COLLEAGUE,
    body: 'looking',
  }))
  const address = `https://${SHOP}/pull/7`
  const named = { createdAt: at('09:40:00'), author: COLLEAGUE, body: `Caused by: ${address}.` }
  const comments = [...chatter, named]
  const issues = [anIssue(1, at('09:00:00'), { labels: ['incident'], comments })]
  const { db } = await collectShop(
    { pullRequests: [pullRequest], deployments: [deployment], issues },
    {},
    { incidents: INCIDENTS },
  )
  expect(await listIncidents(db)).toMatchObject([
    { caused_by_deployment_id: deployment.id, link_kind: 'explicit' },
  ])
})

test('an issue that cannot be read is put aside without its people and texts', async () => {
  const comments = [{ createdAt: 'at noon', author: COLLEAGUE, body: 'kim says' }]
  const issues = [
    anIssue(1, at('09:00:00'), { labels: ['incident'], comments, body: 'robin asks' }),
  ]
  const github = await aGitHub(aWorld({ repositories: [aRepository('shop', { issues })] }))
  const db = await testDatabase()
  const outcome = await collectGitHub(db, github, { incidents: INCIDENTS })
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  const [row] = await db.selectFrom('quarantine').selectAll().execute()
  expect(row?.reason).toMatch(/^node\.comments\[0\]\.createdAt: /)
  expect(JSON.stringify(row)).not.toMatch(/robin|kim/)
})

test('the platform team answers, and is told apart from those who ask', async () => {
  const comments = [
    { createdAt: at('09:20:00'), author: COLLEAGUE },
    { createdAt: at('09:40:00'), author: { kind: 'User' as const, login: 'Alex' } },
  ]
  const repositories = [
    aRepository('shop', {
      issues: [
        { ...anIssue(1, at('09:00:00'), { comments, title: 'Pipeline is red' }), id: 'I_1' },
        { ...anIssue(2, at('09:00:00'), { author: { kind: 'User', login: 'alex' } }), id: 'I_2' },
        { ...anIssue(3, at('09:00:00'), { author: BOT }), id: 'I_3' },
      ],
    }),
  ]
  const github = await aGitHub(aWorld({ repositories }))
  const db = await testDatabase()
  const categories = [{ text: 'pipeline', team: 'clay', type: 'debugging' as const }]
  const tickets = { repositories: ['*'], labels: [], categories, platformTeam: ['alex'] }
  await collectGitHub(db, github, { tickets })
  const rows = await db
    .selectFrom('tickets')
    .select(['team_id', 'type', 'first_response_at', 'opened_by_group', 'bot'])
    .orderBy('native_id')
    .execute()
  const other = { team_id: null, type: null, first_response_at: null }
  expect(rows).toEqual([
    {
      team_id: 'clay',
      type: 'debugging',
      first_response_at: stored('09:40:00'),
      opened_by_group: 'users',
      bot: 0,
    },
    { ...other, opened_by_group: 'platform', bot: 0 },
    { ...other, opened_by_group: null, bot: 1 },
  ])
})

test('an issue is a ticket, answered by whoever is neither its author nor a bot', async () => {
  const ticket = await ticketOf({
    labels: ['question', 'deploy', 'SEV1'],
    closedAt: at('12:00:00'),
    reopenedAt: [at('11:00:00')],
    comments: [
      { createdAt: at('09:01:00'), author: BOT },
      { createdAt: at('09:02:00'), author: HUMAN },
      { createdAt: at('09:30:00'), author: COLLEAGUE },
    ],
  })
  expect(ticket).toMatchObject({
    category: 'deployment',
    severity: 'critical',
    path_id: 'http-service',
    status_category: 'done',
    opened_at: stored('09:00:00'),
    first_response_at: stored('09:30:00'),
    resolved_at: stored('12:00:00'),
    reopened_count: 1,
    bot: 0,
    team_id: null,
    opened_by_group: null,
  })
})

test('an answer is found beyond the first comments, and none is no answer', async () => {
  const own = (minute: number) => ({
    createdAt: new Date(Date.UTC(2026, 4, 4, 9, minute)).toISOString(),
    author: HUMAN,
  })
  const many = Array.from({ length: 130 }, (_, minute) => own(minute))
  const answer = { createdAt: '2026-05-05T09:00:00Z', author: COLLEAGUE }
  expect(await ticketOf({ comments: [...many, answer] })).toMatchObject({
    first_response_at: '2026-05-05T09:00:00.000Z',
  })
  expect(await ticketOf({ comments: many })).toMatchObject({
    first_response_at: null,
    status_category: 'open',
    resolved_at: null,
    severity: null,
  })
})

test('a repository is known with its host, and what it told is kept when it gets a new name', async () => {
  const { db, github, repository } = await collectShop({
    pullRequests: [aPullRequest(1, at('09:00:00'))],
  })
  repository.name = 'store'
  await collectGitHub(db, github, { ownerProperty: 'owner' })
  const rows = await db.selectFrom('repositories').select(['id', 'former_names']).execute()
  expect(rows).toEqual([{ id: '127.0.0.1/acme/store', former_names: `["${SHOP}"]` }])
  const changes = await db.selectFrom('changes').select('repository_id').execute()
  expect(changes).toEqual([{ repository_id: '127.0.0.1/acme/store' }])
  expect(await coverageOf(db)).toMatchObject([{ scope: 'repository:127.0.0.1/acme/store' }])
})

test('a repository that is no longer listed is marked gone, and nothing of it is deleted', async () => {
  const { db, github } = await collectShop({ pullRequests: [aPullRequest(1, at('09:00:00'))] })
  github.world.repositories.pop()
  await collectGitHub(db, github)
  const [row] = await db.selectFrom('repositories').select('gone_at').execute()
  expect(row).toEqual({ gone_at: NOW.toISOString() })
  const [service] = await db.selectFrom('services').select('gone_at').execute()
  expect(service).toEqual({ gone_at: NOW.toISOString() })
  expect(await db.selectFrom('changes').selectAll().execute()).toHaveLength(1)
})

test('what names the service of a repository is looked up again when the list leaves that out, and when it is back', async () => {
  const { db, github, repository } = await collectShop({})
  await saveTold(db, aTold('1'))
  const listPlaces = () => db.selectFrom('deployments').select(['service_id']).execute()
  expect(await listPlaces()).toEqual([{ service_id: 'shop' }])
  github.world.repositories.pop()
  await collectGitHub(db, github, { ownerProperty: 'owner' })
  expect(await listPlaces()).toEqual([{ service_id: 'shop-prod' }])
  github.world.repositories.push(repository)
  await collectGitHub(db, github, { ownerProperty: 'owner' })
  expect(await listPlaces()).toEqual([{ service_id: 'shop' }])
})

test('a change that was told of a repository by its new name belongs to the service once that is called so', async () => {
  const { db, github, repository } = await collectShop({})
  const renamed = '127.0.0.1/acme/store'
  const told = { repository_id: renamed, source_id: 'ci' }
  await addChanges(db, 'store', ['2026-05-31'], {
    ...told,
    ...(await linkWholeService(db, renamed)),
  })
  repository.name = 'store'
  await collectGitHub(db, github, { ownerProperty: 'owner' })
  const changes = await db.selectFrom('changes').select(['repository_id', 'service_id']).execute()
  expect(changes).toEqual([{ repository_id: renamed, service_id: 'shop' }])
})

test('of a repository that may not be seen nothing is marked gone, and the others are read', async () => {
  const { db, github } = await collectShop({}, {})
  github.world.repositories.push(
    aRepository('pay', { pullRequests: [aPullRequest(1, at('09:00:00'))] }),
  )
  github.faults.push(withheld(['organization', 'list', 'nodes', 1]))
  expect(await collectGitHub(db, github)).toMatchObject({ status: 'ok' })
  const rows = await db.selectFrom('repositories').select(['id', 'gone_at']).orderBy('id').execute()
  expect(rows).toEqual([
    { id: '127.0.0.1/acme/pay', gone_at: null },
    { id: SHOP, gone_at: null },
  ])
})

test.each([
  [['deployments'], ['changes', 'tickets'], /^gh: deployments are hidden/],
  [['pullRequests', 'issues'], ['deployments'], /^gh: pull requests are hidden.*\ngh: issues are/],
  [['defaultBranchRef'], ['changes', 'deployments', 'tickets'], /^gh: contents are hidden/],
] as const)(
  'without the permission for %j the rest is read, and it is told once',
  async (hidden, read, error) => {
    const repository = (name: string) =>
      aRepository(name, {
        commits: [commit({ CODEOWNERS: '* @acme/clay' })],
        pullRequests: [aPullRequest(1, at('09:00:00'))],
        deployments: [aDeployment(at('10:00:00'))],
        issues: [anIssue(1, at('09:00:00'))],
      })
    const repositories = ['a', 'b', 'c', 'd', 'e'].map(repository)
    const github = await aGitHub(aWorld({ repositories, hidden }))
    const db = await testDatabase()
    const tickets = { repositories: ['*'], labels: [], categories: [], platformTeam: [] }
    const outcome = await collectGitHub(db, github, { tickets })
    expect(outcome.status).toBe('partial')
    expect(outcome.error).toMatch(error)
    expect(outcome.error?.split('\n')).toHaveLength(hidden.length)
    for (const table of ['changes', 'deployments', 'tickets'] as const) {
      const rows = await db.selectFrom(table).select('native_id').execute()
      expect(rows, table).toHaveLength(read.some((one) => one === table) ? 5 : 0)
    }
    expect(await coverageOf(db)).toHaveLength(5)
  },
)

const owners = (db: Database) =>
  db
    .selectFrom('service_owners')
    .select(['team_id', 'owned_from', 'owned_to', 'decided_by'])
    .orderBy('owned_from')
    .execute()

const ALWAYS = '0001-01-01T00:00:00.000Z'
/** When what `commit` makes was committed, unless it says otherwise. */
const MAY = '2026-05-01T00:00:00.000Z'
const catalogue = (owner: string) =>
  `kind: Component\nmetadata: { name: shop }\nspec: { type: http, owner: ${owner} }\n`
const commit = (files: Record<string, string | null>, committedDate = MAY) => ({
  oid: toSha(JSON.stringify(files)),
  committedDate,
  files,
})
const TEAM = { slug: 'wood', name: 'Wood', parent: null, permissions: { shop: 'ADMIN' as const } }

test.each([
  ['catalog-info.yaml', 'stone', { 'catalog-info.yaml': catalogue('group:default/stone') }, 'iron'],
  ['opslevel.yml', 'stone', { 'opslevel.yml': 'service: { owner: Stone }' }, 'iron'],
  [
    'service.datadog.yaml',
    'stone',
    {
      'catalog-info.yaml': catalogue('user:jane'),
      'service.datadog.yaml': 'dd-service: shop\nteam: stone',
    },
    'iron',
  ],
  ['custom property', 'iron', { '.github/CODEOWNERS': '* @acme/clay' }, 'acme/Iron'],
  ['CODEOWNERS', 'clay', { CODEOWNERS: '* @robin @acme/clay\n/docs @acme/paper' }, null],
  ['team permission', 'wood', {}, null],
  ['configuration', 'wind', {}, null],
])(
  '%s decides who owns a repository when nothing before it does',
  async (by, team, files, property) => {
    const isConfigured = by === 'configuration'
    const github = await aGitHub(
      aWorld({
        repositories: [aRepository('shop', { commits: [commit(files)] })],
        teams: isConfigured ? [] : [TEAM],
        properties: { shop: { owner: property } },
      }),
    )
    const db = await testDatabase()
    await collectGitHub(db, github, { ownerProperty: 'owner', owners: { shop: 'wind' } })
    const now = (await owners(db)).filter(({ owned_to: to }) => to === null)
    expect(now.map(({ team_id, decided_by }) => [team_id, decided_by])).toEqual([[team, by]])
  },
)

test('what every place says is kept, so that a disagreement can be seen', async () => {
  const files = { CODEOWNERS: '* @acme/clay @acme/wood' }
  const { db } = await collectShop(
    { commits: [commit(files)] },
    { teams: [TEAM], properties: { shop: { owner: 'iron' } } },
  )
  const rows = await db
    .selectFrom('repository_attributes')
    .select(['attribute', 'value'])
    .orderBy('attribute')
    .execute()
  expect(rows).toEqual([
    { attribute: 'owner: CODEOWNERS', value: 'clay wood' },
    { attribute: 'owner: custom property', value: 'iron' },
    { attribute: 'owner: team permission', value: 'wood' },
  ])
})

test('a new owner ends the time of the former', async () => {
  const { db, github, repository } = await collectShop({
    commits: [commit({ 'catalog-info.yaml': catalogue('stone') })],
  })
  const june = '2026-06-01T00:00:00.000Z'
  repository.commits.push(commit({ 'catalog-info.yaml': catalogue('iron') }, june))
  await readAt(db, github, '2026-06-02T12:00:00Z')
  expect(await owners(db)).toEqual([owner('stone', MAY, june), owner('iron', june, null)])
})

const owner = (team: string | null, from: string, to: string | null, by = 'catalog-info.yaml') => ({
  team_id: team,
  owned_from: from,
  owned_to: to,
  decided_by: by,
})

test('a first reading dates owners by the commits that named them, and before the first nobody knows', async () => {
  const { db } = await collectShop({
    commits: [
      commit({ CODEOWNERS: '* @acme/clay' }, '2025-01-01T00:00:00Z'),
      commit({ 'README.md': 'nothing of it' }, '2025-02-01T00:00:00Z'),
      commit({ 'catalog-info.yaml': catalogue('stone') }, '2025-03-01T00:00:00Z'),
      commit(
        { 'catalog-info.yaml': `# said again\n${catalogue('stone')}` },
        '2025-04-01T00:00:00Z',
      ),
      commit({ 'catalog-info.yaml': catalogue('iron') }, '2025-05-01T00:00:00Z'),
      commit({ 'catalog-info.yaml': null }, '2025-06-01T00:00:00Z'),
    ],
  })
  const on = (month: number) => new Date(Date.UTC(2025, month - 1, 1)).toISOString()
  expect(await owners(db)).toEqual([
    owner('clay', on(1), on(3), 'CODEOWNERS'),
    owner('stone', on(3), on(5)),
    owner('iron', on(5), on(6)),
    owner('clay', on(6), null, 'CODEOWNERS'),
  ])
  const claims = await db
    .selectFrom('repository_attributes')
    .select(['attribute', 'valid_from', 'value'])
    .where('attribute', '=', 'owner: catalog-info.yaml')
    .orderBy('valid_from')
    .execute()
  expect(claims.map(({ valid_from, value }) => [valid_from, value])).toEqual([
    [on(3), 'stone'],
    [on(5), 'iron'],
    [on(6), ''],
  ])
})

test('what was said and taken back between two readings is dated, too, and nothing is read without need', async () => {
  const { db, github, repository } = await collectShop({
    commits: [commit({ CODEOWNERS: '* @acme/clay' })],
  })
  const options = { now: new Date('2026-06-05T12:00:00Z'), ownerProperty: 'owner' }
  const again = () => collectGitHub(db, github, { ...options, tickets: SHOP_TICKETS })
  repository.commits.push(commit({ CODEOWNERS: '* @acme/wood' }, '2026-06-02T00:00:00Z'), {
    ...commit({ CODEOWNERS: '* @acme/clay' }, '2026-06-03T00:00:00Z'),
    oid: toSha('back'),
  })
  await again()
  const dated = [
    owner('clay', MAY, '2026-06-02T00:00:00.000Z', 'CODEOWNERS'),
    owner('wood', '2026-06-02T00:00:00.000Z', '2026-06-03T00:00:00.000Z', 'CODEOWNERS'),
    owner('clay', '2026-06-03T00:00:00.000Z', null, 'CODEOWNERS'),
  ]
  expect(await owners(db)).toEqual(dated)
  repository.commits.push(commit({ 'README.md': 'more' }, '2026-06-04T00:00:00Z'))
  const { requests } = github.counts
  await again()
  // The list, and the files that name an owner.
  expect(github.counts.requests - requests).toBe(2)
  expect(await owners(db)).toEqual(dated)
})

test('a commit is not older than what was seen before it was pushed', async () => {
  const { db, github, repository } = await collectShop({
    commits: [commit({ CODEOWNERS: '* @acme/clay' })],
  })
  const collectAt = (now: string) =>
    collectGitHub(db, github, { now: new Date(now), ownerProperty: 'owner', tickets: SHOP_TICKETS })
  github.world.properties['shop'] = { owner: 'iron' }
  await collectAt('2026-06-05T12:00:00Z')
  repository.commits.push(
    commit({ 'catalog-info.yaml': catalogue('stone') }, '2026-06-04T00:00:00Z'),
  )
  await collectAt('2026-06-07T12:00:00Z')
  const seen = '2026-06-05T12:00:00.000Z'
  expect(await owners(db)).toEqual([
    owner('clay', MAY, seen, 'CODEOWNERS'),
    owner('stone', seen, null),
  ])
})

/** As GitHub answers a query that takes too long. */
const outOfTime = {
  status: 200,
  body: {
    data: { repository: null },
    errors: [{ message: 'Something went wrong while executing your query.' }],
  },
}

test.each([
  ['does not answer', Array.from({ length: 5 }, () => ({ status: 502 }))],
  ['gives only a part', [outOfTime]],
])(
  'where GitHub %s for want of time to look through the history, owners are read all the same, it is told, and asked again',
  async (_, faults) => {
    const github = await aGitHub(
      aWorld({
        repositories: [aRepository('shop', { commits: [commit({ CODEOWNERS: '* @acme/clay' })] })],
      }),
    )
    const db = await testDatabase()
    // The list, the teams, then the files.
    github.faults.push(null, null, ...faults)
    expect(await collectGitHub(db, github)).toMatchObject({
      status: 'partial',
      quarantined: 0,
      error: expect.stringMatching(
        /acme\/shop: history of the files that name an owner: until it can be read, an owner is dated from when it was seen: .*(answers 502|went wrong)/,
      ),
    })
    expect(await owners(db)).toEqual([owner('clay', NOW.toISOString(), null, 'CODEOWNERS')])
    const { requests } = github.counts
    expect(await collectGitHub(db, github)).toMatchObject({ status: 'ok', error: null })
    // The list, the files, their history and contents.
    expect(github.counts.requests - requests).toBe(4)
    expect(await owners(db)).toEqual([owner('clay', MAY, null, 'CODEOWNERS')])
  },
)

test('the first commit that names an owner ends the time of who was seen before it', async () => {
  const { db, github, repository } = await collectShop({ commits: [] }, { teams: [TEAM] })
  repository.commits.push(commit({ CODEOWNERS: '* @acme/clay' }, '2026-06-02T00:00:00Z'))
  const now = new Date('2026-06-05T12:00:00Z')
  await collectGitHub(db, github, { now, ownerProperty: 'owner', tickets: SHOP_TICKETS })
  expect(await owners(db)).toEqual([
    owner('wood', ALWAYS, '2026-06-02T00:00:00.000Z', 'team permission'),
    owner('clay', '2026-06-02T00:00:00.000Z', null, 'CODEOWNERS'),
  ])
})

test('of a history that was written anew an owner is dated from when it was seen', async () => {
  const { db, github, repository } = await collectShop({
    commits: [commit({ CODEOWNERS: '* @acme/clay' })],
  })
  repository.commits.splice(0, 1, commit({ CODEOWNERS: '* @acme/wood' }, '2026-04-01T00:00:00Z'))
  const now = new Date('2026-06-05T12:00:00Z')
  await collectGitHub(db, github, { now, ownerProperty: 'owner', tickets: SHOP_TICKETS })
  expect(await owners(db)).toEqual([
    owner('clay', MAY, now.toISOString(), 'CODEOWNERS'),
    owner('wood', now.toISOString(), null, 'CODEOWNERS'),
  ])
})

test('an owner who comes after a time without one is dated by the commit, and is none before it', async () => {
  const { db, github, repository } = await collectShop({
    commits: [
      commit({ CODEOWNERS: '* @acme/clay' }, '2025-01-01T00:00:00Z'),
      commit({ CODEOWNERS: null }, '2025-02-01T00:00:00Z'),
    ],
  })
  repository.commits.push(commit({ CODEOWNERS: '* @acme/wood' }, '2026-06-02T00:00:00Z'))
  const now = new Date('2026-06-05T12:00:00Z')
  await collectGitHub(db, github, { now, ownerProperty: 'owner', tickets: SHOP_TICKETS })
  expect(await owners(db)).toEqual([
    owner('clay', '2025-01-01T00:00:00.000Z', '2025-02-01T00:00:00.000Z', 'CODEOWNERS'),
    owner('wood', '2026-06-02T00:00:00.000Z', null, 'CODEOWNERS'),
  ])
})

test('a catalogue file that cannot be read is told, and the owner stays', async () => {
  const { db, github, repository } = await collectShop({
    commits: [commit({ 'catalog-info.yaml': catalogue('stone') })],
  })
  repository.commits.push(commit({ 'catalog-info.yaml': 'kind: [' }))
  const outcome = await collectGitHub(db, github, { ownerProperty: 'owner' })
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  expect(await owners(db)).toMatchObject([{ team_id: 'stone', owned_to: null }])
})

/** A reading of the shop at a time, as `collectShop` read it first. */
const readAt = (db: Database, github: LocalGitHub, now: string) =>
  collectGitHub(db, github, { now: new Date(now), ownerProperty: 'owner', tickets: SHOP_TICKETS })

/** What a place says of the owner: since when, and whom. */
async function said(db: Database, place: string) {
  const rows = await db
    .selectFrom('repository_attributes')
    .select(['valid_from', 'value'])
    .where('attribute', '=', `owner: ${place}`)
    .orderBy('valid_from')
    .execute()
  return rows.map(({ valid_from: from, value }) => [from, value])
}

test('a history that GitHub does not give is told, owners are dated from when they were seen, and by the history once it is given', async () => {
  const github = await aGitHub(
    aWorld({
      repositories: [
        aRepository('shop', {
          commits: [
            commit({ CODEOWNERS: '* @acme/clay' }, '2025-01-01T00:00:00Z'),
            commit({ CODEOWNERS: '* @acme/wood' }, '2025-02-01T00:00:00Z'),
          ],
        }),
      ],
      teams: [{ ...TEAM, slug: 'iron' }],
    }),
  )
  const db = await testDatabase()
  // The list, the teams, the files, then their history.
  github.faults.push(null, null, null, ...Array.from({ length: 40 }, () => ({ status: 502 })))
  expect(await collectGitHub(db, github)).toMatchObject({
    status: 'partial',
    quarantined: 0,
    error: expect.stringContaining('dated from when it was seen'),
  })
  const seen = NOW.toISOString()
  expect(await owners(db)).toEqual([
    owner('iron', ALWAYS, seen, 'team permission'),
    owner('wood', seen, null, 'CODEOWNERS'),
  ])
  github.faults.splice(0)
  const { requests } = github.counts
  expect(await collectGitHub(db, github)).toMatchObject({ status: 'ok' })
  // The list, the files, their history and contents.
  expect(github.counts.requests - requests).toBe(4)
  const [january, february] = ['2025-01-01T00:00:00.000Z', '2025-02-01T00:00:00.000Z']
  expect(await owners(db)).toEqual([
    owner('iron', ALWAYS, january, 'team permission'),
    owner('clay', january, february, 'CODEOWNERS'),
    owner('wood', february, null, 'CODEOWNERS'),
  ])
})

test('owners that were stored as since ever are dated by the commits that named them', async () => {
  const { db, github } = await collectShop({ commits: [commit({ CODEOWNERS: '* @acme/clay' })] })
  await db.updateTable('repository_attributes').set({ valid_from: ALWAYS }).execute()
  await db.updateTable('service_owners').set({ owned_from: ALWAYS }).execute()
  // Another configuration reads everything again.
  await collectGitHub(db, github, { bots: ['another'] })
  expect(await owners(db)).toEqual([owner('clay', MAY, null, 'CODEOWNERS')])
  expect(await said(db, 'CODEOWNERS')).toEqual([[MAY, 'clay']])
})

test('a file that says that nobody owns it is believed where no place names a team', async () => {
  const [may, june] = ['2026-05-02T00:00:00.000Z', '2026-05-03T00:00:00.000Z']
  const { db } = await collectShop({
    commits: [
      commit({ 'catalog-info.yaml': catalogue('stone') }),
      commit({ 'catalog-info.yaml': catalogue('user:jane') }, may),
      commit({ 'catalog-info.yaml': null }, june),
    ],
  })
  expect(await owners(db)).toEqual([owner('stone', MAY, may), owner(null, may, june)])
})

test('of a commit with an older date than its parent an owner is dated by the parent', async () => {
  const { db } = await collectShop({
    commits: [
      commit({ CODEOWNERS: '* @acme/clay' }, '2025-01-01T00:00:00Z'),
      commit({ CODEOWNERS: '* @acme/iron' }, '2025-03-01T00:00:00Z'),
      commit({ CODEOWNERS: '* @acme/stone' }, '2025-02-01T00:00:00Z'),
    ],
  })
  const march = '2025-03-01T00:00:00.000Z'
  expect(await owners(db)).toEqual([
    owner('clay', '2025-01-01T00:00:00.000Z', march, 'CODEOWNERS'),
    owner('stone', march, null, 'CODEOWNERS'),
  ])
})

test('a commit of two files stands in the order of the history of each', async () => {
  const { db } = await collectShop({
    commits: [
      commit({ CODEOWNERS: '* @acme/clay' }, '2025-01-01T00:00:00Z'),
      commit({ CODEOWNERS: '* @acme/iron' }, '2025-05-01T00:00:00Z'),
      commit(
        { CODEOWNERS: '* @acme/stone', 'catalog-info.yaml': catalogue('user:jane') },
        '2025-03-01T00:00:00Z',
      ),
      commit({ 'catalog-info.yaml': catalogue('user:joe') }, '2025-04-01T00:00:00Z'),
    ],
  })
  const may = '2025-05-01T00:00:00.000Z'
  expect(await owners(db)).toEqual([
    owner('clay', '2025-01-01T00:00:00.000Z', may, 'CODEOWNERS'),
    owner('stone', may, null, 'CODEOWNERS'),
  ])
})

test('a commit does not date what a custom property says since', async () => {
  const { db, github, repository } = await collectShop({
    commits: [commit({ CODEOWNERS: '* @acme/clay' })],
  })
  github.world.properties['shop'] = { owner: 'iron' }
  await readAt(db, github, '2026-06-05T12:00:00Z')
  github.world.properties['shop'] = { owner: 'stone' }
  repository.commits.push(commit({ CODEOWNERS: '* @acme/wood' }, '2026-06-06T00:00:00Z'))
  await readAt(db, github, '2026-06-11T12:00:00Z')
  const [first, second] = ['2026-06-05T12:00:00.000Z', '2026-06-11T12:00:00.000Z']
  expect(await owners(db)).toEqual([
    owner('clay', MAY, first, 'CODEOWNERS'),
    owner('iron', first, second, 'custom property'),
    owner('stone', second, null, 'custom property'),
  ])
  expect(await said(db, 'custom property')).toEqual([
    [first, 'iron'],
    [second, 'stone'],
  ])
  expect(await said(db, 'CODEOWNERS')).toEqual([
    [MAY, 'clay'],
    ['2026-06-06T00:00:00.000Z', 'wood'],
  ])
})

test('a commit does not date who has got a permission since', async () => {
  const { db, github, repository } = await collectShop({
    commits: [commit({ CODEOWNERS: '* @acme/clay' })],
  })
  github.world.teams.push(TEAM)
  repository.commits.push(commit({ CODEOWNERS: null }, '2026-06-06T00:00:00Z'))
  await readAt(db, github, '2026-06-11T12:00:00Z')
  const [commitAt, seenAt] = ['2026-06-06T00:00:00.000Z', '2026-06-11T12:00:00.000Z']
  expect(await owners(db)).toEqual([
    owner('clay', MAY, commitAt, 'CODEOWNERS'),
    owner('wood', seenAt, null, 'team permission'),
  ])
})

test('where several were named before, the one who decides owns it since the commit that named it', async () => {
  const { db } = await collectShop({
    commits: [
      commit({ CODEOWNERS: '* @acme/clay @acme/wood' }, '2025-01-01T00:00:00Z'),
      commit({ 'catalog-info.yaml': catalogue('stone') }, '2025-03-01T00:00:00Z'),
    ],
  })
  const march = '2025-03-01T00:00:00.000Z'
  expect(await owners(db)).toEqual([owner('stone', march, null)])
  expect(await said(db, 'catalog-info.yaml')).toEqual([[march, 'stone']])
  expect(await said(db, 'CODEOWNERS')).toEqual([['2025-01-01T00:00:00.000Z', 'clay wood']])
})

test('CODEOWNERS that cannot be read are told, and say what they said before', async () => {
  const { db, github, repository } = await collectShop({
    commits: [commit({ CODEOWNERS: '* @acme/clay' })],
  })
  repository.commits.push(commit({ CODEOWNERS: '\0* @acme/wood' }, '2026-06-02T00:00:00Z'))
  const outcome = await readAt(db, github, '2026-06-05T12:00:00Z')
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  const clay = owner('clay', MAY, null, 'CODEOWNERS')
  expect(await owners(db)).toEqual([clay])
  const june = '2026-06-06T00:00:00.000Z'
  repository.commits.push(commit({ CODEOWNERS: '* @acme/iron' }, june))
  await readAt(db, github, '2026-06-07T12:00:00Z')
  expect(await owners(db)).toEqual([
    { ...clay, owned_to: june },
    owner('iron', june, null, 'CODEOWNERS'),
  ])
})

test('a team with more than a hundred repositories owns them all', {
  timeout: 20_000,
}, async () => {
  const names = Array.from({ length: 130 }, (_, index) => `service-${index}`)
  const permissions = Object.fromEntries(names.map((name) => [name, 'MAINTAIN' as const]))
  const github = await aGitHub(
    aWorld({
      repositories: names.map((name) => aRepository(name)),
      teams: [{ slug: 'wood', name: 'Wood', parent: null, permissions }],
    }),
  )
  const db = await testDatabase()
  await collectGitHub(db, github)
  expect(await owners(db)).toHaveLength(130)
  expect(await db.selectFrom('teams').select(['id', 'name']).execute()).toEqual([
    { id: 'wood', name: 'Wood' },
  ])
})

const coverageOf = (db: Database, scope = 'repository:%') =>
  db
    .selectFrom('coverage')
    .select(['scope', 'covered_from', 'covered_to'])
    .where('scope', 'like', scope)
    .execute()

test('a repository is covered since it exists, up to the beginning of the reading', async () => {
  const { db } = await collectShop({ createdAt: '2026-03-01T00:00:00Z' })
  expect(await coverageOf(db)).toContainEqual({
    scope: `repository:${SHOP}`,
    covered_from: '2026-03-01T00:00:00.000Z',
    covered_to: NOW.toISOString(),
  })
})

test('tickets are covered as one, when all of their repositories were read', async () => {
  const repositories = ['desk', 'shop'].map((name) =>
    aRepository(name, { issues: [anIssue(1, at('09:00:00'))] }),
  )
  const github = await aGitHub(aWorld({ repositories }))
  const db = await testDatabase()
  const tickets = { repositories: ['*'], labels: [], categories: [], platformTeam: [] }
  const covered = () => coverageOf(db, 'entity:tickets')
  // The list, the teams, then the issues of the first repository.
  github.faults.push(null, null, { status: 403 })
  expect(await collectGitHub(db, github, { tickets })).toMatchObject({ status: 'partial' })
  expect(await covered()).toEqual([])
  await collectGitHub(db, github, { tickets })
  expect(await covered()).toEqual([
    {
      scope: 'entity:tickets',
      covered_from: '2025-06-01T12:00:00.000Z',
      covered_to: NOW.toISOString(),
    },
  ])
})

async function listStanding(db: Database, table: 'tickets' | 'incidents') {
  const rows = await db
    .selectFrom(table)
    .select('native_id')
    .where('gone_at', 'is', null)
    .orderBy('native_id')
    .execute()
  return rows.map(({ native_id }) => native_id)
}

/** A desk with three issues, read with its labels, and which of its tickets or incidents stand. */
async function aDesk(
  labels: readonly string[] = [],
  options: Pick<Parameters<typeof collectGitHub>[2] & object, 'incidents'> = {},
) {
  const issues = [1, 2, 3].map((number) => anIssue(number, at('09:00:00'), { labels: ['Deploy'] }))
  const repository = aRepository('desk', { issues })
  const github = await aGitHub(aWorld({ repositories: [repository] }))
  const db = await testDatabase()
  const tickets = { repositories: ['*'], labels, categories: [], platformTeam: [] }
  const collectAfter = (hours: number) => {
    const now = new Date(NOW.getTime() + hours * 3_600_000)
    github.clock = () => now
    return collectGitHub(db, github, { ...options, tickets, now })
  }
  const standing = (table: 'tickets' | 'incidents' = 'tickets') => listStanding(db, table)
  return { db, github, repository, issues, collectAfter, standing }
}

test('an issue that was deleted is marked as gone within a day, and comes back when it does', async () => {
  const { db, repository, issues, collectAfter, standing } = await aDesk()
  const [first, second, third] = issues.map(({ id }) => id)
  await collectAfter(0)
  repository.issues.shift()
  await collectAfter(23)
  expect(await standing()).toEqual([first, second, third])
  await collectAfter(24)
  expect(await standing()).toEqual([second, third])
  expect(
    await db.selectFrom('tickets').select('gone_at').where('gone_at', 'is not', null).execute(),
  ).toEqual([{ gone_at: '2026-06-02T12:00:00.000Z' }])

  repository.issues.push(anIssue(1, '2026-06-03T09:00:00Z', { id: first ?? '' }))
  await collectAfter(48)
  expect(await standing()).toEqual([first, second, third])
})

test('an issue without its label is no ticket any more', async () => {
  const { issues, collectAfter, standing } = await aDesk(['Deploy'])
  await collectAfter(0)
  Object.assign(issues[2] ?? {}, { labels: [] })
  await collectAfter(25)
  expect(await standing()).toEqual(issues.slice(0, 2).map(({ id }) => id))
})

test('an issue that is read without its label is kept as gone, until it has the label again', async () => {
  const { db, issues, collectAfter, standing } = await aDesk(['Deploy'], { incidents: INCIDENTS })
  await collectAfter(0)
  const ids = issues.map(({ id }) => id)
  Object.assign(issues[2] ?? {}, { labels: [], updatedAt: '2026-06-01T12:30:00Z' })
  await collectAfter(1)
  expect(await standing()).toEqual(ids.slice(0, 2))
  expect(
    await db.selectFrom('tickets').select('native_id').where('gone_at', 'is not', null).execute(),
  ).toEqual([{ native_id: ids[2] }])
  Object.assign(issues[2] ?? {}, { labels: ['Deploy'], updatedAt: '2026-06-01T13:30:00Z' })
  await collectAfter(2)
  expect(await standing()).toEqual(ids)
})

test('a ticket that turns out to be an incident is none, whatever its other labels', async () => {
  const { db, issues, collectAfter, standing } = await aDesk(['Deploy'], { incidents: INCIDENTS })
  await collectAfter(0)
  const ids = issues.map(({ id }) => id)
  const drill = { title: 'Drill: all is lost', updatedAt: '2026-06-01T12:30:00Z' }
  // One of them was gone before.
  Object.assign(issues[0] ?? {}, { labels: [], updatedAt: '2026-06-01T12:30:00Z' })
  Object.assign(issues[1] ?? {}, { labels: ['Deploy', 'incident'], ...drill })
  await collectAfter(1)
  expect(await standing()).toEqual(ids.slice(2))
  const both = { labels: ['Deploy', 'incident'], updatedAt: '2026-06-01T13:30:00Z' }
  Object.assign(issues[0] ?? {}, both)
  await collectAfter(25)
  expect(await standing()).toEqual(ids.slice(2))
  expect((await listIncidents(db)).map((row) => row.native_id)).toEqual(ids.slice(0, 1))
})

/** The same, whose issues are incidents by one of two labels. */
async function anOps() {
  const desk = await aDesk(['Deploy'], { incidents: { ...INCIDENTS, labels: ['deploy', 'sev1'] } })
  await desk.collectAfter(0)
  return { ...desk, ids: desk.issues.map(({ id }) => id) }
}

test('an incident whose issue was deleted or moved is gone within a day, and comes back when it does', async () => {
  const { db, repository, ids, collectAfter, standing } = await anOps()
  const [deleted] = repository.issues.splice(0, 1)
  await collectAfter(23)
  expect(await standing('incidents')).toEqual(ids)
  await collectAfter(24)
  expect(await standing('incidents')).toEqual(ids.slice(1))
  expect((await listIncidents(db)).map((row) => row.gone_at)).toEqual([
    '2026-06-02T12:00:00.000Z',
    null,
    null,
  ])
  // Nothing of it is new.
  if (deleted) repository.issues.push(deleted)
  await collectAfter(48)
  expect(await standing('incidents')).toEqual(ids)
})

test('an incident whose label is taken away is gone at once, and comes back with another of them', async () => {
  const { issues, ids, collectAfter, standing } = await anOps()
  Object.assign(issues[2] ?? {}, { labels: ['other'], updatedAt: '2026-06-01T12:30:00Z' })
  await collectAfter(1)
  expect(await standing('incidents')).toEqual(ids.slice(0, 2))
  Object.assign(issues[2] ?? {}, { labels: ['sev1'], updatedAt: '2026-06-01T13:30:00Z' })
  await collectAfter(2)
  expect(await standing('incidents')).toEqual(ids)
  // Though nobody touched the issue, as when the label itself is deleted.
  Object.assign(issues[2] ?? {}, { labels: [] })
  await collectAfter(26)
  expect(await standing('incidents')).toEqual(ids.slice(0, 2))
})

test.each(['tickets', 'incidents'] as const)(
  '%s of a repository that nobody asks for them any more stand, and those of one that is gone do not',
  async (table) => {
    const repositories = ['desk', 'ops', 'old'].map((name) =>
      aRepository(name, { issues: [anIssue(1, at('09:00:00'), { id: name, labels: ['sev1'] })] }),
    )
    const github = await aGitHub(aWorld({ repositories }))
    const db = await testDatabase()
    const collectAfter = (hours: number, names: string[]) => {
      const now = new Date(NOW.getTime() + hours * 3_600_000)
      github.clock = () => now
      const options = {
        tickets: { repositories: names, labels: [], categories: [], platformTeam: [] },
        incidents: { ...INCIDENTS, repositories: names, labels: ['sev1'] },
      }
      return collectGitHub(db, github, { now, [table]: options[table] })
    }
    await collectAfter(0, ['desk', 'ops', 'old'])
    // As an earlier version stored them.
    await db.updateTable(table).set({ repository_native_id: null }).execute()
    await collectAfter(25, ['desk', 'ops', 'old'])
    expect(await listStanding(db, table)).toEqual(['desk', 'old', 'ops'])
    await collectAfter(26, ['ops', 'old'])
    await collectAfter(51, ['ops', 'old'])
    expect(await listStanding(db, table)).toEqual(['desk', 'old', 'ops'])
    repositories[1]?.issues.splice(0)
    github.world.repositories.pop()
    await collectAfter(76, ['ops', 'old'])
    expect(await listStanding(db, table)).toEqual(['desk'])
  },
)

test.each<[string, LocalGitHub['faults'][number]]>([
  ['refused', { status: 403 }],
  ['given without an issue', withheld(['repository', 'list', 'nodes', 1])],
  ['given without labels', withheld(['repository', 'list', 'nodes', 1, 'labels'])],
])('while the list of issues is %s, every incident stands', async (_, fault) => {
  const { github, repository, ids, collectAfter, standing } = await anOps()
  repository.issues.shift()
  // The list, the teams, what is new, and the issues that may be tickets; then those that may be incidents.
  github.faults.push(null, null, null, null, fault)
  expect(await collectAfter(24)).toMatchObject({
    status: 'partial',
    error: expect.stringMatching(/^gh: which incidents are gone: /),
  })
  expect(await standing('incidents')).toEqual(ids)
  await collectAfter(25)
  expect(await standing('incidents')).toEqual(ids.slice(1))
})

test('when it cannot be read which issues there are, every ticket stands until it can', async () => {
  const { github, repository, issues, collectAfter, standing } = await aDesk()
  await collectAfter(0)
  repository.issues.shift()
  // The list, the teams and what is new of the desk, then the issues that there are.
  github.faults.push(null, null, null, { status: 403 })
  expect(await collectAfter(24)).toMatchObject({
    status: 'partial',
    error: expect.stringMatching(/^gh: which tickets are gone: /),
  })
  expect(await standing()).toHaveLength(3)
  await collectAfter(25)
  expect(await standing()).toEqual(issues.map(({ id }) => id))
})

test('tickets of a repository that GitHub withholds for one run stand, and nothing is covered', async () => {
  const { db, github, issues, collectAfter, standing } = await aDesk()
  await collectAfter(0)
  const covered = await coverageOf(db, 'entity:tickets')
  github.world.repositories.push(aRepository('shop'))
  github.faults.push(withheld(['organization', 'list', 'nodes', 0]))
  expect(await collectAfter(24)).toMatchObject({
    status: 'partial',
    error: expect.stringMatching(/^gh: the list of repositories of acme is not whole: .*tickets/),
  })
  expect(await standing()).toEqual(issues.map(({ id }) => id))
  expect(await coverageOf(db, 'entity:tickets')).toEqual(covered)
})

test('a ticket that was marked as gone is there again once it is listed, though nothing of it is new', async () => {
  const { db, github, issues, collectAfter, standing } = await aDesk()
  await collectAfter(0)
  const [desk] = github.world.repositories.splice(0, 1, aRepository('shop'))
  await collectAfter(24)
  expect(await standing()).toEqual([])
  github.world.repositories.push(...(desk ? [desk] : []))
  await collectAfter(48)
  expect(await standing()).toEqual(issues.map(({ id }) => id))
  const rows = await db.selectFrom('tickets').select('observed_at').distinct().execute()
  expect(rows).toEqual([{ observed_at: '2026-06-03T12:00:00.000Z' }])
})

test('coverage ends by the clock of GitHub when that is behind', async () => {
  const repository = aRepository('shop', { createdAt: '2026-03-01T00:00:00Z' })
  const github = await aGitHub(aWorld({ repositories: [repository] }))
  github.clock = () => new Date('2026-06-01T11:00:00Z')
  const db = await testDatabase()
  await collectGitHub(db, github)
  expect(await coverageOf(db)).toMatchObject([{ covered_to: '2026-06-01T11:00:00.000Z' }])
})

test('a first reading looks back as far as it is told to', async () => {
  const pullRequests = [
    aPullRequest(1, '2026-01-01T00:00:00Z'),
    aPullRequest(2, '2026-05-01T00:00:00Z'),
  ]
  const github = await aGitHub(aWorld({ repositories: [aRepository('shop', { pullRequests })] }))
  const db = await testDatabase()
  await collectGitHub(db, github, { lookBackMs: 60 * 24 * 60 * 60_000 })
  const changes = await db.selectFrom('changes').select('number').execute()
  expect(changes).toEqual([{ number: 2 }])
  expect(await coverageOf(db)).toMatchObject([{ covered_from: '2026-04-02T12:00:00.000Z' }])
})

/** Requests of one more run. */
async function countAgain(db: Database, github: LocalGitHub, options = {}) {
  const before = github.counts.requests
  const outcome = await collectGitHub(db, github, options)
  return { requests: github.counts.requests - before, outcome }
}

const LATER = { now: new Date('2026-06-01T18:00:00Z'), ownerProperty: 'owner' }

test('a second run with nothing new asks once, changes nothing, and covers the time since', async () => {
  const { db, github } = await collectShop({
    commits: [commit({ CODEOWNERS: '* @acme/clay' })],
    pullRequests: [aPullRequest(1, at('09:00:00'))],
    deployments: [aDeployment(at('10:00:00'))],
  })
  github.clock = () => LATER.now
  const { requests, outcome } = await countAgain(db, github, {
    ...LATER,
    tickets: SHOP_TICKETS,
  })
  expect(requests).toBe(1)
  expect(outcome).toEqual({ status: 'ok', read: 1, changed: 0, quarantined: 0, error: null })
  expect(await coverageOf(db)).toMatchObject([{ covered_to: LATER.now.toISOString() }])
})

test('another configuration reads everything again', async () => {
  const { db, github } = await collectShop({ pullRequests: [aPullRequest(1, at('09:00:00'))] })
  const { outcome } = await countAgain(db, github, { bots: ['robin'] })
  expect(outcome.changed).toBe(1)
  const [row] = await db.selectFrom('changes').select('author_kind').execute()
  expect(row).toEqual({ author_kind: 'bot' })
})

test('a deployment that was open is asked for again when it stands differently', async () => {
  const statuses: StoredDeployment['statuses'] = [{ state: 'QUEUED', createdAt: at('10:01:00') }]
  const { db, github } = await collectShop({
    deployments: [aDeployment(at('10:00:00'), { statuses }), aDeployment(at('12:00:00'))],
  })
  statuses.push({ state: 'SUCCESS', createdAt: '2026-06-01T11:59:00Z' })
  await collectGitHub(db, github, LATER)
  const [row] = await db
    .selectFrom('deployments')
    .select(['outcome', 'finished_at'])
    .where('created_at', '=', stored('10:00:00'))
    .execute()
  expect(row).toEqual({ outcome: 'success', finished_at: '2026-06-01T11:59:00.000Z' })
})

test('a new deployment shows that the one before is superseded', async () => {
  const { db, github, repository } = await collectShop({
    deployments: [aDeployment('2026-05-20T10:00:00Z')],
  })
  repository.deployments[0]?.statuses.push({
    state: 'INACTIVE',
    createdAt: '2026-05-25T10:01:00Z',
  })
  repository.deployments.push(aDeployment('2026-05-25T10:00:00Z'))
  await collectGitHub(db, github, LATER)
  const rows = await db.selectFrom('deployments').select('superseded_at').execute()
  expect(rows).toEqual([{ superseded_at: '2026-05-25T10:01:00.000Z' }, { superseded_at: null }])
})

test('what the rules said to a push is evidence, a bypass too, and is read in full pages', async () => {
  const suite = (id: number, result: 'pass' | 'bypass') => ({
    id,
    repository: 'shop',
    pushedAt: new Date(Date.UTC(2026, 4, 20, 0, id)).toISOString(),
    result,
    actor: 'robin',
  })
  const many = Array.from({ length: 120 }, (_, index) => suite(index + 1, 'pass'))
  const repositories = [aRepository('shop')]
  const github = await aGitHub(
    aWorld({ repositories, ruleSuites: [...many, suite(121, 'bypass')] }),
  )
  const db = await testDatabase()
  await collectGitHub(db, github, { ruleSuites: true })
  const rows = await db
    .selectFrom('policy_evidence')
    .select(['native_id', 'subject_id', 'result', 'produced_at'])
    .orderBy('produced_at')
    .execute()
  expect(rows).toHaveLength(121)
  expect(rows.at(-1)).toEqual({
    native_id: 'rule-suite 121',
    subject_id: SHOP,
    result: 'bypass',
    produced_at: '2026-05-20T02:01:00.000Z',
  })
  const { requests } = github.counts
  expect(await collectGitHub(db, github, { ruleSuites: true })).toMatchObject({ changed: 0 })
  expect(github.counts.requests - requests).toBe(1)
})

test('nothing that is stored names a person', async () => {
  const { db } = await collectShop({
    pullRequests: [aPullRequest(1, at('09:00:00'), { author: HUMAN })],
    deployments: [aDeployment(at('10:00:00'), { creator: COLLEAGUE })],
    issues: [anIssue(1, at('09:00:00'), { title: 'robin asks' })],
    commits: [commit({ CODEOWNERS: '* @robin @acme/clay' })],
  })
  const tables = await db.introspection.getTables()
  for (const { name } of tables) {
    const rows = await db
      .selectFrom(name as 'changes')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows), name).not.toMatch(/robin|kim/)
  }
})
