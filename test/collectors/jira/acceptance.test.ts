import { describe } from 'vitest'
import {
  acceptance,
  type CollectOptions,
  RUN_AT,
  RUNS_APART,
  type Upstream,
} from '#test/collectors/acceptance.ts'
import { collectJira } from '#test/support/jira/collect.ts'
import { aJira, type LocalJira, toToken } from '#test/support/jira/server.ts'
import {
  ALEX,
  aJiraWorld,
  anIssue,
  comment,
  type JiraWorld,
  KIM,
  move,
  STATUS,
} from '#test/support/jira/world.ts'

// A skip says why the test does not apply to this collector, and where its matter is tested.
const SKIPS = {
  'T-C19': 'belongs to the HTTP client that all sources share: test/lib/outbound.test.ts',
  'T-C20': 'belongs to the lease that every run holds: test/db/leases.test.ts',
  'T-C21': RUNS_APART,
  'T-C22': 'belongs to the pages, which read published measurements only: test/e2e/data.spec.ts',
} as const

describe.each(['cloud', 'data-center'] as const)('%s', (hosting) => {
  acceptance({
    name: `jira ${hosting}`,
    start: (options) => startJiraUpstream(hosting, options),
    skips: SKIPS,
  })
})

/** Three pages, of which one and a half were updated in the same minute; or one. */
function aBusyWorld(few: boolean): JiraWorld {
  const at = (minutes: number) => new Date(Date.UTC(2026, 4, 1) + minutes * 60_000).toISOString()
  const issues = Array.from({ length: few ? 8 : 105 }, (_, index) => {
    const issue = anIssue(index + 1, at(index * 60), { custom: { customfield_1: 'pipelines' } })
    if (index % 3 === 0) comment(issue, ALEX, at(index * 60 + 5))
    if (index % 4 === 0) move(issue, STATUS.done, at(index * 60 + 10))
    if (few ? index < 3 : index >= 20 && index < 80) issue.updatedAt = at(10_000)
    return issue
  })
  const long = anIssue(500, at(8000))
  for (let minute = 1; minute <= 25; minute += 1) comment(long, KIM, at(8000 + minute))
  for (let minute = 30; minute <= 60; minute += 1) {
    move(long, minute % 2 === 0 ? STATUS.doing : STATUS.done, at(8000 + minute))
  }
  return aJiraWorld({ issues: [...issues, long] })
}

async function startJiraUpstream(
  hosting: LocalJira['hosting'],
  { few } = { few: false },
): Promise<Upstream> {
  const world = aBusyWorld(few)
  const jira = await aJira(world, hosting)
  let clock: Date | null = null
  const evolution = new Evolution(world)
  return {
    collect: (db, { now = RUN_AT, signal, guard }: CollectOptions = {}) => {
      jira.clock = () => clock ?? now
      return collectJira(db, jira, {
        now,
        fields: { category: 'customfield_1' },
        platformTeam: [ALEX.accountId],
        limits: { totalMs: 500 },
        ...(signal && { context: { signal } }),
        ...(guard && { guard }),
      })
    },
    tables: ['tickets'],
    evolve: (choice) => evolution.step(choice),
    remove: (choice) => void world.issues.splice(choice % Math.max(1, world.issues.length), 1),
    rename: () => {
      for (const issue of world.issues) issue.key = issue.key.replace('HELP', 'DESK')
    },
    write: (text) => {
      world.issues.push(
        anIssue(700, '2026-05-20T00:00:00Z', { summary: text, custom: { customfield_1: text } }),
      )
    },
    network: {
      faults: jira.faults,
      requests: () => jira.counts.requests,
      setClock: (now) => {
        clock = now
      },
      limits: LIMITS,
      longLimit: { status: 429, headers: { 'retry-after': '3600' } },
      records: findRecords,
      endless,
      addLate: (minutes) => evolution.addLate(minutes),
    },
  }
}

const LIMITS = {
  seconds: { status: 429, headers: { 'retry-after': '0' } },
  date: { status: 429, headers: { 'retry-after': new Date(0).toUTCString() } },
  busy: { status: 503, headers: { 'retry-after': '0' } },
  withoutHeaders: { status: 429, body: { message: 'Rate limit exceeded.' } },
}

/** Changes to a world, each of them in another minute, after everything that it began with. */
class Evolution {
  readonly #world: JiraWorld
  #minute = 0

  constructor(world: JiraWorld) {
    this.#world = world
  }

  step(choice: number): void {
    const at = this.#tick()
    const { issues } = this.#world
    const issue = issues[Math.floor(choice / 10) % Math.max(1, issues.length)]
    if (issue === undefined) {
      issues.push(anIssue(1000, at))
      return
    }
    switch (choice % 5) {
      case 0:
        issues.push(anIssue(1000 + issues.length, at))
        break
      case 1:
        move(issue, issue.status === STATUS.done ? STATUS.doing : STATUS.done, at)
        break
      case 2:
        comment(issue, choice % 2 ? ALEX : KIM, at)
        break
      case 3:
        issue.custom['customfield_1'] = `changed ${choice}`
        issue.updatedAt = at
        break
      default:
        // Its newest minute is shared by two.
        issue.updatedAt = at
        issues.push(anIssue(1000 + issues.length, at))
    }
  }

  addLate(minutes: number): void {
    const newest = this.#world.issues.map(({ updatedAt }) => Date.parse(updatedAt))
    const at = new Date(Math.max(...newest) - minutes * 60_000).toISOString()
    this.#world.issues.push(anIssue(900, at))
  }

  #tick(): string {
    this.#minute += 1
    return new Date(Date.UTC(2026, 4, 28) + this.#minute * 60_000).toISOString()
  }
}

interface JiraAnswer {
  readonly issues?: Record<string, unknown>[]
  readonly issueChangeLogs?: Record<string, unknown>[]
}

function findRecords(answer: unknown): Record<string, unknown>[] {
  const { issues, issueChangeLogs } = answer as JiraAnswer // As the local server answers.
  return issues ?? issueChangeLogs ?? []
}

/** The list begins again where it ends. */
function endless(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('issues' in answer)) return answer
  return 'total' in answer
    ? { ...answer, total: 1_000_000 }
    : { ...answer, isLast: false, nextPageToken: toToken(0) }
}
