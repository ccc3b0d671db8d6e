import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { testDatabase } from '#test/support/database.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import {
  aDeployment,
  anIssue,
  aPullRequest,
  aRepository,
  aWorld,
  HUMAN,
  type StoredDeployment,
  type StoredIssue,
  type StoredPullRequest,
  type StoredRepository,
} from '#test/support/github/store.ts'
import { readDeliveries, sendDelivery } from '#test/support/received.ts'

const TIMEOUT_MS = 120_000
const HISTORIES = 12
const FIRST = new Date('2026-06-01T12:00:00Z')
const SECOND = new Date('2026-06-02T12:00:00Z')
const TICKETS = { repositories: ['shop'], labels: [], categories: [], platformTeam: [] }

/** An instant of the day between the two collections. */
const at = (minutes: number) =>
  new Date(FIRST.getTime() + minutes * 60_000).toISOString().replace('.000', '')

interface Delivery {
  readonly type: string
  readonly payload: object
}

const USER = { login: HUMAN.login, type: 'User' }

/** What happens in a day, as the organisation then holds it. */
function liveADay(shop: StoredRepository, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const minutes = index * 20 + 1
    shop.pullRequests.push(
      aPullRequest(100 + index, at(minutes + 5), { createdAt: at(minutes), firstCommitAt: at(0) }),
    )
    shop.deployments.push(
      aDeployment(at(minutes), {
        statuses: [
          { state: 'IN_PROGRESS', createdAt: at(minutes + 1) },
          { state: index % 3 === 0 ? 'FAILURE' : 'SUCCESS', createdAt: at(minutes + 4) },
          ...(index % 3 === 1 ? [{ state: 'INACTIVE' as const, createdAt: at(minutes + 9) }] : []),
        ],
      }),
    )
    const closedAt = index % 2 === 0 ? at(minutes + 15) : null
    const comments = [{ createdAt: at(minutes + 7), author: { kind: 'User' as const, login: 'x' } }]
    shop.issues.push(
      anIssue(200 + index, at(minutes), {
        closedAt,
        comments,
        updatedAt: closedAt ?? at(minutes + 7),
      }),
    )
  }
}

/** What GitHub sends of it, in the order in which it happens. */
function listDeliveries(shop: StoredRepository): Delivery[] {
  const repository = { node_id: shop.id, name: shop.name, full_name: `acme/${shop.name}` }
  return [
    ...shop.pullRequests.map((pull) => aMerge(pull)),
    ...shop.deployments.flatMap(toCourse),
    ...shop.issues.flatMap(toConversation),
  ].map(({ type, payload }) => ({ type, payload: { ...payload, repository } }))
}

const aMerge = (pull: StoredPullRequest): Delivery => ({
  type: 'pull_request',
  payload: {
    action: 'closed',
    pull_request: {
      node_id: pull.id,
      number: pull.number,
      title: pull.title,
      created_at: pull.createdAt,
      merged_at: pull.mergedAt,
      merge_commit_sha: pull.mergeSha,
      head: { ref: pull.headRefName },
      additions: pull.additions,
      deletions: pull.deletions,
      user: USER,
    },
  },
})

function toCourse({ id, environment, createdAt, commitOid, statuses }: StoredDeployment) {
  const deployment = {
    node_id: id,
    environment,
    sha: commitOid,
    created_at: createdAt,
    creator: USER,
  }
  return [
    { type: 'deployment', payload: { deployment } },
    ...statuses.map(({ state, createdAt: time }) => ({
      type: 'deployment_status',
      payload: { deployment, deployment_status: { state: state.toLowerCase(), created_at: time } },
    })),
  ]
}

function toConversation({ id, createdAt, closedAt }: StoredIssue): Delivery[] {
  const issue = { node_id: id, created_at: createdAt, user: USER, assignees: [], labels: [] }
  const opened = { ...issue, updated_at: createdAt, closed_at: null }
  const events = [{ type: 'issues', payload: { action: 'opened', issue: opened } }]
  if (closedAt === null) return events
  const closed = { ...issue, updated_at: closedAt, closed_at: closedAt }
  return [...events, { type: 'issues', payload: { action: 'closed', issue: closed } }]
}

const TABLES = ['changes', 'deployments', 'deployment_statuses', 'tickets'] as const

async function snapshot(db: Database) {
  const rows = TABLES.map(async (table) => {
    const stored = await db
      .selectFrom(table as 'changes')
      .selectAll()
      .execute()
    return [table, stored.map((row) => JSON.stringify({ ...row, observed_at: '' })).toSorted()]
  })
  return Object.fromEntries(await Promise.all(rows))
}

test('whichever deliveries are lost, late, double or out of order, the next collection leaves what it would without any', {
  timeout: TIMEOUT_MS,
}, async () => {
  const shop = aRepository('shop', { pullRequests: [aPullRequest(1, '2026-05-04T09:00:00Z')] })
  const github = await aGitHub(aWorld({ repositories: [shop] }))
  const collect = (db: Database, now: Date) => {
    github.clock = () => now
    return collectGitHub(db, github, { now, tickets: TICKETS })
  }
  const heard = { baseUrl: github.baseUrl, tickets: TICKETS, now: SECOND }
  const hear = async (db: Database, deliveries: readonly Delivery[]) => {
    for (const { type, payload } of deliveries) await sendDelivery(db, type, payload)
    expect(await readDeliveries(db, heard)).toMatchObject({ status: 'ok' })
  }
  const databases = await Promise.all(
    Array.from({ length: HISTORIES + 1 }, async () => {
      const db = await testDatabase()
      await collect(db, FIRST)
      return db
    }),
  )
  liveADay(shop, 12)
  const deliveries = listDeliveries(shop)
  const [plain, ...others] = databases
  if (plain === undefined) throw new TypeError('there is a first database')
  await collect(plain, SECOND)
  const expected = await snapshot(plain)
  const parts = fc.tuple(fc.shuffledSubarray(deliveries), fc.shuffledSubarray(deliveries))
  for (const [early, late] of fc.sample(parts, { numRuns: HISTORIES, seed: 7 })) {
    const db = others.pop()
    if (db === undefined) throw new TypeError('there is a database for each history')
    await hear(db, early)
    await collect(db, SECOND)
    expect(await snapshot(db)).toEqual(expected)
    await hear(db, late)
    expect(await snapshot(db)).toEqual(expected)
  }
})
