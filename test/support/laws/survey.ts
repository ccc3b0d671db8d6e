import fc from 'fast-check'
import { commentThemeShare } from '#scorecards/metrics/comment-theme-share.ts'
import { csatTop2 } from '#scorecards/metrics/csat-top2.ts'
import { internalNps } from '#scorecards/metrics/internal-nps.ts'
import { type NonadopterVoice, nonadopterVoice } from '#scorecards/metrics/nonadopter-voice.ts'
import { surveyResponseRate } from '#scorecards/metrics/survey-response-rate.ts'
import { umuxLite } from '#scorecards/metrics/umux-lite.ts'
import { GROUP_STATES, THEMES } from '#scorecards/survey/answers.ts'
import { casesAddUp, countAddsUp, law, numbered, shareAddsUp } from '#test/support/laws/law.ts'
import { SPAN } from '#test/support/survey.ts'

const GROUPS: NonadopterVoice['groups'] = [
  { groupState: 'adopted', invited: 30 },
  { groupState: 'lapsed', invited: 30 },
]

const onScale = (min: number, max: number) => fc.option(fc.integer({ min, max }))

export const SURVEY_LAWS = {
  'SAT-01': law({
    metric: internalNps,
    rows: numbered(onScale(0, 10), (npsScore, id) => ({ id, npsScore })),
    toInput: (responses) => ({ ...SPAN, responses }),
    leftOut: null,
    addsUp: casesAddUp,
  }),
  'SAT-02': law({
    metric: csatTop2,
    rows: numbered(onScale(1, 5), (csat, id) => ({ id, csat })),
    toInput: (responses) => ({ ...SPAN, responses }),
    leftOut: { id: 'left out', csat: null },
    addsUp: shareAddsUp,
  }),
  'SAT-03': law({
    metric: umuxLite,
    rows: numbered(fc.tuple(onScale(1, 7), onScale(1, 7)), ([umux1, umux2], id) => ({
      id,
      umux1,
      umux2,
    })),
    toInput: (responses) => ({ ...SPAN, responses }),
    leftOut: { id: 'left out', umux1: null, umux2: null },
    addsUp: casesAddUp,
  }),
  'SAT-04': law({
    metric: commentThemeShare,
    rows: numbered(fc.option(fc.subarray([...THEMES])), (themes, id) => ({ id, themes })),
    toInput: (comments) => ({ ...SPAN, k: 8, comments }),
    leftOut: null,
    addsUp: shareAddsUp,
  }),
  'SAT-05': law({
    metric: surveyResponseRate,
    rows: numbered(fc.constant(null), (_, id) => ({ id })),
    toInput: (responses) => ({ ...SPAN, invited: 30, responses }),
    leftOut: null,
    addsUp: countAddsUp,
  }),
  'SAT-06': law({
    metric: nonadopterVoice,
    rows: numbered(fc.constantFrom(...GROUP_STATES, null), (groupState, id) => ({
      id,
      groupState,
    })),
    toInput: (responses) => ({
      ...SPAN,
      responses,
      groups: GROUPS,
    }),
    leftOut: { id: 'left out', groupState: 'excepted' },
    addsUp: casesAddUp,
  }),
}
