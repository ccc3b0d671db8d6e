import {
  type Computed,
  type MeasureContext,
  type Metric,
  measure,
  measureCells,
} from '#scorecards/measure.ts'
import { commentThemeShare } from '#scorecards/metrics/comment-theme-share.ts'
import { csatTop2 } from '#scorecards/metrics/csat-top2.ts'
import { internalNps } from '#scorecards/metrics/internal-nps.ts'
import { nonadopterVoice } from '#scorecards/metrics/nonadopter-voice.ts'
import { surveyResponseRate } from '#scorecards/metrics/survey-response-rate.ts'
import { umuxLite } from '#scorecards/metrics/umux-lite.ts'
import type { MetricResult } from '#scorecards/result.ts'
import type { WaveSpan } from '#scorecards/survey/answers.ts'
import { countAnswers, type Item, type Masks, toMasks } from '#scorecards/survey/masks.ts'
import { quote, type Removals } from '#scorecards/survey/quotes.ts'
import type {
  SurveyedPath,
  SurveyGroup,
  SurveyResponse,
  SurveyWave,
} from '#scorecards/survey/wave.ts'

/** All that may be known of a wave. Answers themselves, their ids, times and order are not in it. */
export interface PublishedWave {
  readonly waveId: string
  /** By path: of the path, then of each of its groups, named by the parameter `group`. */
  readonly results: readonly MetricResult[]
  /** By path, never by group. */
  readonly quotes: readonly { readonly pathId: string | null; readonly texts: readonly string[] }[]
}

export interface WaveContext
  extends Omit<MeasureContext, 'scope' | 'parameters' | 'absence' | 'flags'> {
  readonly removals: Removals
  /**
   * From 0 to 1. By lot it is decided which group is hidden for the sake of another; nobody who sees
   * the results may be able to repeat it.
   */
  readonly draw: () => number
}

/**
 * The only way from answers to what others see. An open wave gives null, since one that gains an answer
 * tells that answer. Publish a wave once: a second time with one answer more would do the same, and
 * with another lot would show what the first one hid.
 *
 * A group is shown in all figures or in none, so that none can be held against another. One whose
 * answers are all equal is hidden: a score that is left out for no other reason tells them. How answers
 * are spread (promoters, intervals) needs eight and is hidden by the same rule. Themes, words and the
 * voice of non-adopters are of the whole path.
 *
 * @throws {RangeError} a path that stands twice, or a group within a path: what overlaps could be
 * taken from one another.
 */
export function publishWave(
  wave: SurveyWave,
  { removals, draw, ...context }: WaveContext,
): PublishedWave | null {
  const { id, closedAt, paths } = wave
  if (closedAt === null || closedAt > context.asOf) return null
  refuseTwice(id, paths)
  const surveyed = paths.map((path) => ({ path, masks: toMasks(path, wave.k, draw) }))
  return {
    waveId: id,
    results: surveyed.flatMap(({ path, masks }) =>
      listResults(path, masks, { ...wave, closedAt }, context),
    ),
    quotes: surveyed.flatMap(({ path: { pathId, responses }, masks }) => {
      const comments = responses.flatMap(({ comment }) => comment ?? [])
      const texts = quote(comments, masks.kSpread, removals)
      return texts.length === 0 ? [] : [{ pathId, texts }]
    }),
  }
}

function refuseTwice(waveId: string, paths: readonly SurveyedPath[]): void {
  const names = paths.flatMap(({ pathId, groups }) => [
    `path ${pathId}`,
    ...groups.map(({ id }) => `group ${id} of path ${pathId}`),
  ])
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new RangeError(`survey wave ${waveId}: ${twice} stands twice`)
}

type ClosedWave = SurveyWave & { readonly closedAt: Date }

/** A path, or one of its groups. */
interface Member {
  /** Null is the path. */
  readonly group: string | null
  readonly groups: readonly SurveyGroup[]
  readonly responses: readonly SurveyResponse[]
}

function listResults(
  path: SurveyedPath,
  masks: Masks,
  wave: ClosedWave,
  context: Omit<MeasureContext, 'scope' | 'parameters'>,
): MetricResult[] {
  const byGroup = Map.groupBy(path.responses, ({ groupId }) => groupId)
  const whole: Member = { group: null, groups: path.groups, responses: path.responses }
  const groups = path.groups.map(
    (group): Member => ({
      group: group.id,
      groups: [group],
      responses: byGroup.get(group.id) ?? [],
    }),
  )
  const contextOf = ({ group }: Member): MeasureContext => ({
    ...context,
    scope: path.pathId === null ? {} : { pathId: path.pathId },
    parameters: { wave: wave.id, ...(group !== null && { group }) },
  })
  const span: WaveSpan = { wave: { from: wave.openedAt, to: wave.closedAt }, k: masks.k }
  const asked = ASKED.filter((item) => countAnswers(path.responses, item) > 0)
  return [
    ...[whole, ...groups].flatMap((member) => [
      ...asked.map((item) => scoreOf(item, member, { span, masks, context: contextOf(member) })),
      responseRateOf(member, { span, masks, context: contextOf(member) }),
    ]),
    ...themesOf(whole, { ...span, k: masks.kSpread }, contextOf(whole)),
    voiceOf(whole, { span, masks, context: contextOf(whole) }),
  ]
}

interface Terms {
  readonly span: WaveSpan
  readonly masks: Masks
  readonly context: MeasureContext
}

type Score = Exclude<Item, 'responses'>

const ASKED: readonly Score[] = ['nps', 'csat', 'umux']

function scoreOf(item: Score, member: Member, { span, masks, context }: Terms): MetricResult {
  const { group, responses } = member
  const isHidden = masks.isHidden(item, group)
  const isSpreadHidden = masks.isSpreadHidden(item, group)
  const input = { ...span, responses }
  const of = <Input>(metric: Metric<Input>, facts: Input) =>
    measure(cover(metric, { isHidden, isSpreadHidden }), facts, context)
  if (item === 'nps') return of(internalNps, input)
  return item === 'csat' ? of(csatTop2, input) : of(umuxLite, input)
}

function responseRateOf(member: Member, { span, masks, context }: Terms): MetricResult {
  const { group, groups, responses } = member
  const isHidden = masks.isHidden('responses', group)
  const invited = groups.reduce<number | null>(
    (sum, one) => (sum === null || one.invited === null ? null : sum + one.invited),
    0,
  )
  const rate = cover(surveyResponseRate, { isHidden, isSpreadHidden: false })
  return measure(rate, { ...span, invited, responses }, context)
}

function voiceOf({ groups, responses }: Member, { span, masks, context }: Terms): MetricResult {
  const states = new Map(groups.map(({ id, groupState }) => [id, groupState]))
  const isHidden = masks.areSidesHidden || masks.isHidden('responses', null)
  return measure(
    cover(nonadopterVoice, { isHidden, isSpreadHidden: false }),
    {
      ...span,
      responses: responses.map(({ id, groupId }) => ({
        id,
        groupState: states.get(groupId) ?? null,
      })),
      groups,
    },
    context,
  )
}

function themesOf(
  { responses }: Member,
  span: WaveSpan,
  context: MeasureContext,
): readonly MetricResult[] {
  const comments = responses.flatMap(({ id, comment }) =>
    comment ? [{ id, themes: comment.themes }] : [],
  )
  const isCoded = comments.some(({ themes }) => themes !== null)
  const table: typeof commentThemeShare = {
    ...commentThemeShare,
    computeCells: (input) =>
      commentThemeShare.computeCells(input).map((cell) => withhold(cell, NOTHING_MORE)),
  }
  const absence = { absence: 'source_missing' } as const
  return measureCells(table, { ...span, comments }, { ...context, ...(!isCoded && absence) })
}

interface Disclosure {
  readonly isHidden: boolean
  readonly isSpreadHidden: boolean
}

const NOTHING_MORE: Disclosure = { isHidden: false, isSpreadHidden: false }

const cover = <Input>(metric: Metric<Input>, disclosure: Disclosure): Metric<Input> => ({
  ...metric,
  compute: (input) => withhold(metric.compute(input), disclosure),
})

/** Rows behind a survey figure are people. */
function withhold(computed: Computed, { isHidden, isSpreadHidden }: Disclosure): Computed {
  return {
    ...computed,
    evidence: [],
    isSuppressed: isHidden || computed.isSuppressed === true,
    ...(isSpreadHidden && { isIntervalPrivate: true, parts: partsOfScore(computed.parts) }),
  }
}

/** Those that follow from the score alone. */
function partsOfScore({ susEquivalent }: Computed['parts']): Computed['parts'] {
  return susEquivalent === undefined ? {} : { susEquivalent }
}
