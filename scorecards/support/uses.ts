import type { Work } from '#scorecards/adoption/work.ts'
import type { TeamUse } from '#scorecards/support/episodes.ts'

/** Work before an instant of those for whom the path was meant, as metrics of support see it. */
export function toUses(work: Iterable<Work>, asOf: Date): TeamUse[] {
  const uses: TeamUse[] = []
  for (const {
    at,
    eligibility,
    id,
    sourceId,
    teamId,
    kind,
    result,
    mechanism,
    userInitiated,
  } of work) {
    const occurredAt = new Date(at)
    if (eligibility !== 'eligible' || occurredAt >= asOf) continue
    uses.push({ id, sourceId, teamId, occurredAt, kind, result, mechanism, userInitiated })
  }
  return uses
}
