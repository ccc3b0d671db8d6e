import { mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type FilesSource, filesCollector } from '#collectors/files/collector.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'

/** A folder that is deleted after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'desirepath-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

let second = 0

/** Writes a file of a folder; each writing is a second after the one before. */
export function writeIn(folder: string, name: string, text: string | Buffer): void {
  const path = join(folder, name)
  writeFileSync(path, text)
  second += 1
  const at = new Date(Date.UTC(2026, 0, 1) + second * 1000)
  utimesSync(path, at, at)
}

/** Makes a file so large that no reader holds it in memory: a hole, which takes no room on the disk. */
export function swellFile(path: string): void {
  truncateSync(path, 65 << 20)
  const later = new Date('2026-06-01T13:00:00Z')
  utimesSync(path, later, later)
}

interface CollectOptions extends Partial<Pick<FilesSource, 'covers' | 'complete'>> {
  readonly now?: Date
  readonly signal?: AbortSignal
  readonly guard?: (tx: Database) => Promise<void>
}

/** Collects a folder as the source `exports`. */
export function collectFolder(
  db: Database,
  folder: string,
  { covers, complete, now = new Date('2026-06-01T12:00:00Z'), signal, guard }: CollectOptions = {},
): Promise<RunOutcome> {
  const context = {
    now: () => now,
    signal: signal ?? new AbortController().signal,
    progress: () => {},
  }
  const collector = filesCollector({ sourceId: 'exports', folder, covers, complete })
  return runCollector(db, collector, context, guard)
}
