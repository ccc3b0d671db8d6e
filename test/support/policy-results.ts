import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type PolicySource, policyCollector } from '#collectors/policy/collector.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { PolicyRequirements } from '#lib/policy-requirement.ts'
import { RUN_AT } from '#test/collectors/acceptance.ts'

interface CollectOptions extends Partial<Pick<PolicySource, 'covers' | 'keys'>> {
  /** As the configuration has them. */
  readonly requirements?: readonly object[]
  readonly now?: Date
  readonly signal?: AbortSignal
  readonly guard?: (tx: Database) => Promise<void>
}

/** Collects a folder of results as the source `policy`. */
export function collectPolicy(
  db: Database,
  folder: string,
  options: CollectOptions = {},
): Promise<RunOutcome> {
  const { requirements = [], covers = null, keys = [], now = RUN_AT, guard } = options
  const { signal = new AbortController().signal } = options
  const collector = policyCollector({
    sourceId: 'policy',
    folder,
    keys,
    covers,
    requirements: PolicyRequirements.parse(requirements),
  })
  return runCollector(db, collector, { now: () => now, signal, progress: () => {} }, guard)
}

export const WRITTEN_AT = '2026-05-01T08:00:00.000Z'

/** Writes a file of results, at a time that its tool may not tell. */
export function writeResults(
  folder: string,
  name: string,
  content: unknown,
  at: string = WRITTEN_AT,
): void {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  const isText = typeof content === 'string' || Buffer.isBuffer(content)
  writeFileSync(path, isText ? content : JSON.stringify(content))
  utimesSync(path, new Date(at), new Date(at))
}

/** Everything that is stored as evidence, in an order of its own. */
export async function storedEvidence(db: Database) {
  const rows = await db
    .selectFrom('policy_evidence')
    .selectAll()
    .orderBy('requirement_id')
    .orderBy('subject_id')
    .orderBy('produced_at')
    .execute()
  return rows
}
