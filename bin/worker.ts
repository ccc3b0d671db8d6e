import { setTimeout as sleep } from 'node:timers/promises'
import { Cron } from 'croner'
import { collectSources, type SourceOutcome } from '#bin/collect.ts'
import { type Project, withProject } from '#bin/context.ts'
import { withLease } from '#bin/lease.ts'
import { findLastCollection, listLastStarts } from '#db/collector-runs.ts'
import type { Database } from '#db/connection.ts'
import { findLastScoringRun } from '#db/scoring-runs.ts'
import { publishSurveys } from '#lib/commands/publish-surveys.ts'
import type { SourceConfig } from '#lib/config.ts'
import { DesirepathError } from '#lib/errors.ts'
import { weekOf } from '#lib/period.ts'
import { isDue } from '#lib/schedule.ts'
import { scoreAll } from '#scorecards/run.ts'

const EVERY_MINUTE = '* * * * *'

/**
 * Collects what is due and scores, at once and then every minute, until `signal`. What was missed
 * while nobody ran is caught up once. The configuration is read anew each time.
 */
export async function runWorker(signal: AbortSignal): Promise<void> {
  log('info', 'started')
  const schedule = new Cron(EVERY_MINUTE)
  while (!signal.aborted) {
    await runDueJobs(signal).catch(tell)
    await sleep(schedule.msToNext() ?? 0, undefined, { signal }).catch(() => {})
  }
  log('info', 'stopped')
}

/** One round: a source that fails is recorded as failed, and tried again when it is due again. */
async function runDueJobs(signal: AbortSignal): Promise<void> {
  await withProject(async (project) => {
    const { config, db } = project
    const due = await listDueSources(db, config.sources, new Date())
    if (due.length === 0 && !(await isScoringDue(db, new Date()))) return
    await withLease(db, { job: 'worker' }, async (guard) => {
      if (due.length > 0) await collectDue(project, { due, signal, guard })
      if (signal.aborted) return
      const { fiscalYearStart } = config.organisation
      const { weeks, changed } = await scoreAll(db, { now: new Date(), fiscalYearStart, guard })
      log('info', `scored ${weeks} weeks, ${changed} rows changed`)
      const waves = await publishSurveys(db, { now: new Date(), guard })
      if (waves > 0) log('info', `published ${waves} survey waves`)
    })
  })
}

async function collectDue(
  { config, db }: Project,
  round: { due: readonly string[]; signal: AbortSignal; guard: (tx: Database) => Promise<void> },
): Promise<void> {
  await collectSources(db, config, {
    only: round.due,
    now: () => new Date(),
    signal: round.signal,
    guard: round.guard,
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
    .filter(({ id, every }) => isDue({ every, lastStart: lastStarts.get(id) }, now))
    .map(({ id }) => id)
}

/** Nothing was ever scored, a week has ended since, or somebody has collected. */
async function isScoringDue(db: Database, now: Date): Promise<boolean> {
  const last = await findLastScoringRun(db)
  if (last === undefined) return true
  const scoredAt = new Date(last.started_at)
  const collectedAt = await findLastCollection(db)
  return scoredAt < weekOf(now).from || (collectedAt !== undefined && scoredAt < collectedAt)
}

function tellOutcome({ sourceId, status, changed, quarantined, error }: SourceOutcome): void {
  const counts = `${changed} rows changed, ${quarantined} in quarantine`
  const level = status === 'ok' ? 'info' : 'warn'
  log(level, `${sourceId}: ${status}, ${counts}${error === null ? '' : `: ${error}`}`)
}

function tell(error: unknown): void {
  if (!(error instanceof DesirepathError)) throw error
  log('warn', error.message)
}

/** One line on stderr: instant, level, what happened. */
function log(level: 'info' | 'warn', message: string): void {
  const line = message.replaceAll('\n', ' | ')
  console.error(`${new Date().toISOString()} ${level} worker: ${line}`)
}
