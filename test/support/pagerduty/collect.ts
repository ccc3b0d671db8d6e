import {
  type PagerDutyCollectorOptions,
  pagerDutyCollector,
} from '#collectors/pagerduty/collector.ts'
import type { RunOutcome } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { type CollectOptions, collectAt } from '#test/support/collector.ts'
import { type LocalPagerDuty, PAGERDUTY_TOKEN } from '#test/support/pagerduty/server.ts'

const YEAR_MS = 365 * 24 * 60 * 60_000

/** Reads it as source `pager`, without patience. */
export function collectPagerDuty(
  db: Database,
  { url }: LocalPagerDuty,
  { now, context, guard, ...options }: CollectOptions & Partial<PagerDutyCollectorOptions> = {},
): Promise<RunOutcome> {
  const collector = pagerDutyCollector({
    sourceId: 'pager',
    baseUrl: url,
    privateNetwork: true,
    signIn: () => ({
      headers: { authorization: `Token token=${PAGERDUTY_TOKEN}` },
      secrets: [PAGERDUTY_TOKEN],
    }),
    lookBackMs: YEAR_MS,
    services: {},
    rules: [],
    patience: { firstWaitMs: 1, longestWaitMs: 100 },
    limits: { totalMs: 2000 },
    ...options,
  })
  return collectAt(db, collector, { now, context, guard })
}
