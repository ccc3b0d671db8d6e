import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { NOW } from '#test/support/collector.ts'
import { testDatabase } from '#test/support/database.ts'
import { aGitHub, collectGitHub } from '#test/support/github/collect.ts'
import {
  aRepository,
  aWorld,
  type StoredAlert,
  type StoredRepository,
  type World,
} from '#test/support/github/store.ts'

const LATER = new Date('2026-06-02T13:00:00Z')

async function collectAlerts(
  repositories: Partial<StoredRepository>[],
  world: Partial<World> = {},
) {
  const all = repositories.map((one, index) => aRepository(`shop-${index}`, one))
  const github = await aGitHub(aWorld({ repositories: all, ...world }))
  const db = await testDatabase()
  const collect = (now: Date = NOW) => {
    github.clock = () => now
    return collectGitHub(db, github, { now, alerts: true })
  }
  const asked = () => github.requests.filter(({ url }) => url.pathname.endsWith('/alerts'))
  return { db, github, collect, asked, all, outcome: await collect() }
}

async function listResults(db: Database) {
  const rows = await db
    .selectFrom('policy_evidence')
    .selectAll()
    .orderBy('produced_at')
    .orderBy('requirement_id')
    .execute()
  return rows.map((row) => [
    row.requirement_id.replace(/^github-|-alerts$/g, ''),
    row.result,
    row.severity,
  ])
}

const dependency = (number: number, severity: StoredAlert['severity']): StoredAlert => ({
  number,
  severity,
  createdAt: '2026-05-01T00:00:00Z',
})

const inCode = (security_severity_level: string | null, severity = 'warning') => ({
  rule: { security_severity_level, severity },
})

const SECRET = { secret_type: 'adafruit_io_key', secret: 'aio_very_secret', state: 'open' }

test('a repository without an open alert passes', async () => {
  const { db, outcome, asked } = await collectAlerts([{}])
  expect(outcome.error).toBeNull()
  expect(await listResults(db)).toEqual([
    ['code-scanning', 'pass', null],
    ['dependabot', 'pass', null],
    ['secret-scanning', 'pass', null],
  ])
  expect(asked()).toHaveLength(3)
})

test('the worst open alert decides', async () => {
  const { db } = await collectAlerts([
    {
      alerts: [dependency(1, 'LOW'), dependency(2, 'HIGH'), dependency(3, 'MODERATE')],
      codeAlerts: [inCode(null, 'note'), inCode('medium', 'error')],
      secretAlerts: [SECRET],
    },
  ])
  expect(await listResults(db)).toEqual([
    ['code-scanning', 'warn', 'medium'],
    ['dependabot', 'fail', 'high'],
    ['secret-scanning', 'fail', null],
  ])
})

test('the value of a secret is neither asked for nor stored, nor told', async () => {
  const { db, asked, outcome } = await collectAlerts([{ secretAlerts: [SECRET] }])
  const ofSecrets = asked().filter(({ url }) => url.pathname.includes('secret-scanning'))
  expect(ofSecrets.map(({ url }) => url.searchParams.get('hide_secret'))).toEqual(['true'])
  expect(outcome.error).toBeNull()
  for (const { name } of await db.introspection.getTables()) {
    const rows = await db
      .selectFrom(name as 'changes')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows), name).not.toMatch(/aio_|adafruit/)
  }
})

test('where a kind of alert is switched off nobody looked, which is no pass', async () => {
  const { db, outcome } = await collectAlerts([{ codeAlerts: null, secretAlerts: null }])
  expect(outcome.error).toBeNull()
  expect(await listResults(db)).toEqual([
    ['code-scanning', 'skip', null],
    ['dependabot', 'pass', null],
    ['secret-scanning', 'skip', null],
  ])
})

test('only a change is told again, a day later', async () => {
  const { db, collect, all, asked } = await collectAlerts([{}])
  all[0]?.alerts.push(dependency(1, 'CRITICAL'))
  await collect(new Date('2026-06-02T11:00:00Z'))
  expect(asked()).toHaveLength(3)
  await collect(LATER)
  expect(asked()).toHaveLength(6)
  expect((await listResults(db)).slice(3)).toEqual([['dependabot', 'fail', 'critical']])
})

const lesser = (count: number) =>
  Array.from({ length: count }, (_, index) => dependency(index, 'LOW'))

test.each([
  [
    'more than a thousand lesser alerts are enough to say that more is not known',
    lesser(1100),
    'inconclusive',
    'low',
    11,
  ],
  ['a thousand lesser alerts are a warning', lesser(1000), 'warn', 'low', 10],
  [
    'a high alert among the first thousand fails, whatever comes after',
    [dependency(2000, 'HIGH'), ...lesser(1100)],
    'fail',
    'high',
    10,
  ],
])('%s', async (_, alerts, result, severity, pages) => {
  const { db, asked } = await collectAlerts([{ alerts }])
  expect((await listResults(db))[1]).toEqual(['dependabot', result, severity])
  const ofDependencies = asked().filter(({ url }) => url.pathname.includes('dependabot'))
  expect(ofDependencies).toHaveLength(pages)
})

test('alerts that are hidden are told once with what helps, and the others are read', async () => {
  const refused = [{ path: /(secret|code)-scanning/, status: 403 as const }]
  const { db, outcome, asked, github, collect } = await collectAlerts([{}, {}], { refused })
  expect(outcome.status).toBe('partial')
  expect(outcome.error).toMatch(
    /^gh: open alerts are hidden .*; give it Code scanning alerts, Secret scanning alerts, read-only, or leave alerts out$/,
  )
  expect(await listResults(db)).toEqual([
    ['dependabot', 'pass', null],
    ['dependabot', 'pass', null],
  ])
  expect(asked()).toHaveLength(4)
  github.world.refused.splice(0)
  expect((await collect()).error).toBeNull()
  expect(await listResults(db)).toHaveLength(6)
})

test('alerts of another shape go to quarantine, and nothing is said of them', async () => {
  const { db, outcome } = await collectAlerts([{ codeAlerts: [{ rule: 'js/zipslip' }] }])
  expect(outcome).toMatchObject({ status: 'partial', quarantined: 1 })
  const [row] = await db.selectFrom('quarantine').selectAll().execute()
  expect(row?.reason).toMatch(/code-scanning\/alerts.*rule/)
  expect((await listResults(db)).map(([kind]) => kind)).toEqual(['dependabot', 'secret-scanning'])
})

test('nobody looks after what is archived', async () => {
  const { asked } = await collectAlerts([{ isArchived: true }])
  expect(asked()).toEqual([])
})
