import { onTestFinished } from 'vitest'
import type { CollectorContext } from '#collectors/collector.ts'
import { type GitHubCollectorOptions, gitHubCollector } from '#collectors/github/collector.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { TIER_RULES } from '#lib/environment-tier.ts'
import { type LocalGitHub, startGitHub } from '#test/support/github/server.ts'
import type { World } from '#test/support/github/store.ts'

/** When tests collect, unless they say otherwise; also what the local GitHub's clock shows. */
export const NOW = new Date('2026-06-01T12:00:00Z')

const YEAR_MS = 365 * 24 * 60 * 60_000

/** A local GitHub, closed after the test. */
export async function aGitHub(world: World): Promise<LocalGitHub> {
  const github = await startGitHub(world)
  onTestFinished(() => github.close())
  github.clock = () => NOW
  return github
}

/** How tests read it: as source `gh`, without patience. */
const toOptions = (
  { baseUrl, token, world }: LocalGitHub,
  options: Partial<GitHubCollectorOptions> = {},
): GitHubCollectorOptions => ({
  sourceId: 'gh',
  org: world.org,
  baseUrl,
  privateNetwork: true,
  auth: () => ({ token }),
  repositories: ['*'],
  lookBackMs: YEAR_MS,
  owners: {},
  environments: TIER_RULES,
  bots: [],
  paths: [],
  ruleSuites: false,
  patience: { firstWaitMs: 1, longestWaitMs: 100 },
  limits: { totalMs: 2000 },
  ...options,
})

interface CollectOptions extends Partial<GitHubCollectorOptions> {
  readonly now?: Date
  readonly context?: Partial<CollectorContext>
  readonly guard?: (tx: Database) => Promise<void>
}

export function collectGitHub(
  db: Database,
  github: LocalGitHub,
  { now = NOW, context, guard, ...options }: CollectOptions = {},
): Promise<RunOutcome> {
  const collector = gitHubCollector(toOptions(github, options))
  const whole = {
    now: () => now,
    signal: new AbortController().signal,
    progress: () => {},
    ...context,
  }
  return runCollector(db, collector, whole, guard)
}
