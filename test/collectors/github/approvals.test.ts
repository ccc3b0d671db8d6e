import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { NOW } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import {
  aDeployment,
  aRepository,
  aRun,
  aWorld,
  BOT,
  COLLEAGUE,
  HUMAN,
  type StoredDeployment,
  type StoredDeploymentReview,
  type StoredRepository,
  type World,
} from '#test/support/github/store.ts'

const at = (hour: number, day = 20) => new Date(Date.UTC(2026, 4, day, hour)).toISOString()

const REVIEW: StoredDeploymentReview = { state: 'approved', environment: 'production', user: HUMAN }

/** A deployment by run 7 that waited from 8 to 12 o'clock, and was done at 13. */
const aGated = (
  deployment: Partial<StoredDeployment> = {},
  { run = 7, day = 20 }: { run?: number; day?: number } = {},
) => {
  const logUrl = `https://github.com/acme/shop/actions/runs/${run}/job/1`
  return aDeployment(at(8, day), {
    id: `DE_${run}_${day}`,
    commitOid: 'abc',
    statuses: [
      { state: 'WAITING', createdAt: at(8, day), logUrl },
      { state: 'QUEUED', createdAt: at(12, day), logUrl },
      { state: 'SUCCESS', createdAt: at(13, day), logUrl },
    ],
    ...deployment,
  })
}

const aShop = (reviews: readonly StoredDeploymentReview[], shop: Partial<StoredRepository> = {}) =>
  aRepository('shop', {
    deployments: [aGated()],
    runs: [aRun(7, at(7), { reviews })],
    environments: [{ name: 'production', reviewers: 1, timer: 0 }],
    ...shop,
  })

async function collectApprovals(
  repositories: StoredRepository[],
  {
    platformTeam = [],
    ...world
  }: Partial<World> & { readonly platformTeam?: readonly string[] } = {},
) {
  const github = await aGitHub(aWorld({ repositories, ...world }))
  const db = await testDatabase()
  const tickets = { repositories: ['none'], labels: [], categories: [], platformTeam }
  const collect = (now: Date = NOW) => {
    github.clock = () => now
    return collectGitHub(db, github, { now, tickets, approvals: true })
  }
  return { db, github, collect, outcome: await collect() }
}

const listEvidence = (db: Database) =>
  db.selectFrom('policy_evidence').selectAll().orderBy('native_id').execute()

const listWaits = (db: Database) => db.selectFrom('steps').selectAll().execute()

const listCovered = async (db: Database) => {
  const rows = await db
    .selectFrom('coverage')
    .select(['covered_from', 'covered_to'])
    .where('scope', '=', 'entity:policy_evidence:github-approval')
    .orderBy('covered_from')
    .execute()
  return rows.map((row) => [row.covered_from, row.covered_to])
}

test('an approval is evidence for its deployment from when it went on, and the wait a step of the change', async () => {
  const { db, outcome } = await collectApprovals([aShop([REVIEW])])
  expect(outcome.error).toBeNull()
  expect(await listEvidence(db)).toEqual([
    {
      source_id: 'gh',
      native_id: 'approval DE_7_20',
      subject_type: 'deployment',
      subject_id: 'DE_7_20',
      requirement_id: 'github-approval',
      result: 'pass',
      severity: null,
      produced_at: '2026-05-20T12:00:00.000Z',
      ingested_at: null,
      collector_kind: 'manual',
      verified: 1,
      waiver_id: null,
      url: 'https://github.com/acme/shop/actions/runs/7/job/1',
      observed_at: NOW.toISOString(),
    },
  ])
  expect(await listWaits(db)).toEqual([
    {
      source_id: 'gh',
      native_id: 'wait DE_7_20',
      request_id: null,
      change_sha: 'abc',
      kind: 'human_wait',
      started_at: '2026-05-20T08:00:00.000Z',
      ended_at: '2026-05-20T12:00:00.000Z',
      actor_group: null,
      observed_at: NOW.toISOString(),
    },
  ])
})

test.each([
  ['a person of the platform team', [{ ...REVIEW, user: COLLEAGUE }], 'pass', 'manual', 'platform'],
  ['a program', [{ ...REVIEW, user: BOT }], 'pass', 'automated', undefined],
  ['an account that is gone', [{ ...REVIEW, user: null }], 'pass', null, undefined],
  ['a person who refused', [{ ...REVIEW, state: 'rejected' }], 'fail', 'manual', null],
  [
    'several, of a run that was started again',
    [REVIEW, { ...REVIEW, state: 'rejected', user: BOT }],
    'inconclusive',
    null,
    undefined,
  ],
] as const)(
  'what %s decided is told without who it was',
  async (_, reviews, result, collected, group) => {
    const { db } = await collectApprovals([aShop(reviews)], { platformTeam: ['kim'] })
    const [evidence] = await listEvidence(db)
    expect(evidence).toMatchObject({ result, collector_kind: collected })
    const waits = await listWaits(db)
    expect(waits.map((wait) => wait.actor_group)).toEqual(group === undefined ? [] : [group])
  },
)

test.each([
  [
    'whose environment also makes everybody wait',
    [{ name: 'production', reviewers: 1, timer: 30 }],
  ],
  ['whose environment is gone', []],
])('of a wait %s nobody knows how much of it was for a person', async (_, environments) => {
  const { db } = await collectApprovals([aShop([REVIEW], { environments })])
  expect(await listEvidence(db)).toHaveLength(1)
  expect(await listWaits(db)).toEqual([])
})

test('nothing is asked of deployments that did not wait, still wait, or are none of the service', async () => {
  const waiting = { statuses: [{ state: 'WAITING', createdAt: at(8) } as const] }
  const deployments = [
    aDeployment(at(1)),
    aGated({ id: 'DE_open', ...waiting }),
    aGated({ id: 'DE_preview', environment: 'preview' }),
  ]
  const { db, github } = await collectApprovals([aShop([REVIEW], { deployments })])
  expect(await listEvidence(db)).toEqual([])
  expect(github.counts.byQuery['Environments']).toBeUndefined()
})

test('a reviewer of another environment approved nothing here', async () => {
  const { db } = await collectApprovals([aShop([{ ...REVIEW, environment: 'staging' }])])
  expect(await listEvidence(db)).toEqual([])
  expect(await listCovered(db)).toHaveLength(1)
})

test('one request for each run, one for the environments, and none again', async () => {
  const deployments = [
    aGated(),
    aGated({ id: 'DE_staging', environment: 'staging' }),
    aGated({}, { run: 8, day: 21 }),
  ]
  const runs = [aRun(7, at(7), { reviews: [REVIEW] }), aRun(8, at(7), { reviews: [REVIEW] })]
  const without = await aGitHub(aWorld({ repositories: [aShop([], { deployments, runs })] }))
  await collectGitHub(await testDatabase(), without)
  const { github, db, collect } = await collectApprovals([aShop([], { deployments, runs })])
  expect(await listEvidence(db)).toHaveLength(2)
  // Teams are read by both; two runs and the environments come on top.
  expect(github.counts.requests - without.counts.requests).toBe(3)
  expect(github.counts.byQuery['Environments']).toBe(1)
  const { requests } = github.counts
  expect(await collect()).toMatchObject({ changed: 0 })
  expect(github.counts.requests - requests).toBe(1)
})

test('a new deployment asks for its own run only, and one that went on late for its', async () => {
  const waiting = aGated({ id: 'DE_late', statuses: gatedOn(1).slice(0, 1) }, { day: 30 })
  const shop = aShop([REVIEW], { deployments: [aGated(), waiting] })
  const { db, github, collect } = await collectApprovals([shop])
  expect(await listEvidence(db)).toHaveLength(1)
  shop.runs.push(aRun(9, at(7), { reviews: [REVIEW] }))
  shop.deployments.push(aDeployment('2026-06-01T20:00:00Z'))
  waiting.statuses.push(...gatedOn(1).slice(1))
  await collect(new Date('2026-06-02T12:00:00Z'))
  expect(await listEvidence(db)).toHaveLength(2)
  const asked = github.requests.filter(({ url }) => url.pathname.endsWith('/approvals'))
  expect(asked.map(({ url }) => url.pathname.split('/').at(-2))).toEqual(['7', '9'])
})

test('nothing that is stored names who decided, or what they wrote', async () => {
  const { db } = await collectApprovals([aShop([REVIEW, { ...REVIEW, user: COLLEAGUE }])])
  for (const { name } of await db.introspection.getTables()) {
    const rows = await db
      .selectFrom(name as 'changes')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows), name).not.toMatch(/robin|kim|Ship it/)
  }
})

test('all approvals are covered from the look-back on, for this requirement only', async () => {
  const { db } = await collectApprovals([aShop([REVIEW])])
  expect(await listCovered(db)).toEqual([['2025-06-01T12:00:00.000Z', NOW.toISOString()]])
})

test('a sign-in that may not see approvals is told once, covers none, and reads the rest', async () => {
  const refused = [{ path: /approvals$/, status: 403 } as const]
  const deployments = [aGated(), aGated({}, { run: 8, day: 21 })]
  const { db, outcome, github, collect } = await collectApprovals(
    [aShop([], { deployments }), aRepository('calm')],
    { refused },
  )
  expect(outcome.status).toBe('partial')
  expect(outcome.error).toMatch(
    /approvals: those of 2 deployments that waited could not be read.*answers 403.*Actions, read-only/,
  )
  expect(await listEvidence(db)).toEqual([])
  expect(await listCovered(db)).toEqual([])
  expect(await db.selectFrom('deployments').select('native_id').execute()).toHaveLength(2)
  expect(github.counts.requests).toBeLessThan(10)
  // Once it may, what was not read stays uncovered.
  github.world.refused.splice(0)
  const later = new Date('2026-06-02T12:00:00Z')
  expect((await collect(later)).error).toBeNull()
  expect(await listCovered(db)).toEqual([['2026-05-21T12:00:00.000Z', later.toISOString()]])
})

test('a run that is gone leaves the time up to its deployment uncovered, and older runs unasked', async () => {
  const deployments = [1, 2, 3].map((day) => aGated({}, { run: day, day }))
  const runs = [aRun(3, at(7, 3), { reviews: [REVIEW] })]
  const { db, outcome } = await collectApprovals([aShop([], { deployments, runs })])
  expect(outcome.error).toMatch(/those of 2 deployments .* gone, or hidden/)
  expect((await listEvidence(db)).map((row) => row.subject_id)).toEqual(['DE_3_3'])
  expect(await listCovered(db)).toEqual([['2026-05-02T12:00:00.000Z', NOW.toISOString()]])
})

test('what could not be read of a deployment after the first reading leaves a hole', async () => {
  const shop = aShop([REVIEW])
  const { db, collect } = await collectApprovals([shop])
  shop.deployments.push(aGated({ statuses: gatedOn(1) }, { run: 9, day: 31 }))
  const [second, third] = [new Date('2026-06-02T12:00:00Z'), new Date('2026-06-03T12:00:00Z')]
  await collect(second)
  await collect(third)
  expect(await listCovered(db)).toEqual([
    ['2025-06-01T12:00:00.000Z', NOW.toISOString()],
    [second.toISOString(), third.toISOString()],
  ])
})

/** Waited on a day of June, for an hour. */
const gatedOn = (day: number): StoredDeployment['statuses'] => {
  const logUrl = 'https://github.com/acme/shop/actions/runs/9'
  return [
    { state: 'WAITING', createdAt: `2026-06-0${day}T18:00:00Z`, logUrl },
    { state: 'SUCCESS', createdAt: `2026-06-0${day}T19:00:00Z`, logUrl },
  ]
}

test('a review that cannot be read goes to quarantine without a name, and is not covered', async () => {
  const { db, outcome } = await collectApprovals([aShop([{ ...REVIEW, state: 'shrugged' }])])
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  const [refused] = await db.selectFrom('quarantine').selectAll().execute()
  expect(refused).toMatchObject({ position: 'approval DE_7_20' })
  expect(refused?.reason).toMatch(/state/)
  expect(refused?.record).not.toMatch(/robin|Ship it/)
  expect(await listCovered(db)).toEqual([['2026-05-20T12:00:00.000Z', NOW.toISOString()]])
})

test('a repository that cannot be read leaves all approvals uncovered', async () => {
  const { db } = await collectApprovals([aShop([REVIEW])], { hidden: ['deployments'] })
  expect(await listCovered(db)).toEqual([])
})
