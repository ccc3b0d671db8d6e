import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import SQLite from 'better-sqlite3'
import { filesCollector } from '#collectors/files/collector.ts'
import { openContents } from '#collectors/files/contents.ts'
import { ENTITIES } from '#collectors/files/entities.ts'
import { cutRecords } from '#collectors/files/records.ts'
import { RefusedLine } from '#collectors/files/row.ts'
import { runCollector } from '#collectors/run.ts'
import { withDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import type { Bench, Measurement } from '#test/bench/bench.ts'

const ROWS = 1_000_000
const ROUNDS = 3
const SOURCE = 'ci'

/**
 * Goal 7 of the performance design: a million deployments from CSV through collector and runner,
 * against bare prepared inserts of the same parsed rows into the same table with its indexes,
 * in transactions of the same size. Each round of each is a process of its own with a new database.
 */
export const importBench: Bench = {
  name: 'import',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'desirepath-bench-'))
    try {
      await writeDeployments(folder)
      const rounds = Array.from({ length: ROUNDS }, () => ({
        bare: runStep('bare', folder),
        whole: runStep('whole', folder),
      }))
      return toMeasurements(
        rounds.map(({ bare }) => bare),
        rounds.map(({ whole }) => whole),
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

interface Step {
  readonly seconds: number
  readonly peakMiB: number
}

function toMeasurements(bare: readonly Step[], whole: readonly Step[]): Measurement[] {
  const bareRate = ROWS / middle(bare.map(({ seconds }) => seconds))
  const rate = ROWS / middle(whole.map(({ seconds }) => seconds))
  const peak = Math.max(...whole.map(({ peakMiB }) => peakMiB))
  return [
    { measure: 'bare prepared inserts', value: bareRate, unit: 'rows/s' },
    { measure: 'import from CSV', value: rate, unit: 'rows/s' },
    { measure: 'import / bare', value: rate / bareRate, unit: '', goal: '>= 0.35' },
    { measure: 'peak memory of the import', value: peak, unit: 'MiB', goal: '< 512' },
  ]
}

/** Of an odd number of values. */
function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function runStep(step: string, folder: string): Step {
  const told = execFileSync(process.execPath, [import.meta.filename, step, folder])
  return JSON.parse(told.toString())
}

const HEADERS =
  'id,service_id,environment,environment_tier,sha,version,created_at,started_at,finished_at,' +
  'outcome,kind,initiator_kind,path_id,path_version,mechanism,url'

/** Two years of deployments of a thousand services, in the order of time. */
async function writeDeployments(folder: string): Promise<void> {
  await mkdir(join(folder, 'files'))
  const lines = function* () {
    yield `${HEADERS}\n`
    for (let row = 0; row < ROWS; row += 1) yield toLine(row)
  }
  await pipeline(
    Readable.from(lines()),
    createWriteStream(join(folder, 'files', 'deployments.csv'), { highWaterMark: 1 << 20 }),
  )
}

const START = Date.UTC(2024, 0, 1)
const SPAN_MS = 2 * 365 * 86_400_000

function toLine(row: number): string {
  const random = createHash('md5').update(String(row)).digest()
  const created = START + Math.floor((row / ROWS) * SPAN_MS) + random.readUInt8(0)
  const at = (seconds: number) => new Date(created + seconds * 1000).toISOString()
  const hex = random.toString('hex')
  return [
    `deploy-${row}`,
    `service-${random.readUInt16LE(1) % 1000}`,
    'prod-eu,production',
    `${hex}${hex.slice(0, 8)}`,
    `1.${random.readUInt8(3)}.${random.readUInt8(4)}`,
    `${at(0)},${at(5)},${at(60 + (random.readUInt16LE(5) % 600))}`,
    random.readUInt8(7) < 20 ? 'failure' : 'success',
    `planned,human,http-service,2.${random.readUInt8(8) % 9}.0,path`,
    `https://ci.example/runs/${row}\n`,
  ].join()
}

async function insertBare(folder: string): Promise<number> {
  const path = await migrated(folder, 'bare.db')
  const sqlite = new SQLite(path)
  for (const setting of ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -65536']) {
    sqlite.pragma(setting)
  }
  let milliseconds = 0
  let insert: SQLite.Statement | undefined
  for await (const rows of parsedRows(folder)) {
    const columns = Object.keys(rows[0] ?? {})
    const marks = columns.map(() => '?')
    insert ??= sqlite.prepare(`insert into deployments (${columns}) values (${marks})`)
    const values = rows.map((row) => Object.values(row))
    const started = performance.now()
    sqlite.exec('begin')
    for (const row of values) insert.run(row)
    sqlite.exec('commit')
    milliseconds += performance.now() - started
  }
  sqlite.close()
  return milliseconds / 1000
}

/** As the collector parses them, page by page, complete but for the clock. */
async function* parsedRows(folder: string): AsyncGenerator<Readonly<Record<string, unknown>>[]> {
  const entity = ENTITIES['deployments']
  if (entity === undefined) throw new TypeError('deployments are no entity')
  const name = 'deployments.csv'
  const path = join(folder, 'files', name)
  const { size, mtimeMs } = await stat(path)
  const contents = await openContents({ entity, name, path, format: 'csv', size, mtimeMs })
  for await (const { records } of cutRecords({
    ...contents,
    path,
    size,
    hash: createHash('md5'),
  })) {
    yield contents.read(records).map((line) => {
      if (line instanceof RefusedLine) throw new TypeError('a row of the bench was refused')
      return { ...line, source_id: SOURCE, observed_at: '2026-01-01T00:00:00.000Z' }
    })
  }
}

async function importWhole(folder: string): Promise<number> {
  const path = await migrated(folder, 'whole.db')
  const context = {
    now: () => new Date(),
    signal: new AbortController().signal,
    progress: () => {},
  }
  const collector = filesCollector({ sourceId: SOURCE, folder: join(folder, 'files') })
  return withDatabase(path, async (db) => {
    const started = performance.now()
    const { changed } = await runCollector(db, collector, context)
    if (changed !== ROWS) throw new Error(`expected ${ROWS} rows, not ${changed}`)
    return (performance.now() - started) / 1000
  })
}

async function migrated(folder: string, name: string): Promise<string> {
  for (const end of ['', '-wal', '-shm']) await rm(join(folder, `${name}${end}`), { force: true })
  await withDatabase(join(folder, name), migrateToLatest)
  return join(folder, name)
}

if (import.meta.main) {
  const [, , step, folder = ''] = process.argv
  const seconds = await (step === 'bare' ? insertBare(folder) : importWhole(folder))
  const peakMiB = process.resourceUsage().maxRSS / 1024
  process.stdout.write(JSON.stringify({ seconds, peakMiB } satisfies Step))
}
