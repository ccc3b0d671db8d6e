import { daysBefore, type Period } from '#lib/period.ts'
import { isIn, periodOf, type Span } from '#scorecards/delivery/production.ts'
import {
  type Computed,
  type CutPoints,
  countRows,
  type EvidenceKind,
  type Metric,
} from '#scorecards/measure.ts'
import { proportion, proportionOf } from '#scorecards/proportion.ts'
import { type Episode, helpSpan, type PathWork, toEpisodes } from '#scorecards/support/episodes.ts'
import {
  INTERACTION_MODES,
  type InteractionMode,
  type WorkedRequest,
} from '#scorecards/support/interaction-mode.ts'
import { type EpisodeJudge, episodeJudge } from '#scorecards/support/judged-uses.ts'
import type { Covered } from '#scorecards/support/requests.ts'
import { type Stage, stageOf } from '#scorecards/support/stage.ts'

export interface Interactions extends Span, PathWork {
  /** Support requests, of twelve weeks and a day. The rest of the work likewise. */
  readonly requests: readonly WorkedRequest[]
  readonly teams: readonly TeamUsage[]
  /** When every source of support requests had been read. */
  readonly covered: Covered
  /** Of uses, by the same requests and cover, where many moments ask for the same; or they are judged here. */
  readonly judgeUse?: EpisodeJudge
  /** Whole weeks since the path became generally available. */
  readonly pathAgeWeeks: number
}

export interface TeamUsage {
  readonly id: string
  /** Its first use ever of the path; null when there was none. */
  readonly firstUsedAt: Date | null
}

const WINDOW_DAYS = 28
const MINIMUM = 20
const DISCOVERY_WEEKS = 26
/** Successive windows after which help by one group is a habit. */
const HABIT = 3

export const interactionModeMix: Metric<Interactions> = {
  definition: {
    id: 'SUP-06',
    key: 'interaction_mode_mix',
    name: 'Interaction mode mix (self-service share)',
    area: 'support load',
    unit: 'fraction of episodes',
    direction: 'higher',
    definition:
      'How teams and the platform team work together on the path: the share that is self-service, ' +
      'and beside it those of facilitation, collaboration and hand-off.',
    formula:
      'episodes of the mode / episodes whose mode is known. The first that holds: no support request ' +
      'and no approval by hand is self-service; designed together, or two meetings with somebody of ' +
      'the platform team and changes by both sides, is collaboration; done by the one who asked, ' +
      'with a meeting or a request of type how_to, onboarding or coaching, is facilitation; done by ' +
      'the platform team or approved by hand is hand-off; done by the one who asked is facilitation. ' +
      'Beside it the self-service share by age of the team, facilitationShareEstablished, and ' +
      'sameHelperShare: of the teams that were facilitated and whose helping groups are known, those ' +
      'that the same group helped in each of three successive periods of four weeks',
    eligibleSet:
      'Uses of the path that a person set off, provisioning requests and attempts on it. A support ' +
      'request belongs to the provisioning request that it names, else to what its team did on the ' +
      'path up to 24 hours after and 72 hours before it.',
    window:
      '28 days, and at least 72 hours ago; younger ones wait and are counted. A team is new to the ' +
      'path up to its first use, a newcomer for eight weeks from there, then established.',
    minimumSample: '20 episodes for value and band.',
    missingData:
      'Where support requests were not read in full around an episode it is unknown, never ' +
      'self-service; so it is where a log does not tell whether somebody approved, who did the work ' +
      'is not known, or nobody knows how, by whom or for which team the path was used. Unknown ones ' +
      'are reported with bounds; more than 20 %: no band. A use or an attempt has no log and is ' +
      'taken to need no approval.',
    interval: 'Wilson score of each share, 95 %.',
    bands:
      'Good from 80 %, bad below 50 %, for a path that has been generally available for 26 weeks; a ' +
      'younger one should collaborate and has none.',
    misleadsWhen: 'Help that is given in private messages looks like self-service.',
    guardrails: ['SUP-01', 'SAT-04'],
    version: '1.0.0',
  },
  windowDays: WINDOW_DAYS,

  compute(input) {
    const period = periodOf(input, WINDOW_DAYS)
    const judged = judgeEpisodes(input)
    const rows = judged.filter(({ episode }) => isIn(period, episode.at))
    const stages = new Map(input.teams.map((team) => [team.id, team.firstUsedAt]))
    const result = proportionOf(rows, {
      cutPoints: cutPoints(input.pathAgeWeeks),
      valueFrom: MINIMUM,
      bandFrom: MINIMUM,
    })
    return {
      ...result,
      parts: {
        ...sharesOf(rows),
        ...sharesByStage(rows, stages),
        sameHelperShare: sameHelperShare(judged, period),
      },
      parameters: { pathAgeWeeks: input.pathAgeWeeks },
      ...(input.window && { window: input.window }),
    }
  },
}

/** A path that is still in discovery has no target. */
const cutPoints = (pathAgeWeeks: number): CutPoints | null =>
  pathAgeWeeks >= DISCOVERY_WEEKS ? { good: 0.8, bad: 0.5 } : null

interface Row {
  readonly id: string
  readonly episode: Episode
  readonly kind: EvidenceKind
  readonly times: number
  /** Null unless it counts. */
  readonly mode: InteractionMode | null
}

function judgeEpisodes(input: Interactions): Row[] {
  let judge: EpisodeJudge | undefined
  const judgeOther: EpisodeJudge = (episode) => {
    judge ??= episodeJudge(
      input.requests.filter(({ openedAt }) => openedAt < input.asOf),
      input.covered,
    )
    return judge(episode)
  }
  const judgeUse = input.judgeUse ?? judgeOther
  return toEpisodes(input).map((episode) => {
    const left = (kind: EvidenceKind): Row => ({
      id: episode.id,
      episode,
      kind,
      times: episode.use?.times ?? 1,
      mode: null,
    })
    const span = helpSpan(episode.at)
    if (episode.outside !== null) return left(episode.outside)
    if (span.to > input.asOf) return left('not_matured')
    const mode = episode.use === null ? judgeOther(episode) : judgeUse(episode)
    return mode === null ? left('unknown') : { ...left(setOf(mode)), mode }
  })
}

const setOf = (mode: InteractionMode): EvidenceKind =>
  mode === 'self_service' ? 'counted' : `not_counted:${mode}`

/** Of each mode but the value itself. */
function sharesOf(rows: readonly Row[]): Computed['parts'] {
  return Object.fromEntries(
    INTERACTION_MODES.filter((mode) => mode !== 'self_service').flatMap((mode) => {
      const { value, ci } = shareOf(rows, mode)
      return [
        [`${mode}Share`, value],
        [`${mode}ShareLow`, ci?.low ?? null],
        [`${mode}ShareHigh`, ci?.high ?? null],
      ]
    }),
  )
}

/** Among the episodes whose mode is known. */
function shareOf(rows: readonly Row[], ofMode: InteractionMode): Computed {
  const counts = {
    numerator: countRows(rows.filter(({ mode }) => mode === ofMode)),
    denominator: countRows(rows.filter(({ mode }) => mode !== null)),
    nUnknown: 0,
  }
  return proportion(counts, { cutPoints: null, valueFrom: 0, bandFrom: 0 })
}

type FirstUses = ReadonlyMap<string, Date | null>

function sharesByStage(rows: readonly Row[], firstUses: FirstUses): Computed['parts'] {
  const byStage = Map.groupBy(rows, ({ episode }) => stageOf(episode, firstUses))
  const of = (stage: Stage) => byStage.get(stage) ?? []
  return {
    selfServiceShareFirstUse: shareOf(of('first_use'), 'self_service').value,
    selfServiceShareNewcomer: shareOf(of('newcomer'), 'self_service').value,
    selfServiceShareEstablished: shareOf(of('established'), 'self_service').value,
    facilitationShareEstablished: shareOf(of('established'), 'facilitation').value,
  }
}

/** Null where no team was facilitated in `period` by a group that is known. */
function sameHelperShare(rows: readonly Row[], period: Period): number | null {
  const periods = Array.from({ length: HABIT }, (_, index) => ({
    from: daysBefore(period.to, WINDOW_DAYS * (index + 1)),
    to: daysBefore(period.to, WINDOW_DAYS * index),
  }))
  const [latest = new Map<string, Set<string>>(), ...earlier] = periods.map((one) =>
    helpersByTeam(rows, one),
  )
  const teams = [...latest]
  const always = teams.filter(([team, helpers]) =>
    [...helpers].some((helper) => earlier.every((before) => before.get(team)?.has(helper))),
  )
  return teams.length === 0 ? null : always.length / teams.length
}

/** The groups that facilitated each team in `period`; teams without a known one are not there. */
function helpersByTeam(rows: readonly Row[], period: Period): Map<string, Set<string>> {
  const byTeam = new Map<string, Set<string>>()
  for (const { mode, episode } of rows) {
    const { teamId, at, helpers } = episode
    if (mode !== 'facilitation' || teamId === null || helpers.length === 0) continue
    if (isIn(period, at)) byTeam.set(teamId, new Set([...(byTeam.get(teamId) ?? []), ...helpers]))
  }
  return byTeam
}
