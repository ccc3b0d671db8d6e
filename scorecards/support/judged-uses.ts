import { type Episode, helpSpan, requestLinker, toEpisodes } from '#scorecards/support/episodes.ts'
import {
  helpOf,
  INTERACTION_MODES,
  type InteractionMode,
  inferMode,
  type WorkedRequest,
} from '#scorecards/support/interaction-mode.ts'
import { type Covered, isRead } from '#scorecards/support/requests.ts'
import { STAGES, stageOf } from '#scorecards/support/stage.ts'
import type { UseTeller } from '#scorecards/support/use-reader.ts'

/** How an episode was worked on; null: nobody can tell. */
export type EpisodeJudge = (episode: Episode) => InteractionMode | null

export function episodeJudge(requests: readonly WorkedRequest[], covered: Covered): EpisodeJudge {
  const linkedTo = requestLinker(requests)
  return (episode) => {
    const { at, hasManualApproval } = episode
    const known = { isRead: isRead(covered, helpSpan(at)), hasManualApproval }
    return inferMode(helpOf(linkedTo(episode), known))
  }
}

export interface UseJudge {
  readonly judge: EpisodeJudge
  /** How a use was worked on, and how long its team had used the path by then. */
  readonly tell: UseTeller
}

/**
 * Judges uses that many moments look back on alike. No request names a use, so what came of one is
 * settled as soon as the time to ask about it has passed.
 */
export function judgeOfUses(
  requests: readonly WorkedRequest[],
  firstUses: ReadonlyMap<string, Date>,
): (covered: Covered) => UseJudge {
  const judges = new Map<string, UseJudge>()
  return (covered) => {
    const key = JSON.stringify(covered)
    const known = judges.get(key) ?? toUseJudge(episodeJudge(requests, covered), firstUses)
    judges.set(key, known)
    return known
  }
}

function toUseJudge(judge: EpisodeJudge, firstUses: ReadonlyMap<string, Date>): UseJudge {
  const tell: UseTeller = (use) => {
    const [episode] = toEpisodes({ uses: [use], provisioningRequests: [], attempts: [] })
    if (episode === undefined || episode.outside !== null) return 0
    const mode = judge(episode)
    const place = mode === null ? 0 : 1 + INTERACTION_MODES.indexOf(mode)
    return place * STAGES.length + STAGES.indexOf(stageOf(episode, firstUses))
  }
  return { judge, tell }
}
