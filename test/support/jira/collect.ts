import { type JiraCollectorOptions, jiraCollector } from '#collectors/jira/collector.ts'
import type { RunOutcome } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { type CollectOptions, collectAt } from '#test/support/collector.ts'
import { JIRA_TOKEN, type LocalJira } from '#test/support/jira/server.ts'

const YEAR_MS = 365 * 24 * 60 * 60_000

/** Reads it as source `desk`, without patience. */
export function collectJira(
  db: Database,
  { url, hosting }: LocalJira,
  { now, context, guard, ...options }: CollectOptions & Partial<JiraCollectorOptions> = {},
): Promise<RunOutcome> {
  const collector = jiraCollector({
    sourceId: 'desk',
    baseUrl: url,
    privateNetwork: true,
    hosting,
    signIn: () => ({
      headers: { authorization: `Bearer ${JIRA_TOKEN}` },
      secrets: [JIRA_TOKEN],
    }),
    jql: 'project = HELP',
    lookBackMs: YEAR_MS,
    fields: {},
    statusMap: { open: [], inProgress: [], done: [] },
    rules: [],
    platformTeam: [],
    bots: [],
    paths: [],
    patience: { firstWaitMs: 1, longestWaitMs: 100 },
    limits: { totalMs: 2000 },
    ...options,
  })
  return collectAt(db, collector, { now, context, guard })
}
