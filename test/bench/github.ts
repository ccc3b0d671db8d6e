import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gitHubCollector } from '#collectors/github/collector.ts'
import { runCollector } from '#collectors/run.ts'
import { withDatabase } from '#db/connection.ts'
import { migrateToLatest } from '#db/migrate.ts'
import { TIER_RULES } from '#lib/environment-tier.ts'
import type { Bench, Measurement } from '#test/bench/bench.ts'
import { type LocalGitHub, startGitHub } from '#test/support/github/server.ts'
import {
  aDeployment,
  aPullRequest,
  aRepository,
  aWorld,
  COLLEAGUE,
  toSha,
  type World,
} from '#test/support/github/store.ts'

/**
 * Collects an organisation of 100 repositories with 10,000 merged pull requests and 10,000
 * deployments from a GitHub on this machine, then again with nothing new. Each run is a process of
 * its own; the local GitHub works in this one, and its time is part of the seconds.
 *
 * Goal: the second run needs at most 3 % of the requests of the first.
 */

const REPOSITORIES = 100
const EACH = 100
const TEAMS = 20
const NOW = new Date('2026-06-01T12:00:00Z')
const DAY_MS = 24 * 60 * 60_000

export const gitHubBench: Bench = {
  name: 'github',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'desirepath-bench-'))
    const github = await startGitHub(aLargeWorld())
    github.clock = () => NOW
    try {
      const first = await runStep(github, folder)
      const second = await runStep(github, folder)
      return toMeasurements(first, second)
    } finally {
      await github.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** What one run did, timed with the start of its process. */
interface Step {
  readonly seconds: number
  readonly rows: number
  readonly peakMB: number
  readonly requests: number
  readonly points: number
}

const toMeasurements = (first: Step, second: Step): Measurement[] => [
  { measure: 'first run', value: first.seconds, unit: 's' },
  { measure: 'its requests', value: first.requests, unit: '' },
  { measure: 'its points', value: first.points, unit: '' },
  { measure: 'its rows', value: first.rows, unit: 'rows' },
  { measure: 'its rows a second', value: first.rows / first.seconds, unit: 'rows/s' },
  { measure: 'its peak memory', value: first.peakMB, unit: 'MB', goal: '<= 500' },
  { measure: 'second run, nothing new', value: second.seconds, unit: 's' },
  { measure: 'its requests', value: second.requests, unit: '' },
  { measure: 'its points', value: second.points, unit: '' },
  { measure: 'its rows', value: second.rows, unit: 'rows', goal: '0' },
  {
    measure: 'its share of the requests',
    value: (100 * second.requests) / first.requests,
    unit: '%',
    goal: '<= 3',
  },
]

async function runStep(github: LocalGitHub, folder: string): Promise<Step> {
  const before = { ...github.counts }
  const started = performance.now()
  const args = [import.meta.filename, github.baseUrl, github.token, folder]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const told = JSON.parse(stdout) as Pick<Step, 'rows' | 'peakMB'> // As `collect` prints.
  return {
    ...told,
    seconds: (performance.now() - started) / 1000,
    requests: github.counts.requests - before.requests,
    points: github.counts.points - before.points,
  }
}

function aLargeWorld(): World {
  const names = Array.from({ length: REPOSITORIES }, (_, index) => `service-${index}`)
  const teams = Array.from({ length: TEAMS }, (_, index) => ({
    slug: `team-${index}`,
    name: `Team ${index}`,
    parent: null,
    permissions: Object.fromEntries(
      names
        .filter((_name, place) => place % TEAMS === index)
        .map((name) => [name, 'ADMIN' as const]),
    ),
  }))
  return aWorld({ repositories: names.map(aBusyRepository), teams })
}

function aBusyRepository(name: string) {
  const at = (index: number, days = 0) =>
    new Date(NOW.getTime() - (EACH - index + 1) * 3 * DAY_MS + days * DAY_MS).toISOString()
  const places = Array.from({ length: EACH }, (_, index) => index)
  return aRepository(name, {
    createdAt: '2025-01-01T00:00:00Z',
    commits: [
      { oid: toSha(name), committedDate: at(0), files: { CODEOWNERS: `* @acme/${name}-owners` } },
    ],
    pullRequests: places.map((index) =>
      aPullRequest(index + 1, at(index, 2), {
        createdAt: at(index, 1),
        firstCommitAt: at(index),
        reviews: [{ state: 'APPROVED', submittedAt: at(index, 1.5), author: COLLEAGUE }],
      }),
    ),
    deployments: places.map((index) => aDeployment(at(index, 2))),
  })
}

async function collect(baseUrl: string, token: string, folder: string): Promise<void> {
  await withDatabase(join(folder, 'desirepath.db'), async (db) => {
    await migrateToLatest(db)
    const collector = gitHubCollector({
      sourceId: 'gh',
      org: 'acme',
      baseUrl,
      privateNetwork: true,
      auth: () => ({ token }),
      repositories: ['*'],
      lookBackMs: 365 * DAY_MS,
      owners: {},
      environments: TIER_RULES,
      bots: [],
      paths: [],
      ruleSuites: false,
      approvals: false,
      branchRules: false,
      runs: false,
      alerts: false,
    })
    const { changed, error } = await runCollector(db, collector, {
      now: () => NOW,
      signal: new AbortController().signal,
      progress: () => {},
    })
    if (error !== null) throw new Error(error)
    const peakMB = process.resourceUsage().maxRSS / 1024
    process.stdout.write(JSON.stringify({ rows: changed, peakMB }))
  })
}

if (import.meta.main) {
  const [, , baseUrl = '', token = '', folder = ''] = process.argv
  await collect(baseUrl, token, folder)
}
