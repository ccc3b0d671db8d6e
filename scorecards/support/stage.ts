import { millisecondsInWeek } from 'date-fns/constants'
import type { Episode } from '#scorecards/support/episodes.ts'

/** How long a team has used a path. */
export const STAGES = ['first_use', 'newcomer', 'established'] as const
export type Stage = (typeof STAGES)[number]

const NEWCOMER_WEEKS = 8

/**
 * A team is new to a path up to its first use, which may not have come yet, and a newcomer for eight
 * weeks from there.
 */
export function stageOf(
  { teamId, at }: Pick<Episode, 'teamId' | 'at'>,
  firstUses: ReadonlyMap<string, Date | null>,
): Stage {
  const first = teamId === null ? null : (firstUses.get(teamId) ?? null)
  if (first === null || at <= first) return 'first_use'
  const weeks = (at.getTime() - first.getTime()) / millisecondsInWeek
  return weeks < NEWCOMER_WEEKS ? 'newcomer' : 'established'
}
