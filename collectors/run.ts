import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { Collector, CollectorContext, Page } from '#collectors/collector.ts'
import { closeAbandonedRuns, finishCollectorRun, startCollectorRun } from '#db/collector-runs.ts'
import type { Database } from '#db/connection.ts'
import { insertCoverage } from '#db/coverage.ts'
import { loadCursors, upsertCursor } from '#db/cursors.ts'
import { clearQuarantine, insertQuarantine, type RefusedRecord } from '#db/quarantine.ts'
import { SourceError } from '#lib/errors.ts'
import { tellFaults } from '#lib/shape-faults.ts'
import { giveSignOfLife } from '#lib/sign-of-life.ts'

/** What a run did. `partial`: records in quarantine, or scopes that failed. */
export interface RunOutcome {
  readonly status: 'ok' | 'partial' | 'failed'
  readonly read: number
  readonly changed: number
  readonly quarantined: number
  /** One line per failure, null when there was none. Never a secret. */
  readonly error: string | null
}

interface Tally {
  read: number
  changed: number
  quarantined: number
  readonly failures: Error[]
}

/**
 * Runs `collector` from its cursors and records the run, failed or not. Each page's rows, quarantine,
 * cursor and coverage are stored in one transaction, so a run that dies anywhere goes on from its
 * last page. `guard` runs inside each of those transactions and may refuse it (a lost lease).
 *
 * @throws whatever is not a `SourceError`, after recording it: that is a bug
 */
export async function runCollector<Fact>(
  db: Database,
  collector: Collector<Fact>,
  context: CollectorContext,
  guard: (tx: Database) => Promise<void> = async () => {},
): Promise<RunOutcome> {
  const { sourceId } = collector
  const startedAt = context.now()
  await closeAbandonedRuns(db, { sourceId, now: startedAt })
  const runId = await startCollectorRun(db, { sourceId, startedAt })
  const configurationHash = hash(collector.configuration)
  const tally: Tally = { read: 0, changed: 0, quarantined: 0, failures: [] }
  let failure: unknown
  try {
    const cursors = await loadCursors(db, sourceId, configurationHash)
    for await (const page of collector.fetch(cursors, context)) {
      if (context.signal.aborted) throw new SourceError(sourceId, 'stopped; the next run goes on')
      if ('failure' in page) tally.failures.push(page.failure)
      else await savePage(db, collector, { page, configurationHash, startedAt, tally, guard })
    }
  } catch (error) {
    failure = error
  }
  const outcome = toOutcome(tally, failure)
  await finishCollectorRun(db, runId, {
    finished_at: context.now().toISOString(),
    status: outcome.status,
    read_count: outcome.read,
    changed_count: outcome.changed,
    quarantined_count: outcome.quarantined,
    error: outcome.error,
  })
  if (failure !== undefined && !(failure instanceof SourceError)) throw failure
  return outcome
}

function toOutcome(tally: Tally, failure: unknown): RunOutcome {
  const failures = [...tally.failures, ...(failure === undefined ? [] : [failure])]
  const messages = failures.map(toMessage)
  const ended = tally.quarantined > 0 || tally.failures.length > 0 ? 'partial' : 'ok'
  return {
    status: failure === undefined ? ended : 'failed',
    read: tally.read,
    changed: tally.changed,
    quarantined: tally.quarantined,
    error: messages.length === 0 ? null : messages.join('\n'),
  }
}

/** What a source did says so itself; of a bug its kind matters, too. */
const toMessage = (failure: unknown) =>
  failure instanceof SourceError ? failure.message : String(failure)

interface PageWork {
  readonly page: Page
  readonly configurationHash: string
  readonly startedAt: Date
  readonly tally: Tally
  readonly guard: (tx: Database) => Promise<void>
}

async function savePage<Fact>(
  db: Database,
  collector: Collector<Fact>,
  { page, configurationHash, startedAt, tally, guard }: PageWork,
): Promise<void> {
  const { sourceId } = collector
  const { scope } = page
  const { facts, refused } = parse(collector.record, page)
  giveSignOfLife()
  const changed = await db.transaction().execute(async (tx) => {
    await guard(tx)
    if (page.begins) await clearQuarantine(tx, { sourceId, scope })
    const saved = await collector.save(tx, facts, page, startedAt)
    await insertQuarantine(tx, { sourceId, scope }, refused, startedAt)
    await upsertCursor(tx, {
      sourceId,
      scope,
      configurationHash,
      value: page.cursor,
      at: startedAt,
    })
    if (page.covers) await insertCoverage(tx, { sourceId, scope, ...page.covers }, startedAt)
    return saved
  })
  giveSignOfLife()
  tally.read += page.records.length
  tally.changed += changed
  tally.quarantined += refused.length
}

/** Splits a page into what can be read and what cannot, with the reason. */
function parse<Fact>(
  record: z.ZodType<Fact>,
  { records }: Page,
): { facts: Fact[]; refused: RefusedRecord[] } {
  const facts: Fact[] = []
  const refused: RefusedRecord[] = []
  for (const { position, value } of records) {
    const { data, error } = record.safeParse(value)
    if (error) refused.push({ position, record: value, reason: tellFaults(error) })
    else facts.push(data)
  }
  return { facts, refused }
}

const hash = (configuration: unknown) =>
  createHash('sha256').update(JSON.stringify(configuration)).digest('hex')
