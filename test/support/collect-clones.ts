import { join } from 'node:path'
import { type GitCollectorOptions, gitCollector } from '#collectors/git/collector.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { GoldenPathRules } from '#lib/golden-path.ts'
import { type UsageState, usageStateAt } from '#scorecards/adoption/usage-state.ts'

/** Later than any clone that a test makes. */
export const NOW = new Date('2100-01-01T00:00:00Z')

interface CollectOptions extends Partial<GitCollectorOptions> {
  readonly now?: Date
  readonly signal?: AbortSignal
  readonly guard?: (tx: Database) => Promise<void>
}

/** Collects every clone in `folder` as source `clones`. */
export function collectClones(
  db: Database,
  folder: string,
  options: CollectOptions = {},
): Promise<RunOutcome> {
  const { now = NOW, signal = new AbortController().signal, guard, ...rest } = options
  const collector = gitCollector({
    sourceId: 'clones',
    repositories: [join(folder, '*')],
    paths: [],
    ...rest,
  })
  return runCollector(db, collector, { now: () => now, signal, progress: () => {} }, guard)
}

/** A golden path with its rules as they are written in the configuration. */
export const aPath = (rules: unknown, id = 'path') => ({ id, rules: GoldenPathRules.parse(rules) })

export type Path = ReturnType<typeof aPath>

/** The usage state of a repository at a moment, from what is stored. */
export async function storedState(
  db: Database,
  { id, rules }: Path,
  repositoryId: string,
  asOf: string,
): Promise<UsageState> {
  const evidence = await db
    .selectFrom('usage_evidence')
    .selectAll()
    .where('path_id', '=', id)
    .where('repository_id', '=', repositoryId)
    .execute()
  const versions = await db
    .selectFrom('path_versions')
    .selectAll()
    .where('path_id', '=', id)
    .execute()
  return usageStateAt(rules, evidence, versions, new Date(asOf))
}

const TABLES = [
  'repositories',
  'repository_attributes',
  'services',
  'service_owners',
  'usage_evidence',
  'path_versions',
  'changes',
  'deployments',
  'quarantine',
] as const

/** Everything that a git source fills, without when we saw it, in an order of its own. */
export async function storedFacts(db: Database): Promise<Record<string, string[]>> {
  const facts: Record<string, string[]> = {}
  for (const table of TABLES) {
    const rows = await db.selectFrom(table).selectAll().execute()
    facts[table] = rows.map((row) => JSON.stringify({ ...row, observed_at: '' })).toSorted()
  }
  return facts
}
