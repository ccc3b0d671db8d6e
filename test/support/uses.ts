import fc from 'fast-check'
import type { TeamUse } from '#scorecards/support/episodes.ts'
import { MECHANISMS } from '#scorecards/support/use-ledger.ts'

/** Uses of a few hours, as ledgers keep them. */
export const teamUses: fc.Arbitrary<TeamUse> = fc.record({
  id: fc.constant(''),
  sourceId: fc.constantFrom('ci', 'portal'),
  teamId: fc.constantFrom('payments', 'search', null),
  occurredAt: fc
    .integer({ min: 0, max: 50 })
    .map((hours) => new Date(Date.UTC(2026, 1, 2) + hours * 3_600_000)),
  kind: fc.constantFrom('deployment', 'provisioning', 'pipeline_run'),
  result: fc.constantFrom('success', 'failure', 'unknown'),
  mechanism: fc.constantFrom(...MECHANISMS),
  userInitiated: fc.constantFrom(true, false, null),
})
