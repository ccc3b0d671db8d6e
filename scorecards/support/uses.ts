import type { Work } from '#scorecards/adoption/work.ts'
import type { TeamUse } from '#scorecards/support/episodes.ts'

/** Work of those for whom the path was meant, as metrics of support see it. */
export function toUses(work: Iterable<Work>): TeamUse[] {
  const uses: TeamUse[] = []
  for (const one of work) {
    if (one.eligibility !== 'eligible') continue
    const { at, id, sourceId, teamId, kind, result, mechanism, userInitiated } = one
    const occurredAt = new Date(at)
    uses.push({ id, sourceId, teamId, occurredAt, kind, result, mechanism, userInitiated })
  }
  return uses
}
