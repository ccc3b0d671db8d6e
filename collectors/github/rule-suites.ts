import { z } from 'zod'
import type { GitHubClient } from '#collectors/github/client.ts'
import type { Known } from '#collectors/repository.ts'
import { Instant } from '#lib/instant.ts'

const RuleSuite = z.object({
  id: z.int(),
  pushed_at: Instant,
  result: z.enum(['pass', 'fail', 'bypass']),
  evaluation_result: z.enum(['pass', 'fail', 'bypass']).nullish(),
  /** Id of the repository that was pushed to; added when it is read. */
  subject: z.string(),
})

export interface PolicyFact {
  readonly kind: 'policy'
  readonly row: Known<'policy_evidence'>
}

/** What a push is checked against: all rules of the branch together. */
const REQUIREMENT = 'github-rulesets'

type Told = 'native_id' | 'subject_id' | 'requirement_id' | 'result' | 'severity' | 'produced_at'

/** What GitHub itself says of a repository. */
const toFact = (told: Pick<PolicyFact['row'], Told>): PolicyFact => ({
  kind: 'policy',
  row: {
    ...told,
    subject_type: 'repository',
    ingested_at: null,
    collector_kind: 'automated',
    verified: 1,
    waiver_id: null,
    url: null,
  },
})

/** Reads one rule suite. A rule that only evaluates and would have failed is a warning. */
export const ruleSuiteRecord = RuleSuite.transform((suite): PolicyFact => {
  const { id, pushed_at: at, result, evaluation_result: evaluated, subject } = suite
  return toFact({
    native_id: `rule-suite ${id}`,
    subject_id: subject,
    requirement_id: REQUIREMENT,
    result: result === 'pass' && evaluated === 'fail' ? 'warn' : result,
    severity: null,
    produced_at: at,
  })
})

interface SeenState {
  /** What of a repository was looked at. */
  readonly what: string
  /** GitHub's node id. */
  readonly node: string
  readonly repositoryId: string
  readonly requirement: string
  readonly result: PolicyFact['row']['result']
  readonly severity: string | null
  readonly now: Date
}

/** What a repository was seen to fulfil, and from then on does until it is seen otherwise. */
export function toStateOfRepository(seen: SeenState): PolicyFact {
  const { what, node, repositoryId, requirement, result, severity, now } = seen
  const at = now.toISOString()
  return toFact({
    native_id: `${what} ${node} ${requirement} ${at}`,
    subject_id: repositoryId,
    requirement_id: requirement,
    result,
    severity,
    produced_at: at,
  })
}

const Page = z.array(z.looseObject({ repository_id: z.int(), repository_name: z.string() }))

const HOUR_MS = 60 * 60_000

/** GitHub keeps them for a month, and takes no other start than one of these. */
export function periodSince(readAt: string | null, now: Date): 'day' | 'week' | 'month' {
  const hours = readAt === null ? Infinity : (now.getTime() - Date.parse(readAt)) / HOUR_MS
  if (hours < 20) return 'day'
  return hours < 6 * 24 ? 'week' : 'month'
}

// https://docs.github.com/en/rest/orgs/rule-suites
/** Pages of pushes with what the rules said, newest first. @throws {SourceError} */
export async function* listRuleSuites(
  client: GitHubClient,
  org: string,
  { period, toSubject }: { period: string; toSubject: (id: number, name: string) => string },
): AsyncGenerator<object[]> {
  const path = '/orgs/{org}/rulesets/rule-suites'
  const wanted = { org, time_period: period, rule_suite_result: 'all' }
  for await (const page of client.listPages(Page, path, wanted)) {
    yield page.map((suite) => ({
      ...suite,
      subject: toSubject(suite.repository_id, suite.repository_name),
    }))
  }
}
