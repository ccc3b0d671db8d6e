import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Database } from '#db/connection.ts'
import { addService } from '#test/support/adoption.ts'
import { testDatabase } from '#test/support/database.ts'
import { listOutcomes, readDeliveries, sendDelivery } from '#test/support/received.ts'
import { addDeployment } from '#test/support/web.ts'

/** A repository that the source `gh` has read, with a service for the whole of it. */
async function addRepository(db: Database, id = 'github.com/acme/basket', node = 'R_basket') {
  const name = id.replace(/^.*\//, '')
  await addService(db, name, { team: null, covered: null })
  await db
    .updateTable('repositories')
    .set({ id, source_id: 'gh', native_id: node })
    .where('id', '=', `local/${name}`)
    .execute()
}

const REPOSITORY = { node_id: 'R_basket', name: 'basket', full_name: 'acme/basket' }
const ALICE = { login: 'alice', type: 'User' }
const RENOVATE = { login: 'renovate[bot]', type: 'Bot' }

// GitHub's examples know no deployment that failed: states are changed here by hand.
const aStatus = (state: string, at: string) => ({
  action: 'created',
  deployment: {
    node_id: 'DE_1',
    sha: '4f1c2f6a9d0be4f6e0c1d5a7b8e9f00112233445',
    environment: 'production',
    created_at: '2026-05-30T10:00:00Z',
    creator: ALICE,
  },
  deployment_status: {
    state,
    created_at: at,
    log_url: 'https://github.com/acme/basket/actions/runs/7/job/8',
  },
  repository: REPOSITORY,
})

const CREATED = { ...aStatus('', ''), deployment_status: undefined }

const readDeployment = (db: Database) =>
  db
    .selectFrom('deployments')
    .select(['source_id', 'native_id', 'started_at', 'finished_at', 'outcome', 'superseded_at'])
    .execute()

const COURSE = [
  ['deployment', CREATED],
  ['deployment_status', aStatus('in_progress', '2026-05-30T10:01:00Z')],
  ['deployment_status', aStatus('failure', '2026-05-30T10:04:00Z')],
  ['deployment_status', aStatus('inactive', '2026-05-30T11:00:00Z')],
] as const

test.each([
  ['in order', [0, 1, 2, 3]],
  ['backwards', [3, 2, 1, 0]],
  ['mixed, and one of them twice', [2, 0, 3, 2, 1]],
])('deliveries about a deployment give the same course, %s', async (_, order) => {
  const db = await testDatabase()
  await addRepository(db)
  for (const place of order) {
    const [type, payload] = COURSE[place] ?? COURSE[0]
    await sendDelivery(db, type, payload)
    expect(await readDeliveries(db)).toMatchObject({ status: 'ok' })
  }
  expect(await db.selectFrom('deployments').selectAll().execute()).toMatchObject([
    {
      source_id: 'gh',
      native_id: 'DE_1',
      service_id: 'basket',
      environment_tier: 'production',
      sha: '4f1c2f6a9d0be4f6e0c1d5a7b8e9f00112233445',
      created_at: '2026-05-30T10:00:00.000Z',
      started_at: '2026-05-30T10:01:00.000Z',
      finished_at: '2026-05-30T10:04:00.000Z',
      outcome: 'failure',
      superseded_at: '2026-05-30T11:00:00.000Z',
      initiator_kind: 'human',
    },
  ])
})

test('one that was created and not begun is open', async () => {
  const db = await testDatabase()
  await addRepository(db)
  await sendDelivery(db, 'deployment', CREATED)
  await readDeliveries(db)
  expect(await readDeployment(db)).toMatchObject([{ outcome: 'open', finished_at: null }])
})

test('what the source knows of a deployment, an event does not take back', async () => {
  const db = await testDatabase()
  await addRepository(db)
  await addDeployment(db, 'basket-api', {
    source_id: 'gh',
    native_id: 'DE_1',
    environment: 'production-eu',
    created_at: '2026-05-30T10:00:00.000Z',
    finished_at: '2026-05-30T10:04:00.000Z',
    superseded_at: '2026-05-30T11:00:00.000Z',
    url: 'https://ci.example/1',
  })
  await sendDelivery(db, 'deployment', CREATED)
  await sendDelivery(db, 'deployment_status', aStatus('in_progress', '2026-05-30T10:01:00Z'))
  await readDeliveries(db)
  expect(await db.selectFrom('deployments').selectAll().execute()).toMatchObject([
    {
      service_id: 'basket-api',
      environment: 'production-eu',
      outcome: 'success',
      finished_at: '2026-05-30T10:04:00.000Z',
      superseded_at: '2026-05-30T11:00:00.000Z',
      url: 'https://ci.example/1',
    },
  ])
})

const aMerge = (overrides: object = {}) => ({
  action: 'closed',
  pull_request: {
    node_id: 'PR_118',
    number: 118,
    title: 'Faster basket',
    created_at: '2026-05-28T10:00:00Z',
    merged: true,
    merged_at: '2026-05-30T09:00:00Z',
    merge_commit_sha: 'abc',
    head: { ref: 'faster' },
    additions: 60,
    deletions: 24,
    user: RENOVATE,
    ...overrides,
  },
  repository: REPOSITORY,
})

test('a merged pull request is announced: what the event does not tell is unknown', async () => {
  const db = await testDatabase()
  await addRepository(db)
  await sendDelivery(db, 'pull_request', aMerge())
  await readDeliveries(db)
  expect(await db.selectFrom('changes').selectAll().execute()).toEqual([
    {
      source_id: 'gh',
      native_id: 'PR_118',
      repository_id: 'github.com/acme/basket',
      service_id: 'basket',
      number: 118,
      first_commit_at: null,
      opened_at: '2026-05-28T10:00:00.000Z',
      ready_at: null,
      first_review_at: null,
      approved_at: null,
      merged_at: '2026-05-30T09:00:00.000Z',
      merge_sha: 'abc',
      size_lines: 84,
      author_kind: 'bot',
      reverts: null,
      repository_key: null,
      gone_at: null,
      observed_at: '2026-06-01T12:00:00.000Z',
    },
  ])
  await sendDelivery(db, 'pull_request', aMerge({ title: 'Renamed' }))
  expect(await readDeliveries(db)).toMatchObject({ changed: 0 })
  expect(await listOutcomes(db)).toEqual(['stored', 'ignored: the source has read it already'])
})

test('a pull request that the source knows under another id is the same by its number', async () => {
  const db = await testDatabase()
  await addRepository(db)
  await sendDelivery(db, 'pull_request', aMerge())
  await sendDelivery(db, 'pull_request', aMerge({ node_id: 'MDExOlB1bGxSZXF1ZXN0' }))
  await readDeliveries(db)
  expect(await db.selectFrom('changes').select('native_id').execute()).toEqual([
    { native_id: 'PR_118' },
  ])
})

test('a pull request that was closed without being merged is left out', async () => {
  const db = await testDatabase()
  await addRepository(db)
  await sendDelivery(db, 'pull_request', aMerge({ merged: false, merged_at: null }))
  await readDeliveries(db)
  expect(await listOutcomes(db)).toEqual(['ignored: it was closed without being merged'])
})

const anIssue = (action: string, at: string, overrides: object = {}) => ({
  action,
  issue: {
    node_id: 'I_7',
    state: 'open',
    created_at: '2026-05-30T08:00:00Z',
    updated_at: at,
    closed_at: null,
    user: ALICE,
    assignees: [],
    labels: [{ name: 'Deploy' }],
    ...overrides,
  },
  repository: REPOSITORY,
})

const CLOSED = { state: 'closed', closed_at: '2026-05-30T12:00:00Z' }

const readTicket = (db: Database) =>
  db
    .selectFrom('tickets')
    .select([
      'status_category',
      'resolved_at',
      'category',
      'severity',
      'reopened_count',
      'first_response_at',
    ])
    .execute()

const TICKETS = {
  tickets: {
    repositories: ['bas*'],
    labels: ['support', 'deploy'],
    categories: [{ label: 'deploy', category: 'deployment', severity: 'sev3' }],
    platformTeam: [],
  },
}

test('an issue is a ticket as it stood last, in whatever order the events come', async () => {
  const db = await testDatabase()
  await addRepository(db)
  await sendDelivery(db, 'issues', anIssue('closed', '2026-05-30T12:00:00Z', CLOSED))
  await readDeliveries(db, TICKETS)
  await sendDelivery(db, 'issues', anIssue('opened', '2026-05-30T08:00:00Z'))
  await readDeliveries(db, TICKETS)
  const closed = {
    status_category: 'done',
    resolved_at: '2026-05-30T12:00:00.000Z',
    category: 'deployment',
    severity: 'sev3',
    reopened_count: null,
    first_response_at: null,
  }
  expect(await readTicket(db)).toEqual([closed])
  expect(await listOutcomes(db)).toEqual([
    'stored',
    'ignored: a later event about the same was stored before',
  ])
  await sendDelivery(db, 'issues', anIssue('reopened', '2026-05-30T13:00:00Z'))
  await sendDelivery(db, 'issues', anIssue('labeled', '2026-05-30T12:30:00Z', CLOSED))
  await readDeliveries(db, TICKETS)
  expect(await readTicket(db)).toEqual([{ ...closed, status_category: 'open', resolved_at: null }])
})

test('an event that the source has overtaken changes nothing', async () => {
  const db = await testDatabase()
  await addRepository(db)
  await addCursor(db, '2026-05-30T12:00:00.000Z')
  await sendDelivery(db, 'issues', anIssue('opened', '2026-05-30T12:00:00Z'))
  await sendDelivery(db, 'issues', anIssue('closed', '2026-05-30T12:00:01Z', CLOSED))
  await readDeliveries(db)
  expect(await listOutcomes(db)).toEqual([
    'ignored: the source has read how it stood then, or later',
    'stored',
  ])
})

/** How far the source has read the repository's tickets. */
async function addCursor(db: Database, tickets: string) {
  const list = { newest: null, pending: null }
  const value = {
    node: 'R_basket',
    row: null,
    since: '2026-01-01T00:00:00.000Z',
    readAt: null,
    moved: null,
    changes: list,
    deployments: list,
    unsettled: [],
    tickets,
    files: null,
    history: null,
    claims: '[]',
  }
  await db
    .insertInto('cursors')
    .values({
      source_id: 'gh',
      scope: 'repository:github.com/acme/basket',
      configuration_hash: 'x',
      value: JSON.stringify(value),
      updated_at: tickets,
    })
    .execute()
}

test.each([
  ['of another repository', { repository: { ...REPOSITORY, name: 'shop' } }],
  ['without the label', { issue: { ...anIssue('', '2026-05-30T12:00:00Z').issue, labels: [] } }],
  ['that is deleted', { action: 'deleted' }],
])('an issue %s is no ticket', async (_, overrides) => {
  const db = await testDatabase()
  await addRepository(db)
  await sendDelivery(db, 'issues', { ...anIssue('opened', '2026-05-30T08:00:00Z'), ...overrides })
  await readDeliveries(db, TICKETS)
  expect((await listOutcomes(db))[0]).toMatch(/^ignored: /)
  expect(await readTicket(db)).toEqual([])
})

test('what happens in a repository that the source does not read is left out', async () => {
  const db = await testDatabase()
  await sendDelivery(db, 'deployment', CREATED)
  await readDeliveries(db)
  expect(await listOutcomes(db)).toEqual([
    'ignored: its repository is not one that the source has read',
  ])
})

test('no login is stored, and none stands in quarantine', async () => {
  const db = await testDatabase()
  await addRepository(db)
  await sendDelivery(db, 'deployment', CREATED)
  await sendDelivery(db, 'pull_request', aMerge({ user: ALICE }))
  await sendDelivery(db, 'issues', anIssue('opened', 'yesterday'))
  expect(await readDeliveries(db)).toMatchObject({ quarantined: 1 })
  for (const table of ['deployments', 'changes', 'tickets', 'quarantine'] as const) {
    expect(JSON.stringify(await db.selectFrom(table).selectAll().execute())).not.toContain('alice')
  }
})

const Examples = z.array(z.object({ name: z.string(), examples: z.array(z.looseObject({})) }))

const require = createRequire(import.meta.url)

/** Real payloads, by the name of their event: 58 events, 329 payloads. */
const EXAMPLES = Examples.parse(
  JSON.parse(readFileSync(require.resolve('@octokit/webhooks-examples'), 'utf8')),
)

const Repository = z.object({
  repository: z.object({ node_id: z.string(), full_name: z.string() }),
})

test("every one of GitHub's 329 examples is stored, or left out with a reason", async () => {
  const db = await testDatabase()
  const types: string[] = []
  const repositories = new Map<string, string>()
  for (const { name, examples } of EXAMPLES) {
    for (const payload of examples) {
      await sendDelivery(db, name, payload)
      types.push(name)
      const { data } = Repository.safeParse(payload)
      if (data) repositories.set(`github.com/${data.repository.full_name}`, data.repository.node_id)
    }
  }
  expect([EXAMPLES.length, types.length]).toEqual([58, 329])
  for (const [id, node] of repositories) await addRepository(db, id, node)
  expect(await readDeliveries(db)).toMatchObject({ status: 'ok', read: 329, quarantined: 0 })
  const outcomes = await listOutcomes(db)
  expect(outcomes.filter((outcome) => !/^(stored|ignored: .{10,})$/.test(outcome))).toEqual([])
  const stored = types.filter((_, index) => outcomes[index] === 'stored')
  // None of the pull requests among them was merged.
  expect(new Set(stored)).toEqual(new Set(['deployment', 'deployment_status', 'issues']))
})

test.each(EXAMPLES.map(({ name, examples }) => [name, examples] as const))(
  'a %s whose parts are missing or of another kind is put aside or left out, and nothing breaks',
  async (name, [payload]) => {
    const db = await testDatabase()
    await addRepository(db)
    for (const value of [null, [], 'x', {}, maim(payload, () => null), maim(payload, () => [])]) {
      await sendDelivery(db, name, value)
    }
    const { status } = await readDeliveries(db)
    expect(['ok', 'partial']).toContain(status)
    expect(await listOutcomes(db)).toHaveLength(6)
  },
)

/** The payload with something else in the place of each of its parts. */
const maim = (payload: object | undefined, other: () => unknown) =>
  Object.fromEntries(Object.keys(payload ?? {}).map((key) => [key, other()]))
