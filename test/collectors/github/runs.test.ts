import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { aPath } from '#test/support/collect-clones.ts'
import { NOW } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import {
  aRepository,
  aRun,
  aWorld,
  type StoredRepository,
  type StoredRun,
  toSha,
  type World,
} from '#test/support/github/store.ts'

const USES = 'acme/paths/.github/workflows/ship.yml'
const PATHS = [aPath({ evidence: [{ kind: 'workflow-pin', uses: USES }] })]

/** Of thousands of runs. */
const SLOW = { timeout: 60_000 }

const at = (hour: number, day = 20) =>
  new Date(Date.UTC(2026, 4, day, hour)).toISOString().replace('.000', '')

/** Called the path's workflow at 9, and ended at 10. */
const aUse = (id: number, run: Partial<StoredRun> = {}) =>
  aRun(id, at(9), { updatedAt: at(10), referenced: [`${USES}@v2`], ...run })

const COMMITS = [
  { oid: toSha('first'), committedDate: at(0), files: { CODEOWNERS: '* @acme/clay' } },
]

const aShop = (runs: StoredRun[], shop: Partial<StoredRepository> = {}) =>
  aRepository('shop', { commits: COMMITS, runs, ...shop })

async function collectRuns(
  repositories: StoredRepository[],
  { paths = PATHS, ...world }: Partial<World> & { paths?: typeof PATHS } = {},
) {
  const github = await aGitHub(aWorld({ repositories, ...world }))
  const db = await testDatabase()
  const collect = (now: Date = NOW) => {
    github.clock = () => now
    return collectGitHub(db, github, { now, runs: true, paths })
  }
  const asked = () => github.requests.filter(({ url }) => url.pathname.includes('/actions/runs'))
  return { db, github, collect, asked, outcome: await collect() }
}

const listAttempts = (db: Database) =>
  db.selectFrom('path_attempts').selectAll().orderBy('native_id').execute()

const listCovered = async (db: Database) => {
  const rows = await db
    .selectFrom('coverage')
    .selectAll()
    .where('scope', 'like', 'entity:path_attempts%')
    .execute()
  return rows.map((row) => [row.scope, row.covered_from, row.covered_to])
}

test("a run that called a golden path's workflow is an attempt of the team that owned it", async () => {
  const other = aRun(2, at(9), { referenced: ['acme/others/.github/workflows/ship.yml@v1'] })
  const { db, outcome } = await collectRuns([aShop([aUse(1), other, aRun(3, at(9))])])
  expect(outcome.error).toBeNull()
  expect(await listAttempts(db)).toEqual([
    {
      source_id: 'gh',
      native_id: 'run 1 1 path',
      team_id: 'clay',
      path_id: 'path',
      started_at: '2026-05-20T09:00:00.000Z',
      ended_at: '2026-05-20T10:00:00.000Z',
      result: 'success',
      cause_code: null,
      gone_at: null,
      observed_at: NOW.toISOString(),
    },
  ])
  expect(await listCovered(db)).toEqual([
    ['entity:path_attempts:path', '2025-06-01T12:00:00.000Z', NOW.toISOString()],
  ])
})

test.each([
  ['failure', 'failure'],
  ['timed_out', 'failure'],
  ['startup_failure', 'failure'],
  ['cancelled', 'cancelled'],
  ['skipped', undefined],
])('a run that ends as %s is told as %s', async (conclusion, result) => {
  const { db } = await collectRuns([aShop([aUse(1, { conclusion })])])
  expect((await listAttempts(db))[0]?.result).toBe(result)
})

test('a run that goes on is open, and asked for by id until it ends, however old it is', async () => {
  const run = aUse(1, { status: 'in_progress', conclusion: null })
  const { db, collect, asked } = await collectRuns([aShop([run])])
  expect(await listAttempts(db)).toMatchObject([{ result: 'open', ended_at: null }])
  Object.assign(run, { status: 'completed', conclusion: 'failure', updatedAt: at(3, 21) })
  await collect(new Date('2026-06-02T12:00:00Z'))
  expect(await listAttempts(db)).toMatchObject([
    { result: 'failure', ended_at: '2026-05-21T03:00:00.000Z' },
  ])
  await collect(new Date('2026-06-03T12:00:00Z'))
  expect(asked().filter(({ url }) => url.pathname.endsWith('/runs/1'))).toHaveLength(1)
})

test('what was open and failed before an old run was started again is open no more', async () => {
  const run = aUse(1, { status: 'queued', conclusion: null })
  const { db, collect } = await collectRuns([aShop([run])])
  Object.assign(run, { status: 'completed', conclusion: 'success', attempts: 2 })
  await collect(new Date('2026-06-02T12:00:00Z'))
  const attempts = await listAttempts(db)
  expect(attempts.map(({ native_id: id, result }) => [id, result])).toEqual([
    ['run 1 1 path', 'failure'],
    ['run 1 2 path', 'success'],
  ])
})

test('what failed before a run was started again is an attempt, too', async () => {
  const { db } = await collectRuns([aShop([aUse(1, { attempts: 3 })])])
  const attempts = await listAttempts(db)
  expect(attempts.map(({ native_id: id, result }) => [id, result])).toEqual([
    ['run 1 1 path', 'failure'],
    ['run 1 2 path', 'failure'],
    ['run 1 3 path', 'success'],
  ])
})

test(
  'more runs than GitHub lists are read in parts, and none is lost or asked for again',
  SLOW,
  async () => {
    // One each minute; a search gives no more than 1,000.
    const runs = Array.from({ length: 2500 }, (_, index) => {
      const createdAt = new Date(Date.UTC(2026, 4, 20) + index * 60_000).toISOString()
      return aUse(index + 1, { createdAt, updatedAt: createdAt })
    })
    const { db, collect, asked } = await collectRuns([aShop(runs)])
    expect(await listAttempts(db)).toHaveLength(2500)
    // 25 pages at least; what was too much to list was asked for in vain.
    expect(asked().length).toBeLessThanOrEqual(50)
    const before = asked().length
    await collect(new Date('2026-06-01T17:00:00Z'))
    expect(asked().length).toBe(before)
    expect(await collect(new Date('2026-06-01T19:00:00Z'))).toMatchObject({ changed: 0 })
    expect(asked().length).toBe(before + 1)
  },
)

test('a busy repository is read a part at a time, and covered as far', SLOW, async () => {
  // Six each minute: more in a day than one reading asks for.
  const runs = Array.from({ length: 8000 }, (_, index) =>
    aRun(index + 1, new Date(Date.UTC(2026, 4, 20) + index * 10_000).toISOString()),
  )
  const { db, collect, asked } = await collectRuns([aShop(runs)])
  expect(asked().length).toBeLessThanOrEqual(60)
  const [[, from, first = ''] = []] = await listCovered(db)
  expect(from).toBe('2025-06-01T12:00:00.000Z')
  expect(first).toMatch(/^2026-05-20/)
  for (let rest = 2; rest > 0; rest -= 1) await collect()
  const [[, , last] = []] = await listCovered(db)
  expect(last).toBe(NOW.toISOString())
})

test('a run of what nobody owns is nobody’s attempt', async () => {
  const { db } = await collectRuns([aRepository('shop', { runs: [aUse(1)] })])
  expect(await listAttempts(db)).toEqual([])
})

test('a path that is not only workflows to call is not covered, and nothing is asked for it', async () => {
  const paths = [aPath({ evidence: [{ kind: 'workflow-pin', uses: 'acme/paths/build' }] })]
  const { db, asked } = await collectRuns([aShop([aUse(1)])], { paths })
  expect(asked()).toHaveLength(0)
  expect(await listCovered(db)).toEqual([])
})

test.each([403, 404] as const)(
  'where runs are hidden with %i that is told once, covers nothing and stops nothing',
  async (status) => {
    const refused = [{ path: /actions\/runs/, status }]
    const repositories = [aShop([aUse(1)]), aRepository('calm', { commits: COMMITS })]
    const { db, github, outcome, collect, asked } = await collectRuns(repositories, { refused })
    expect(outcome.status).toBe('partial')
    expect(outcome.error).toMatch(
      /^gh: workflow runs of \d repositories could not be read.*Actions, read-only$/,
    )
    expect(asked()).toHaveLength(status === 403 ? 1 : 2)
    expect(await listCovered(db)).toEqual([])
    expect(await db.selectFrom('service_owners').selectAll().execute()).toHaveLength(2)
    github.world.refused.splice(0)
    expect((await collect()).error).toBeNull()
    expect(await listAttempts(db)).toHaveLength(1)
    expect(await listCovered(db)).toHaveLength(1)
  },
)

test('a run of another shape goes to quarantine without a name, and the others are stored', async () => {
  const { db, outcome } = await collectRuns([aShop([aUse(1), aUse(3, { attempts: 0.5 })])])
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  const [row] = await db.selectFrom('quarantine').selectAll().execute()
  expect(row).toMatchObject({ position: 'run 3 0.5' })
  expect(row?.record).not.toMatch(/robin/)
  expect(await listAttempts(db)).toHaveLength(1)
})
