import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'
import type { Theme } from '#scorecards/survey/answers.ts'

export interface SurveyWave {
  readonly id: string
  readonly openedAt: Date
  /** Null while it is open and nobody has set an end. */
  readonly closedAt: Date | null
  /** Answers that a score needs; below five it counts as five. */
  readonly k: number
  readonly paths: readonly SurveyedPath[]
}

/** A path and the groups that were asked about it: the one grouping of the wave. */
export interface SurveyedPath {
  /** Null: the wave asked about no path in particular. */
  readonly pathId: string | null
  readonly groups: readonly SurveyGroup[]
  readonly responses: readonly SurveyResponse[]
}

export interface SurveyGroup {
  readonly id: string
  /** Of its team or teams in the wave. Null when it is not known. */
  readonly groupState: AdoptionState | null
  /** Null when nobody knows how many. */
  readonly invited: number | null
}

/** One person's answers about one path, without the person. Null: left empty, or not asked. */
export interface SurveyResponse {
  readonly id: string
  readonly groupId: string
  /** 0 to 10. */
  readonly npsScore: number | null
  /** 1 to 5. */
  readonly csat: number | null
  /** 1 to 7. */
  readonly umux1: number | null
  readonly umux2: number | null
  readonly comment: SurveyComment | null
}

export interface SurveyComment {
  readonly text: string
  /** Null when nobody has coded it. */
  readonly themes: readonly Theme[] | null
  readonly quotable: boolean
}
