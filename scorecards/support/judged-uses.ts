import { type Episode, helpSpan, requestLinker } from '#scorecards/support/episodes.ts'
import {
  helpOf,
  type InteractionMode,
  inferMode,
  type WorkedRequest,
} from '#scorecards/support/interaction-mode.ts'
import { type Covered, isRead } from '#scorecards/support/requests.ts'

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

/**
 * Judges uses that many moments look back on once. No request names a use, so what came of one is
 * settled as soon as the time to ask about it has passed.
 */
export function judgeOfUses(
  requests: readonly WorkedRequest[],
): (covered: Covered) => EpisodeJudge {
  const judges = new Map<string, EpisodeJudge>()
  return (covered) => {
    const key = JSON.stringify(covered)
    const known = judges.get(key) ?? remembering(episodeJudge(requests, covered))
    judges.set(key, known)
    return known
  }
}

function remembering(judge: EpisodeJudge): EpisodeJudge {
  const modes = new WeakMap<object, InteractionMode | null>()
  return (episode) => {
    if (episode.use === null) return judge(episode)
    const known = modes.get(episode.use)
    if (known !== undefined) return known
    const mode = judge(episode)
    modes.set(episode.use, mode)
    return mode
  }
}
