import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '#db/connection.ts'
import { loadConfig } from '#lib/config.ts'
import { daysBefore } from '#lib/period.ts'
import { listSourceHealth } from '#lib/queries/data-health.ts'
import { listExceptions } from '#lib/queries/exceptions.ts'
import { findMeasurement } from '#lib/queries/measurements.ts'
import { listProvisioningRequests } from '#lib/queries/provisioning-requests.ts'
import { listStateCounts } from '#lib/queries/state-counts.ts'
import { listAdoptionStates } from '#lib/queries/states.ts'
import { listUsage } from '#lib/queries/usage.ts'
import { median } from '#lib/stats/quantiles.ts'
import type { MetricResult } from '#scorecards/result.ts'
import { aFolder, prepareByCli, runCli } from '#test/support/cli.ts'
import { aSharedFolder, git } from '#test/support/git.ts'

/** Generating, collecting and scoring it takes about ten seconds on two cores. */
const VERY_SLOW = { timeout: 120_000 }

const UNTIL = new Date('2025-06-02T00:00:00Z')
const MONDAY = '2025-06-02'

const weeksBefore = (weeks: number) => daysBefore(UNTIL, 7 * weeks)

const place = aSharedFolder()
const demo = join(place, 'demo')

const DAY_MINUTES = 24 * 60

describe('the sources', () => {
  const once = join(place, 'once')
  const again = join(place, 'again')
  const write = (folder: string) => [
    'demo',
    'create',
    '--sources-only',
    '--until',
    MONDAY,
    '--folder',
    folder,
  ]

  beforeAll(async () => {
    writeFileSync(join(place, 'gitconfig'), '[user]\nname = Somebody\n[init]\ndefaultBranch = x\n')
    // Another person's machine, somewhere else.
    const env = {
      TZ: 'America/St_Johns',
      GIT_CONFIG_GLOBAL: join(place, 'gitconfig'),
      GIT_DEFAULT_HASH: 'sha256',
    }
    await Promise.all([
      prepareByCli(write(once), { cwd: place }),
      prepareByCli(write(again), { cwd: place, env }),
    ])
  }, VERY_SLOW.timeout)

  test('are the same bytes and commits for the same Monday, on every machine', VERY_SLOW, () => {
    const first = hashSources(once)
    expect(first.files).toBeGreaterThan(5)
    expect(first.repositories).toBeGreaterThan(100)
    expect(hashSources(again)).toEqual(first)
  })

  test('come with a marker, which says that they were not scored', VERY_SLOW, () => {
    expect(readMarker(once)).toEqual({
      desirepath: 'demonstration',
      version: expect.any(Number),
      seed: expect.any(Number),
      until: '2025-06-02T00:00:00.000Z',
      scoredAt: null,
    })
    expect(existsSync(join(once, 'desirepath.db'))).toBe(false)
  })

  test('are removed with their folder, and nothing beside it', VERY_SLOW, async () => {
    writeFileSync(join(place, 'mine.txt'), 'mine')
    const removed = await runCli(['demo', 'remove', '--folder', again], { cwd: place })
    expect(removed).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(place)).toEqual(expect.arrayContaining(['mine.txt', 'once']))
    expect(existsSync(again)).toBe(false)
    expect(await runCli(['demo', 'remove', '--folder', again], { cwd: place })).toEqual({
      status: 1,
      stdout: '',
      stderr: `${again}: is no demonstration: it holds no demonstration.json; nothing was removed\n`,
    })
  })
})

/** Everything that a folder of sources holds: its files, and its repositories by their refs. */
function hashSources(folder: string): { files: number; repositories: number; hash: string } {
  const hash = createHash('sha256')
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  const repositories = entries.filter((entry) => /^clones[^/]*\/[^/]+\.git$/.test(entry))
  const files = entries.filter(
    (entry) => !entry.includes('.git') && statSync(join(folder, entry)).isFile(),
  )
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(folder, file)))
  for (const repository of repositories) {
    hash.update(`${repository}\n${git(join(folder, repository), 'for-each-ref')}\n`)
  }
  return { files: files.length, repositories: repositories.length, hash: hash.digest('hex') }
}

const readMarker = (folder: string): unknown =>
  JSON.parse(readFileSync(join(folder, 'demonstration.json'), 'utf8'))

test('a folder that holds something else is neither used nor removed', VERY_SLOW, async () => {
  const other = { version: 1, seed: 20, until: UNTIL.toISOString(), scoredAt: null }
  const cwd = aFolder({
    'data/demo/notes.txt': 'mine',
    'marked/demonstration.json': JSON.stringify({ ...other, desirepath: 'something else' }),
  })
  for (const folder of ['data/demo', 'marked']) {
    const named = folder === 'data/demo' ? [] : ['--folder', folder]
    expect(await runCli(['demo', 'create', ...named], { cwd })).toEqual({
      status: 1,
      stdout: expect.any(String),
      stderr: `${folder}: is no demonstration: it holds no demonstration.json; name another folder\n`,
    })
    expect(await runCli(['demo', 'remove', ...named], { cwd })).toMatchObject({ status: 1 })
  }
  expect(readFileSync(join(cwd, 'data/demo/notes.txt'), 'utf8')).toBe('mine')
  expect(readdirSync(cwd, { recursive: true }).toSorted()).toEqual([
    'data',
    'data/demo',
    'data/demo/notes.txt',
    'marked',
    'marked/demonstration.json',
  ])
})

test('what lies where it is first written is not overwritten', VERY_SLOW, async () => {
  const cwd = aFolder({ 'demo.new/notes.txt': 'mine' })
  const { status, stderr } = await runCli(['demo', 'create', '--folder', 'demo'], { cwd })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringContaining('demo.new: is no demonstration'),
  })
  expect(readFileSync(join(cwd, 'demo.new/notes.txt'), 'utf8')).toBe('mine')
})

test.each(['2025-06-03', '2999-01-07', 'monday', '2025-6-2'])(
  '--until %s is no Monday that has passed',
  VERY_SLOW,
  async (text) => {
    const cwd = aFolder()
    expect(await runCli(['demo', 'create', '--until', text], { cwd })).toEqual({
      status: 1,
      stdout: '',
      stderr: `--until: expected a Monday that has passed, not "${text}"\n`,
    })
    expect(readdirSync(cwd)).toEqual([])
  },
)

describe('the organisation, collected and scored', () => {
  let db: Database

  beforeAll(async () => {
    await prepareByCli(['demo', 'create', '--folder', demo, '--until', MONDAY], { cwd: place })
    db = openDatabase(join(demo, 'desirepath.db'))
  }, VERY_SLOW.timeout)
  afterAll(() => db.destroy())

  /** A published result of a path, of one team on it, or of a source. */
  async function published(
    metricId: string,
    scope: { readonly pathId?: string; readonly teamId?: string; readonly sourceId?: string },
    at = UNTIL,
  ): Promise<MetricResult> {
    const result = await findMeasurement(db, { metricId, ...scope }, at)
    if (result === undefined) throw new Error(`${metricId} was not published`)
    expect(result.asOf).toBe(at.toISOString())
    return result
  }

  const getValue = async (...args: Parameters<typeof published>) =>
    (await published(...args)).value ?? Number.NaN

  test('says that it was scored as of its end, and that it is a demonstration', () => {
    expect(readMarker(demo)).toMatchObject({ scoredAt: '2025-06-02T00:00:00.000Z' })
    const { organisation } = loadConfig({ DESIREPATH_CONFIG: join(demo, 'desirepath.yaml') })
    expect(organisation.demonstration).toBe(true)
  })

  test('is kept when it is asked for again', VERY_SLOW, async () => {
    const before = statSync(join(demo, 'desirepath.db')).mtimeMs
    const args = ['demo', 'create', '--folder', demo, '--until', MONDAY]
    expect(await runCli(args, { cwd: place })).toEqual({
      status: 0,
      stdout: `next: npx desirepath --config ${demo}/desirepath.yaml start\n`,
      stderr: '',
    })
    expect(statSync(join(demo, 'desirepath.db')).mtimeMs).toBe(before)
  })

  test('has 40 teams and 6 golden paths, with states of 24 months', async () => {
    const states = await listAdoptionStates(db, { asOf: UNTIL })
    expect(new Set(states.map(({ team }) => team)).size).toBe(40)
    expect(new Set(states.map(({ path }) => path)).size).toBe(6)
    const weeks = await listStateCounts(db, { pathId: 'deploy', asOf: UNTIL, count: 104 })
    expect(weeks.filter(({ counts }) => counts === null)).toEqual([])
  })

  test('has a portal that nearly everybody uses and few chose', async () => {
    const pathId = 'developer-portal'
    const total = await published('ADO-02', { pathId })
    const voluntary = await published('ADO-01', { pathId })
    expect(total.value).toBeGreaterThan(0.7)
    expect(total.parts['mandatedShareOfAdopters']).toBeGreaterThan(0.7)
    expect(voluntary.value).toBeLessThan(0.2)
    expect(voluntary.band).toBe('bad')
    // The mandate was announced 56 weeks before the end and took effect 22 weeks later.
    const unasked = await published('ADO-02', { pathId }, weeksBefore(57))
    expect(unasked.value).toBeLessThan(0.2)
    expect(unasked.parts['nMandated']).toBe(0)
    expect(await getValue('ADO-02', { pathId }, weeksBefore(30))).toBeGreaterThan(0.6)
  })

  test('has an environment path that cut days of waiting to minutes', async () => {
    const available = weeksBefore(80)
    const requests = await listProvisioningRequests(db)
    const byTicket = requests.filter(({ requestedAt }) => requestedAt < available)
    expect(byTicket.filter(({ pathId }) => pathId !== null)).toEqual([])
    const minutes = byTicket.flatMap(({ requestedAt, usableAt }) =>
      usableAt === null ? [] : [(usableAt.getTime() - requestedAt.getTime()) / 60_000],
    )
    const before = median(minutes) ?? 0
    const after = await published('SPD-01', { pathId: 'environments' })
    expect(before / DAY_MINUTES).toBeGreaterThan(2)
    expect(before / DAY_MINUTES).toBeLessThan(4)
    expect(after.value).toBeLessThan(30)
    expect(after.band).toBe('good')
    expect(after.n).toBeGreaterThan(50)
    // Nobody was told to use it, and most do.
    expect(await getValue('ADO-01', { pathId: 'environments' })).toBeGreaterThan(0.6)
  })

  test('has a template whose copies drifted and fell behind', async () => {
    const pathId = 'http-service'
    const drift = await published('ADO-10', { pathId })
    expect(drift.value).toBeGreaterThan(0.3)
    expect(['bad', 'bad_uncertain']).toContain(drift.band)
    expect(drift.n).toBeGreaterThan(20)
    const usage = await listUsage(db, { asOf: UNTIL, pathId })
    const count = (state: string) => usage.filter((row) => row.state === state).length
    expect(count('drifted')).toBeGreaterThan(5)
    expect(count('outdated')).toBeGreaterThan(count('current'))
    expect(count('opted_out')).toBe(1)
    const behind = usage.filter((row) => row.state === 'outdated')
    expect(Math.max(...behind.map(({ lagVersions }) => lagVersions ?? 0))).toBeGreaterThan(5)
  })

  test('has an old pipeline that is kept alive beside the path', async () => {
    const bypass = await published('ADO-09', { pathId: 'deploy' })
    const around = bypass.numerator ?? 0
    expect(bypass.value).toBeGreaterThan(0.05)
    expect(bypass.band).not.toBe('good')
    expect(bypass.parts['parallelPipeline']).toBeGreaterThan(0.5 * around)
    expect(bypass.parts['parallelTeamShare']).toBeGreaterThan(0.1)
    // These two send half of their deployments around it; the rest of the adopters hardly any.
    const ofTeam = (teamId: string) => getValue('ADO-09', { pathId: 'deploy', teamId })
    expect(await ofTeam('ticket-shop')).toBeGreaterThan(0.2)
    expect(await ofTeam('refunds')).toBeGreaterThan(0.2)
    expect(await ofTeam('journey-planner')).toBeLessThan(0.1)
  })

  test('has exceptions that pile up for one gap', async () => {
    const pathId = 'managed-runtime'
    const open = (await listExceptions(db, { asOf: UNTIL, pathId })).filter(
      ({ state }) => state === 'active' || state === 'overdue',
    )
    const teamsByGap = [...Map.groupBy(open, ({ gapCode }) => gapCode)]
      .map(([gap, own]) => ({ gap, teams: new Set(own.map(({ teamId }) => teamId)).size }))
      .toSorted((a, b) => b.teams - a.teams)
    expect(teamsByGap[0]?.gap).toBe('stateful-workloads')
    expect(teamsByGap[0]?.teams).toBeGreaterThanOrEqual(5)
    expect(teamsByGap[1]?.teams ?? 0).toBeLessThanOrEqual(1)
    const prevalence = await published('GOV-05', { pathId })
    expect(prevalence.value).toBeGreaterThan(0.1)
    expect(prevalence.numerator).toBeGreaterThanOrEqual(5)
    expect(await getValue('GOV-06', { pathId })).toBeGreaterThan(0)
  })

  test('has a source that stopped, so that the teams it told of are unknown', async () => {
    const source = await published('DQ-01', { sourceId: 'clones-parcels' })
    expect(source).toMatchObject({ value: 0, status: 'no_data', band: 'bad' })
    expect(await published('DQ-01', { sourceId: 'clones' })).toMatchObject({ band: 'good' })
    const failed = (await listSourceHealth(db)).filter(
      ({ lastRun }) => lastRun?.status === 'failed',
    )
    expect(failed.map(({ id }) => id)).toEqual(['clones-parcels'])
    const parcels = async (asOf: Date) =>
      (await listAdoptionStates(db, { asOf, pathId: 'deploy' }))
        .filter(({ team }) => team.startsWith('parcel-'))
        .map(({ state }) => state)
    expect(await parcels(UNTIL)).toEqual(['unknown', 'unknown', 'unknown'])
    expect(await parcels(weeksBefore(6))).not.toContain('unknown')
    expect((await published('ADO-02', { pathId: 'deploy' })).nUnknown).toBe(3)
  })

  test('has one record that cannot be read', async () => {
    const health = await listSourceHealth(db)
    const refused = health.filter(({ quarantinedCount }) => quarantinedCount > 0)
    expect(refused.map(({ id, quarantinedCount }) => [id, quarantinedCount])).toEqual([
      ['helpdesk', 1],
    ])
  })
})
