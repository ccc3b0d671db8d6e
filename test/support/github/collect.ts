import { onTestFinished } from 'vitest'
import { type GitHubCollectorOptions, gitHubCollector } from '#collectors/github/collector.ts'
import type { RunOutcome } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { TIER_RULES } from '#lib/environment-tier.ts'
import { type CollectOptions, collectAt, NOW } from '#test/support/collector.ts'
import { type LocalGitHub, startGitHub } from '#test/support/github/server.ts'
import type { World } from '#test/support/github/store.ts'

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
  approvals: false,
  branchRules: false,
  runs: false,
  alerts: false,
  patience: { firstWaitMs: 1, longestWaitMs: 100 },
  limits: { totalMs: 2000 },
  ...options,
})

export function collectGitHub(
  db: Database,
  github: LocalGitHub,
  { now, context, guard, ...options }: CollectOptions & Partial<GitHubCollectorOptions> = {},
): Promise<RunOutcome> {
  const collector = gitHubCollector(toOptions(github, options))
  return collectAt(db, collector, { now, context, guard })
}
