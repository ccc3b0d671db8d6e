import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { collectSources, readHere } from '#bin/collect.ts'
import { toCalendar, weeksAgo } from '#bin/demo/calendar.ts'
import { findMarker, type Marker, replaceFolder, writeMarker } from '#bin/demo/folder.ts'
import { CLONES, generateDemo, LOST_CLONES, SILENT_WEEKS } from '#bin/demo/generate.ts'
import { CONFIGURATION_FILE } from '#bin/demo/place.ts'
import { markFetched } from '#bin/demo/repository.ts'
import { withLease } from '#bin/lease.ts'
import { toOrganisation } from '#bin/organisation.ts'
import { progressLine } from '#bin/progress.ts'
import { type Database, withDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { saveOrganisation } from '#db/organisation.ts'
import { publishSurveys } from '#lib/commands/publish-surveys.ts'
import { type Config, loadConfig } from '#lib/config.ts'
import { weekOf } from '#lib/period.ts'
import { scoreAll } from '#scorecards/run.ts'

/** Raised when the generator writes something else: then a demonstration is written anew. */
const VERSION = 2
const SEED = 20

const HOUR_MS = 3_600_000
/** A history that ended longer ago is replaced. */
const KEPT_HOURS = 7 * 24
/** What was collected longer ago is collected and scored again. */
const FRESH_HOURS = 12

export interface DemoOptions {
  readonly folder: string
  readonly now: Date
  /** Monday 00:00 UTC; the last one when left out. */
  readonly until?: Date
  readonly log: (line: string) => void
}

/**
 * Makes sure that `folder` holds the demonstration, collected and scored as of `now`. One that is
 * there, whole and recent, is kept.
 *
 * @throws {ConfigError} when the folder holds anything else
 */
export async function ensureDemo(options: DemoOptions): Promise<{ configFile: string }> {
  const { folder, now, log } = options
  const until = options.until ?? weekOf(now).from
  const configFile = join(folder, CONFIGURATION_FILE)
  const found = await findMarker(folder)
  if (found && isUsable(found, options)) {
    if (!isFresh(found, now)) await refresh(options, found)
    return { configFile }
  }
  log(`writing a demonstration to ${folder}: 40 teams, 6 golden paths, 24 months`)
  const marker = await writeSources(folder, until)
  await collectUntilSilence(folder, until)
  await refresh(options, marker)
  return { configFile }
}

/** Writes the sources and their configuration, in place of an earlier demonstration. */
export async function writeSources(folder: string, until: Date): Promise<Marker> {
  const marker: Marker = {
    desirepath: 'demonstration',
    version: VERSION,
    seed: SEED,
    until: until.toISOString(),
    scoredAt: null,
  }
  await replaceFolder(folder, marker, (empty) => generateDemo(empty, { until, seed: SEED }))
  return marker
}

function isUsable(marker: Marker, { now, until }: DemoOptions): boolean {
  if (marker.version !== VERSION || marker.scoredAt === null) return false
  if (until) return marker.until === until.toISOString()
  const age = hoursBetween(marker.until, now)
  return age >= 0 && age < KEPT_HOURS
}

function isFresh({ scoredAt }: Marker, now: Date): boolean {
  if (scoredAt === null) return false
  const age = hoursBetween(scoredAt, now)
  return age >= 0 && age < FRESH_HOURS
}

const hoursBetween = (earlier: string, later: Date) =>
  (later.getTime() - Date.parse(earlier)) / HOUR_MS

/** One unit's clones were collected once, and then their folder went away. */
async function collectUntilSilence(folder: string, until: Date): Promise<void> {
  const silent = weeksAgo(toCalendar(until), SILENT_WEEKS)
  await markAllFetched(join(folder, LOST_CLONES), silent)
  await withDemo(folder, silent, async ({ config, db, guard }) => {
    const read = readHere(db, config, { now: () => silent, guard })
    await collectSources(config, read, { only: ['catalog', LOST_CLONES] })
  })
  await rm(join(folder, LOST_CLONES), { recursive: true })
}

async function refresh({ folder, now, log }: DemoOptions, marker: Marker): Promise<void> {
  await markAllFetched(join(folder, CLONES), now)
  log(`collecting it; ${LOST_CLONES} fails, as part of the story: its folder is gone`)
  await withDemo(folder, now, async ({ config, db, guard }) => {
    const { progress, done } = progressLine()
    const read = readHere(db, config, { now: () => now, guard, progress })
    await collectSources(config, read, { done })
    log('scoring it')
    await scoreAll(db, { now, guard })
    await publishSurveys(db, { now, guard })
  })
  await writeMarker(folder, { ...marker, scoredAt: now.toISOString() })
}

async function markAllFetched(clones: string, at: Date): Promise<void> {
  for (const name of await readdir(clones)) await markFetched(join(clones, name), at)
}

interface OpenDemo {
  readonly config: Config
  readonly db: Database
  readonly guard: (tx: Database) => Promise<void>
}

async function withDemo(
  folder: string,
  now: Date,
  work: (demo: OpenDemo) => Promise<void>,
): Promise<void> {
  const config = loadConfig({ DESIREPATH_CONFIG: join(folder, CONFIGURATION_FILE) })
  await withDatabase(config.database, async (db) => {
    await migrateToLatest(db)
    await saveOrganisation(db, toOrganisation(config), now)
    await withLease(db, { job: 'demonstration', wait: true }, (guard) =>
      work({ config, db, guard }),
    )
  })
}
