import type { SurveyedPath, SurveyResponse, SurveyWave } from '#scorecards/survey/wave.ts'
import { daysAgo } from '#test/support/delivery.ts'

/** A wave of two weeks that closed 14 days before the as-of. */
export const SPAN = { wave: { from: daysAgo(28), to: daysAgo(14) }, k: 5 }

let made = 0

/** An answer of `payments` that says nothing. */
export function aResponse(response: Partial<SurveyResponse> = {}): SurveyResponse {
  made += 1
  return {
    id: `response ${made}`,
    groupId: 'payments',
    npsScore: null,
    csat: null,
    umux1: null,
    umux2: null,
    comment: null,
    ...response,
  }
}

/** One answer for each score. */
export const scored = (groupId: string, npsScores: readonly number[]) =>
  npsScores.map((npsScore) => aResponse({ groupId, npsScore }))

/** A path whose groups answered so; 100 people of each were asked unless told otherwise. */
export function aSurveyedPath(
  byGroup: Readonly<Record<string, readonly SurveyResponse[]>>,
  invited: Readonly<Record<string, number | null>> = {},
): SurveyedPath {
  return {
    pathId: 'deploy',
    groups: Object.keys(byGroup).map((id) => ({
      id,
      groupState: 'adopted',
      invited: invited[id] === undefined ? 100 : invited[id],
    })),
    responses: Object.values(byGroup).flat(),
  }
}

export const aWave = (wave: Partial<SurveyWave> = {}): SurveyWave => ({
  id: '2026-q1',
  openedAt: SPAN.wave.from,
  closedAt: SPAN.wave.to,
  k: 5,
  paths: [],
  ...wave,
})
