import { execFileSync } from 'node:child_process'
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { listLandscapeFacts } from '#db/adoption-facts.ts'
import { type Database, withDatabase } from '#db/connection.ts'
import { upsertFacts } from '#db/facts.ts'
import { monthsBefore, weekStart } from '#lib/period.ts'
import { measureDelivery } from '#lib/queries/delivery.ts'
import { listWindows } from '#lib/queries/measurements.ts'
import { listSeries } from '#lib/queries/series.ts'
import { measureWindow } from '#lib/queries/windows.ts'
import { toLandscape } from '#scorecards/adoption/landscape.ts'
import { toDeliveryModel } from '#scorecards/delivery/model.ts'
import { DELIVERY_METRICS, deliveryResults } from '#scorecards/delivery/results.ts'
import { listWindows as listWeeks } from '#scorecards/delivery/windows.ts'
import { readLedgers } from '#scorecards/run/delivery-ledgers.ts'
import { scoreAll } from '#scorecards/run.ts'
import type { Bench, Measurement } from '#test/bench/bench.ts'
import { naturalSql, SCAN_SUMS, SCANS } from '#test/bench/natural-sql.ts'
import { NOW, SPAN, writeOrganisation } from '#test/bench/organisation.ts'

const SIZES = { x1: 20, x10: 200 } as const
type SizeName = keyof typeof SIZES

/** A quarter that has ended, as the organisation's fiscal year has it. */
const QUARTER = { from: new Date('2025-07-01T00:00:00Z'), to: new Date('2025-10-01T00:00:00Z') }
/** Days that are no quarter. */
const RANGE = { from: new Date('2025-07-09T00:00:00Z'), to: new Date('2025-10-08T00:00:00Z') }
const UNTIL = new Date(SPAN.to)
const ROUNDS = 7

/** Milliseconds of the rounds of one piece of work. */
type Times = readonly number[]

interface Figures {
  readonly rows: Readonly<Record<string, number>>
  readonly times: Readonly<Record<string, Times>>
  readonly isEqual: boolean
  readonly peakMiB: number
  readonly sizeMiB: number
}

/**
 * The goals of the performance design, but for the import, as ratios of medians taken in one run on
 * made data of 20 and of 200 teams. Each size is a process of its own, for its peak of memory.
 */
export const scoringBench: Bench = {
  name: 'scoring',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'desirepath-bench-'))
    try {
      return toMeasurements(runSize('x1', folder), runSize('x10', folder))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

function runSize(size: SizeName, folder: string): Figures {
  const told = execFileSync(process.execPath, [import.meta.filename, size, folder], {
    maxBuffer: 2 ** 24,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(told.toString())
}

const middle = (times: Times | undefined) =>
  (times ?? []).toSorted((a, b) => a - b)[Math.floor((times?.length ?? 0) / 2)] ?? Number.NaN

function toMeasurements(x1: Figures, x10: Figures): Measurement[] {
  const ms = (figures: Figures, work: string) => middle(figures.times[work])
  const ratio = (a: string, b: string) => ms(x10, a) / ms(x10, b)
  const growth = (work: string) => ms(x10, work) / ms(x1, work)
  return [
    ...Object.entries(x10.rows).map(([table, value]) => ({
      measure: `rows of ${table}`,
      value,
      unit: 'rows',
    })),
    ...Object.entries(x10.times).flatMap(([work, times]) => [
      { measure: `${work}, median of ${times.length}`, value: middle(times), unit: 'ms' },
      { measure: `${work}, least`, value: Math.min(...times), unit: 'ms' },
      { measure: `${work}, most`, value: Math.max(...times), unit: 'ms' },
    ]),
    goal(
      '1 all teams, a quarter, published',
      ratio('published quarter', 'natural quarter'),
      '<= 0.025',
    ),
    goal('2 all teams, free range, live', ratio('free range', 'natural quarter'), '<= 0.125'),
    goal('3 one team, 52 weeks', ratio('one team', 'natural team'), '<= 0.2'),
    goal('4 team x week rebuild / scan', ratio('team weeks', 'scan'), '<= 2'),
    goal('5 full rebuild / rows into JS', ratio('full rebuild', 'rows into JS'), '<= 5'),
    goal('6 update of 20 cells / rebuild', ratio('update', 'full rebuild'), '<= 0.01'),
    goal('8 growth of a page', growth('published quarter of a team'), '<= 1.5'),
    goal('8 growth of an update', growth('update'), '<= 1.5'),
    goal('8 growth of a rebuild', growth('full rebuild'), '<= 12'),
    goal('9 incremental = full', x1.isEqual && x10.isEqual ? 1 : 0, '= 1'),
    { measure: 'peak memory x1', value: x1.peakMiB, unit: 'MiB' },
    { measure: 'peak memory x10', value: x10.peakMiB, unit: 'MiB', goal: '<= 1024' },
    { measure: 'database x10', value: x10.sizeMiB, unit: 'MiB' },
  ]
}

const goal = (measure: string, value: number, text: string): Measurement => ({
  measure,
  value,
  unit: '',
  goal: text,
})

async function measureSize(size: SizeName, folder: string): Promise<Figures> {
  const path = join(folder, `${size}.db`)
  const rows = await writeOrganisation(path, { teams: SIZES[size] })
  const times: Record<string, Times> = await readRaw(path, folder)
  times['full rebuild'] = [await timed(() => score(path))]
  await withDatabase(path, async (db) => {
    times['published quarter'] = await rounds(() => readQuarter(db))
    times['published quarter of a team'] = await rounds(() => readQuarter(db, 'team-003'))
    times['free range'] = await rounds(() => readRange(db))
    times['one team'] = await rounds(() => readTeam(db))
    times['work on a path, free range'] = await rounds(() => readPath(db, 'ADO-04'))
    times['requests about a path, free range'] = await rounds(() => readPath(db, 'SUP-02'))
    times['team weeks'] = await rounds(() => rebuildTeamWeeks(db), 3)
  })
  times['update'] = await updates(path)
  const { size: bytes } = await stat(path)
  // Before what is done for the sake of the benchmark only.
  const peakMiB = process.resourceUsage().maxRSS / 1024
  const isEqual = await isSameAsFull(path, folder)
  return { rows, times, isEqual, peakMiB, sizeMiB: bytes / 2 ** 20 }
}

const score = (path: string, isFull = false) =>
  withDatabase(path, (db) => scoreAll(db, { now: NOW, isFull }))

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function rounds(work: () => Promise<unknown>, count = ROUNDS): Promise<Times> {
  await work()
  const times: number[] = []
  for (let round = 0; round < count; round += 1) times.push(await timed(work))
  return times
}

/** What the comparison costs, by the driver alone, with the index that its joins want. */
async function readRaw(path: string, folder: string): Promise<Record<string, Times>> {
  const copy = join(folder, 'natural.db')
  await copyFile(path, copy)
  const sqlite = new SQLite(copy)
  // SQLite would take the one by service, which is far worse here.
  sqlite.exec('drop index changes_by_service')
  sqlite.exec('create index natural_changes on changes (merge_sha)')
  const clock = (work: () => unknown, count: number) => {
    work()
    return Array.from({ length: count }, () => {
      const start = performance.now()
      work()
      return performance.now() - start
    })
  }
  const span = (period: { from: Date; to: Date }) => ({
    from: period.from.toISOString(),
    to: period.to.toISOString(),
  })
  const year = { from: monthsBefore(UNTIL, 12), to: UNTIL }
  const times = {
    'natural quarter': clock(() => sqlite.prepare(naturalSql(false)).all(span(QUARTER)), 3),
    'natural team': clock(
      () => sqlite.prepare(naturalSql(true)).all({ ...span(year), team: 'team-003' }),
      3,
    ),
    scan: clock(() => SCAN_SUMS.map((sql) => sqlite.prepare(sql).all()), 5),
    'rows into JS': clock(() => {
      for (const sql of SCANS) for (const _ of sqlite.prepare(sql).raw().iterate());
    }, 3),
  }
  sqlite.close()
  await rm(copy)
  return times
}

const readQuarter = (db: Database, teamId?: string) =>
  listWindows(db, {
    windowKind: 'quarter',
    windowEnds: [QUARTER.to.toISOString()],
    metricIds: DELIVERY_METRICS,
    pathId: '',
    ...(teamId !== undefined && { teamId }),
  })

async function readRange(db: Database) {
  const teams = await db.selectFrom('teams').select('id').execute()
  return measureDelivery(db, {
    scopes: teams.map(({ id }) => ({ teamId: id })),
    window: RANGE,
    asOf: UNTIL,
    now: NOW,
  })
}

const readTeam = (db: Database) =>
  listSeries(db, {
    metricIds: DELIVERY_METRICS,
    scope: { teamId: 'team-003' },
    from: monthsBefore(UNTIL, 12),
    to: UNTIL,
  })

/** A metric of a path that is published only over its own days. */
const readPath = (db: Database, metricId: string) =>
  measureWindow(db, { metricId, scope: { pathId: 'deploy' }, window: RANGE, isOpened: false })

/** Every metric of delivery of every team and week, from the samples, without writing them. */
async function rebuildTeamWeeks(db: Database): Promise<void> {
  const landscape = toLandscape(await listLandscapeFacts(db))
  const ledgers = await readLedgers(db)
  const model = toDeliveryModel(landscape, ledgers, { since: new Date(SPAN.from), until: UNTIL })
  const weeks = listWeeks(new Date(SPAN.from), UNTIL, 1).filter(({ kind }) => kind === 'week')
  for (const teamId of model.teams) {
    for (const { kind, ...window } of weeks) {
      const all = model.tally(teamId, window)
      const subject = { scope: { teamId }, teams: [all], all, window, end: window.end }
      deliveryResults(subject, model.sources, NOW)
    }
  }
}

/** Ten late deployments and ten late incidents, of twenty services, in one week each. */
async function updates(path: string): Promise<Times> {
  const times: number[] = []
  for (let round = 0; round < 5; round += 1) {
    await withDatabase(path, (db) => changeCells(db, round))
    times.push(await timed(() => score(path)))
  }
  return times
}

async function changeCells(db: Database, round: number): Promise<void> {
  const services = await db
    .selectFrom('services')
    .select('id')
    .orderBy('id')
    .limit(20)
    .offset(round * 4)
    .execute()
  const { week } = { week: weekStart(2900 - round * 3) }
  const at = new Date(week.getTime() + 40 * 3_600_000).toISOString()
  for (const [index, { id }] of services.entries()) {
    if (index % 2 === 0) await addDeployment(db, id, `late-${round}-${index}`, at)
    else await addIncident(db, id, `late-${round}-${index}`, at)
  }
}

const addDeployment = (db: Database, service_id: string, native_id: string, at: string) =>
  upsertFacts(db, 'deployments', [
    {
      source_id: 'ci',
      native_id,
      service_id,
      environment: 'production',
      environment_tier: 'production',
      sha: null,
      version: null,
      created_at: at,
      started_at: at,
      finished_at: at,
      outcome: 'success',
      kind: 'planned',
      superseded_at: null,
      redeploy_of: null,
      rollback_of: null,
      initiator_kind: 'bot',
      path_id: null,
      path_version: null,
      mechanism: null,
      url: null,
      observed_at: NOW.toISOString(),
    },
  ])

const addIncident = (db: Database, service_id: string, native_id: string, at: string) =>
  upsertFacts(db, 'incidents', [
    {
      source_id: 'pager',
      native_id,
      service_id,
      severity: '2',
      started_at: at,
      detected_at: at,
      acknowledged_at: null,
      mitigated_at: null,
      restored_at: NOW.toISOString(),
      caused_by_deployment_id: null,
      link_kind: null,
      cause_class: null,
      reassignment_count: null,
      owner_found_at: null,
      observed_at: NOW.toISOString(),
    },
  ])

/** Whether a full run, on a copy, finds nothing to change. */
async function isSameAsFull(path: string, folder: string): Promise<boolean> {
  const copy = join(folder, 'copy.db')
  await copyFile(path, copy)
  const { changed } = await score(copy, true)
  await rm(copy)
  return changed === 0
}

if (process.argv[1] === import.meta.filename) {
  const [, , size, folder = ''] = process.argv
  if (size === 'x1' || size === 'x10') {
    process.stdout.write(JSON.stringify(await measureSize(size, folder)))
  }
}
