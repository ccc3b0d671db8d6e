import type { Reader } from '#db/connection.ts'
import type { Row } from '#db/schema.ts'

export interface CollectorRun {
  readonly id: string
  readonly sourceId: string
  readonly startedAt: Date
  /** Null while it runs, or when it died. */
  readonly finishedAt: Date | null
  readonly status: 'running' | 'ok' | 'partial' | 'failed'
  readonly readCount: number
  readonly changedCount: number
  readonly quarantinedCount: number
  readonly error: string | null
}

export interface SourceHealth {
  readonly id: string
  readonly kind: string
  /** As configured: `1d`. Null: only when asked. */
  readonly every: string | null
  readonly lastRun: CollectorRun | null
  /** Start of the newest run that did not fail; null when none ever ended well. */
  readonly lastSuccessAt: Date | null
  /** How far each scope (a repository, a kind of record) was fully read, the least far first. */
  readonly reaches: readonly Date[]
  readonly quarantinedCount: number
}

/** Sources that the configuration names, by id. */
export async function listSourceHealth(db: Reader): Promise<SourceHealth[]> {
  const [sources, lastRuns, successes, reaches, quarantined] = await Promise.all([
    db.selectFrom('sources').selectAll().where('gone_at', 'is', null).orderBy('id').execute(),
    listLastRuns(db),
    listLastSuccesses(db),
    listReaches(db),
    countQuarantine(db),
  ])
  return sources.map(({ id, kind, every }) => ({
    id,
    kind,
    every,
    lastRun: lastRuns.get(id) ?? null,
    lastSuccessAt: successes.get(id) ?? null,
    reaches: reaches.get(id) ?? [],
    quarantinedCount: quarantined.get(id) ?? 0,
  }))
}

/** Also of those that the configuration no longer names, by id. */
export async function sourceIds(db: Reader): Promise<string[]> {
  const rows = await db.selectFrom('sources').select('id').orderBy('id').execute()
  return rows.map(({ id }) => id)
}

/** The newest runs of all sources, newest first. */
export async function listRuns(db: Reader, limit: number): Promise<CollectorRun[]> {
  const rows = await db
    .selectFrom('collector_runs')
    .selectAll()
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toRun)
}

async function listLastRuns(db: Reader): Promise<Map<string, CollectorRun>> {
  const rows = await db
    .selectFrom('collector_runs as run')
    .selectAll('run')
    .where('run.started_at', '=', (eb) =>
      eb
        .selectFrom('collector_runs as other')
        .whereRef('other.source_id', '=', 'run.source_id')
        .select((inner) => inner.fn.max('other.started_at').as('newest')),
    )
    .execute()
  return new Map(rows.map((row) => [row.source_id, toRun(row)]))
}

async function listLastSuccesses(db: Reader): Promise<Map<string, Date>> {
  const rows = await db
    .selectFrom('collector_runs')
    .select(['source_id', (eb) => eb.fn.max('started_at').as('newest')])
    .where('status', 'in', ['ok', 'partial'])
    .groupBy('source_id')
    .execute()
  return new Map(rows.map(({ source_id, newest }) => [source_id, new Date(newest)]))
}

async function listReaches(db: Reader): Promise<Map<string, Date[]>> {
  const rows = await db
    .selectFrom('coverage')
    .select(['source_id', 'scope', (eb) => eb.fn.max('covered_to').as('reach')])
    .groupBy(['source_id', 'scope'])
    .orderBy('reach')
    .execute()
  const bySource = Map.groupBy(rows, ({ source_id }) => source_id)
  return new Map([...bySource].map(([id, own]) => [id, own.map(({ reach }) => new Date(reach))]))
}

async function countQuarantine(db: Reader): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('quarantine')
    .select(['source_id', (eb) => eb.fn.countAll<number>().as('refused')])
    .groupBy('source_id')
    .execute()
  return new Map(rows.map(({ source_id, refused }) => [source_id, Number(refused)]))
}

function toRun(row: Row<'collector_runs'>): CollectorRun {
  return {
    id: row.id,
    sourceId: row.source_id,
    startedAt: new Date(row.started_at),
    finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
    status: row.status,
    readCount: row.read_count,
    changedCount: row.changed_count,
    quarantinedCount: row.quarantined_count,
    error: row.error,
  }
}
