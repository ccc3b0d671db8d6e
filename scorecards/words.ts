import type { Incomparable, NoInterval } from '#scorecards/comparison.ts'
import type { Status, Unit } from '#scorecards/result.ts'

/** What a status means, in a few words that may stand in the place of a number. */
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  ok: 'ok',
  no_data: 'no data',
  no_denominator: 'no cases',
  insufficient_sample: 'not enough data',
  source_missing: 'source not connected',
  source_partial: 'partial data',
  suppressed_privacy: 'suppressed for privacy',
  not_applicable: 'does not apply',
  stale: 'last known value',
}

type CaseWords = readonly [one: string, many: string]

const CASES_OF_UNIT: Readonly<Partial<Record<Unit, CaseWords>>> = {
  'requests per week': ['week', 'weeks'],
  'per week': ['week of a service', 'weeks of a service'],
  'per 100 uses': ['use', 'uses'],
}

/** What `n` of a figure in that unit counts. */
export const caseWords = (unit: Unit): CaseWords => CASES_OF_UNIT[unit] ?? ['case', 'cases']

/** What is told where another window is asked for than the metric's own. */
export const OVER_WINDOW_WORDS = {
  window: 'Measured over it.',
  moment: 'A state at a moment: told as it stood at the end.',
  wave: 'Only what was published: the newest wave that had closed at the end.',
} as const

/** What a reader needs to know of a result that carries a flag. */
export const FLAG_WORDS: Readonly<Record<string, string>> = {
  proxy_signal: 'seen through a stand-in signal',
  median_not_reached: 'median not reached yet: longer than the longest observed time',
  ci_unattainable: 'too few cases for an interval',
  survivorship: 'only those that stayed are counted',
  approvals_unread: 'how long changes waited for approval was not read, or not in all of this time',
}

/** Why two results are not compared. */
export const INCOMPARABLE_WORDS: Readonly<Record<Incomparable, string>> = {
  different_metric: 'they are of two metrics',
  different_scope: 'they are of two scopes',
  different_unit: 'they have two units',
  different_definition: 'the definition has changed in between',
  suppressed: 'one of them is suppressed for privacy',
  not_ok: 'not both are figures of all of their period: the status of each says why',
}

/** Why a difference has no interval. */
export const NO_INTERVAL_WORDS: Readonly<Record<NoInterval, string>> = {
  windows_overlap: 'both periods hold some of the same cases',
  overdispersed: 'the events vary more than an interval would assume',
  needs_values: 'it needs the single values, which are not at hand',
  no_own_interval: 'one of them has no interval itself',
  see_ratio: 'rates are compared by their ratio',
  no_method: 'there is no method for figures of this kind',
}

/** The words for a person, and the one that scripts look for; the latter alone where both are the same. */
export function withKey<Key extends string>(
  words: Readonly<Record<Key, string>>,
  key: Key,
): string {
  return words[key] === undefined || words[key] === key ? key : `${words[key]} (${key})`
}
