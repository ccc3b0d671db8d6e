import type { Period } from '#lib/period.ts'
import type { AdoptionState } from '#scorecards/adoption/state-machine.ts'

/** Answers that a score needs before anybody may see it. */
export const LEAST_FOR_SCORE = 5

/** Answers that need to be there before anybody may see how they are spread, or a table of themes. */
export const LEAST_FOR_SPREAD = 8

/** What every result of a survey wave speaks for. */
export interface WaveSpan {
  /** From its opening until its closing. */
  readonly wave: Period
  /** With fewer answers, but for none at all, nothing is shown. */
  readonly k: number
}

/** Of nobody there is nothing to tell: an empty group hides nothing. */
export const isTooFew = (answers: number, k: number) => answers > 0 && answers < k

/** What a comment is about. */
export const THEMES = [
  'workflow_misfit',
  'waiting',
  'opaque_errors',
  'missing_capability',
  'docs',
  'lost_autonomy',
  'unclear_owner',
  'reliability',
  'praise',
] as const
export type Theme = (typeof THEMES)[number]

/** In which state a group can be said to be. */
export const GROUP_STATES = [
  'eligible',
  'trying',
  'adopted',
  'partial',
  'lapsed',
  'excepted',
  'not_eligible',
  'unknown',
] as const satisfies readonly AdoptionState[]

/** On which side of adoption an answer stands. */
export type Side = 'adopter' | 'nonadopter' | 'outside' | 'unknown'

/** `outside`: of a team that is not meant to use the path, or need not. */
export function sideOf(state: AdoptionState | null): Side {
  if (state === null || state === 'unknown') return 'unknown'
  if (state === 'not_eligible' || state === 'excepted') return 'outside'
  return state === 'adopted' ? 'adopter' : 'nonadopter'
}
