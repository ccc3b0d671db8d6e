import { z } from 'zod'
import { measureCells } from '#scorecards/measure.ts'
import { commentThemeShare } from '#scorecards/metrics/comment-theme-share.ts'
import { csatTop2 } from '#scorecards/metrics/csat-top2.ts'
import { internalNps } from '#scorecards/metrics/internal-nps.ts'
import { nonadopterVoice } from '#scorecards/metrics/nonadopter-voice.ts'
import { surveyResponseRate } from '#scorecards/metrics/survey-response-rate.ts'
import { umuxLite } from '#scorecards/metrics/umux-lite.ts'
import { GROUP_STATES, THEMES } from '#scorecards/survey/answers.ts'
import { nps, umuxLite as usabilityScore } from '#scorecards/survey/scores.ts'
import { conceal } from '#scorecards/survey/suppression.ts'
import { aContext } from '#test/support/metrics.ts'
import { record } from '#test/vectors/record.ts'
import { adapter, toPair } from '#test/vectors/statistic-adapters.ts'

/** A vector that names no `k` tests the calculation, not who may see it. */
const k = z.int().default(1)
const wave = { from: new Date(0), to: new Date(0) }

const score = z.int().min(0).max(10)
const point = z.int().min(1).max(7)
const state = z.enum(GROUP_STATES)
const counts = z.partialRecord(state, z.int())

const withId = <Row extends object>(row: Row, index: number) => ({ ...row, id: String(index) })

/** Each state as often as it is counted. */
const listStates = (byState: z.output<typeof counts>) =>
  state.options.flatMap((one) => Array<typeof one>(byState[one] ?? 0).fill(one))

export const surveyAdapters: Readonly<Record<string, (inputs: unknown) => unknown>> = {
  nps: adapter(z.object({ scores: z.array(score) }), ({ scores }) => {
    const result = nps(scores)
    return { ...result, ci: toPair(result.ci) }
  }),
  umuxLite: adapter(z.object({ items: z.array(z.tuple([point, point])) }), ({ items }) => {
    const result = usabilityScore(items)
    return { ...result, ci: toPair(result.ci) }
  }),
  suppress: adapter(
    z.object({ children: z.array(z.tuple([z.string(), z.int()])), k: z.int() }),
    (inputs) => {
      const siblings = inputs.children.map(([id, n]) => ({
        id,
        invited: null,
        // The vectors let the smallest give way, which is one way that the lot can fall.
        turn: n,
        figures: [{ n, kinds: new Set() }],
      }))
      const { groups, parents } = conceal(siblings, inputs.k)
      return { hidden: groups, parentHidden: parents[0] }
    },
  ),
  'SAT-01': adapter(z.object({ scores: z.array(score.nullable()), k }), (inputs) =>
    record(internalNps, {
      wave,
      k: inputs.k,
      responses: inputs.scores.map((npsScore, index) => withId({ npsScore }, index)),
    }),
  ),
  'SAT-02': adapter(z.object({ ratings: z.array(z.int().min(1).max(5).nullable()), k }), (inputs) =>
    record(csatTop2, {
      wave,
      k: inputs.k,
      responses: inputs.ratings.map((csat, index) => withId({ csat }, index)),
    }),
  ),
  'SAT-03': adapter(
    z.object({ items: z.array(z.tuple([point.nullable(), point.nullable()])), k }),
    (inputs) =>
      record(umuxLite, {
        wave,
        k: inputs.k,
        responses: inputs.items.map(([umux1, umux2], index) => withId({ umux1, umux2 }, index)),
      }),
  ),
  'SAT-04': adapter(
    z.object({
      comments: z.int(),
      coded: z.partialRecord(z.enum(THEMES), z.int()),
      uncoded: z.int(),
      k,
    }),
    (inputs) => {
      const coded = inputs.comments - inputs.uncoded
      // Comment 0 is about every theme that any is about, and so on: only the counts matter.
      const comments = Array.from({ length: inputs.comments }, (_, index) => ({
        id: String(index),
        themes: index < coded ? THEMES.filter((theme) => index < (inputs.coded[theme] ?? 0)) : null,
      }))
      const cells = measureCells(commentThemeShare, { wave, k: inputs.k, comments }, aContext())
      const byTheme = <Value>(pick: (cell: (typeof cells)[number]) => Value) =>
        Object.fromEntries(cells.map((cell) => [String(cell.parameters['theme']), pick(cell)]))
      if (cells[0]?.status === 'suppressed_privacy') return { ...cells[0], shares: null }
      return {
        ...cells[0],
        shares: byTheme(({ value }) => value),
        ci: byTheme(({ ci }) => toPair(ci)),
      }
    },
  ),
  'SAT-05': adapter(
    z.object({ invited: z.int().nullable(), responses: z.int(), k }),
    ({ invited, responses, ...inputs }) =>
      record(surveyResponseRate, {
        wave,
        k: inputs.k,
        invited,
        responses: Array.from({ length: responses }, (_, index) => withId({}, index)),
      }),
  ),
  'SAT-06': adapter(
    z.object({ responsesByState: counts, populationByState: counts, k }),
    (inputs) =>
      record(nonadopterVoice, {
        wave,
        k: inputs.k,
        responses: listStates(inputs.responsesByState).map((groupState, index) =>
          withId({ groupState }, index),
        ),
        groups: listStates(inputs.populationByState).map((groupState) => ({
          groupState,
          invited: 1,
        })),
      }),
  ),
}
