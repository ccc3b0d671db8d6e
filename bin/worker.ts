import { setTimeout as sleep } from 'node:timers/promises'
import { Cron } from 'croner'
import { collectSources, type SourceOutcome } from '#bin/collect.ts'
import { type Project, withProject } from '#bin/context.ts'
import { withLease } from '#bin/lease.ts'
import { type Apart, readApart } from '#bin/read-apart.ts'
import { findLastCollection, forgetRuns, listLastStarts } from '#db/collector-runs.ts'
import { type Database, withDatabase } from '#db/connection.ts'
import { LeaseError } from '#db/leases.ts'
import { forgetReceived, listWaitingSources } from '#db/received-events.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { publishSurveys } from '#lib/commands/publish-surveys.ts'
import { everyOf, isPushed, type SourceConfig } from '#lib/config.ts'
import { count } from '#lib/count.ts'
import { DesirepathError } from '#lib/errors.ts'
import { weekOf } from '#lib/period.ts'
import { isDue } from '#lib/schedule.ts'
import { ENGINE_VERSION } from '#scorecards/engine-version.ts'
import { scoreAll } from '#scorecards/run.ts'

const EVERY_MINUTE = '* * * * *'

/** How often it looks whether something was sent. */
const LISTEN_MS = 3000
/** Until then an event that is sent once more is known. */
const REMEMBERED_MS = 30 * 24 * 60 * 60_000
/** Runs of a source that events come to. */
const KEPT_RUNS = 100

/**
 * Collects what is due and scores, at once and then every minute, until `signal`. What was missed
 * while nobody ran is caught up once. What others send is read within seconds, and scored with the
 * next minute. The configuration is read anew each time.
 */
export async function runWorker(signal: AbortSignal): Promise<void> {
  log('info', 'started')
  const schedule = new Cron(EVERY_MINUTE)
  while (!signal.aborted) {
    const inbox = await runDueJobs(signal).catch(tell)
    const failed = new Set<string>()
    const end = performance.now() + (schedule.msToNext() ?? 0)
    for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
      await sleep(Math.min(left, LISTEN_MS), undefined, { signal }).catch(() => {})
      if (signal.aborted) break
      if (inbox !== undefined) await takeIn(inbox, failed, signal).catch(tell)
    }
  }
  log('info', 'stopped')
}

/**
 * Reads what was sent and waits, unless somebody else is at work: then it is looked for again. Sources
 * in `failed` are left out, and those that fail are added.
 */
async function takeIn(database: string, failed: Set<string>, signal: AbortSignal): Promise<void> {
  const waiting = await withDatabase(database, listWaitingSources)
  if (waiting.length === 0) return
  await withProject(async (project) => {
    const due = toIds(project.config.sources).filter(
      (id) => waiting.includes(id) && !failed.has(id),
    )
    if (due.length === 0) return
    await withLease(project.db, { job: 'worker' }, async (guard, lease) => {
      const outcomes = await collectDue(project, due, { signal, guard, lease })
      for (const { sourceId, status } of outcomes) if (status === 'failed') failed.add(sourceId)
    }).catch((error: unknown) => {
      if (!(error instanceof LeaseError)) throw error
    })
  })
}

const toIds = (sources: readonly SourceConfig[]) => sources.map(({ id }) => id)

/**
 * One round: a source that fails is recorded as failed, and tried again when it is due again.
 * Returns the path of the database where something may be sent; undefined where nothing can be.
 */
async function runDueJobs(signal: AbortSignal): Promise<string | undefined> {
  return withProject(async (project) => {
    const { config, db } = project
    const inbox = config.sources.some(isPushed) ? config.database : undefined
    const due = await listDueSources(db, config.sources, new Date())
    if (due.length === 0 && !(await isScoringDue(db, new Date()))) return inbox
    await withLease(db, { job: 'worker' }, async (guard, lease) => {
      // What an older version published is mended before sources are read, which may take hours.
      if (due.length > 0 && isOfOtherEngine(await findLastScoringRun(db)))
        await score(project, guard)
      await collectDue(project, due, { signal, guard, lease })
      if (signal.aborted) return
      await score(project, guard)
      const waves = await publishSurveys(db, { now: new Date(), guard })
      if (waves > 0) log('info', `published ${count(waves, 'survey wave')}`)
      await forgetOld(project)
    })
    return inbox
  })
}

async function score({ config, db }: Project, guard: Apart['guard']): Promise<void> {
  const { fiscalYearStart } = config.organisation
  const { weeks, changed } = await scoreAll(db, { now: new Date(), fiscalYearStart, guard })
  log('info', `scored ${count(weeks, 'week')}, ${count(changed, 'row')} changed`)
}

type LastRun = Awaited<ReturnType<typeof findLastScoringRun>>

const isOfOtherEngine = (last: LastRun) =>
  last !== undefined && last.engine_version !== ENGINE_VERSION

async function forgetOld({ config, db }: Project): Promise<void> {
  const read = toIds(config.sources.filter(isPushed))
  await forgetReceived(db, { before: new Date(Date.now() - REMEMBERED_MS), read })
  for (const id of read) await forgetRuns(db, id, KEPT_RUNS)
}

async function collectDue(
  { config, db }: Project,
  due: readonly string[],
  apart: Apart,
): Promise<SourceOutcome[]> {
  if (due.length === 0) return []
  const { signal } = apart
  return collectSources(config, readApart(db, config, apart), {
    only: due,
    signal,
    done: tellOutcome,
  })
}

async function listDueSources(
  db: Database,
  sources: readonly SourceConfig[],
  now: Date,
): Promise<string[]> {
  const lastStarts = await listLastStarts(db)
  return sources
    .filter((source) =>
      isDue({ every: everyOf(source), lastStart: lastStarts.get(source.id) }, now),
    )
    .map(({ id }) => id)
}

/** Nothing was ever scored, or by another engine, a week has ended since, or somebody has collected. */
async function isScoringDue(db: Database, now: Date): Promise<boolean> {
  const last = await findLastScoringRun(db)
  if (last === undefined || isOfOtherEngine(last)) return true
  const scoredAt = new Date(last.started_at)
  const collectedAt = await findLastCollection(db)
  return scoredAt < weekOf(now).from || (collectedAt !== undefined && scoredAt < collectedAt)
}

function tellOutcome({ sourceId, status, changed, quarantined, error }: SourceOutcome): void {
  const counts = `${count(changed, 'row')} changed, ${quarantined} in quarantine`
  const level = status === 'ok' ? 'info' : 'warn'
  log(level, `${sourceId}: ${status}, ${counts}${error === null ? '' : `: ${error}`}`)
}

function tell(error: unknown): undefined {
  if (!(error instanceof DesirepathError)) throw error
  log('warn', error.message)
}

/** One line on stderr: instant, level, what happened. */
function log(level: 'info' | 'warn', message: string): void {
  const line = message.replaceAll('\n', ' | ')
  console.error(`${new Date().toISOString()} ${level} worker: ${line}`)
}
