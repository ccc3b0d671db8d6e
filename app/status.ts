import {
  formatCount,
  formatCountOf,
  formatDay,
  formatInterval,
  formatMinutes,
  formatShare,
  formatValue,
} from '#app/format.ts'
import { daysBefore } from '#lib/period.ts'
import type { Band, MetricResult, Status } from '#scorecards/result.ts'
import { LEAST_FOR_SCORE } from '#scorecards/survey/answers.ts'
import { caseWords, FLAG_WORDS, STATUS_WORDS } from '#scorecards/words.ts'

/** Drawn beside a word, so that no meaning hangs on colour alone. */
export type Shape =
  | 'up'
  | 'up-outline'
  | 'diamond'
  | 'down-outline'
  | 'down'
  | 'ring'
  | 'gap'
  | 'bar'
  | 'half'
  | 'clock'
  | 'hatch'

export type Tone = 'good' | 'watch' | 'bad' | 'quiet'

export interface Verdict {
  readonly word: string
  readonly shape: Shape
  readonly tone: Tone
}

/** What a reader gets of a result: a verdict in words, and a figure or what stands in its place. */
export interface Reading {
  /** Null for context metrics, which are neither good nor bad. */
  readonly verdict: Verdict | null
  /** `78%`, or `not enough data`. */
  readonly figure: string
  /** False when `figure` is words in place of a number. */
  readonly hasFigure: boolean
  /** `7 of 9 teams`, `12 cases`, `4 weeks`. */
  readonly counts: string | null
  /** `45% to 94%`. */
  readonly interval: string | null
  /** Worst case over the unknown cases: `40% to 81%`. */
  readonly bounds: string | null
}

const BANDS: Readonly<Record<Band, Verdict | null>> = {
  good: { word: 'On track', shape: 'up', tone: 'good' },
  good_uncertain: { word: 'On track, uncertain', shape: 'up-outline', tone: 'good' },
  watch: { word: 'Watch', shape: 'diamond', tone: 'watch' },
  bad_uncertain: { word: 'Off track, uncertain', shape: 'down-outline', tone: 'bad' },
  bad: { word: 'Off track', shape: 'down', tone: 'bad' },
  insufficient: { word: 'Not enough data to judge', shape: 'ring', tone: 'quiet' },
  none: null,
}

const NO_DATA: Verdict = { word: 'No data', shape: 'gap', tone: 'quiet' }
const NOTHING: Verdict = { word: 'Nothing to measure', shape: 'bar', tone: 'quiet' }

/** Statuses that say more than the band. */
const STATUSES: Readonly<Partial<Record<Status, Verdict>>> = {
  insufficient_sample: { word: 'Not enough data', shape: 'ring', tone: 'quiet' },
  no_data: NO_DATA,
  source_missing: NO_DATA,
  no_denominator: NOTHING,
  not_applicable: NOTHING,
  source_partial: { word: 'Partial data', shape: 'half', tone: 'quiet' },
  stale: { word: 'Stale', shape: 'clock', tone: 'quiet' },
  suppressed_privacy: { word: 'Suppressed for privacy', shape: 'hatch', tone: 'quiet' },
}

/** Statuses of which the words stand in the number's place. */
const IN_PLACE: ReadonlySet<Status> = new Set([
  'insufficient_sample',
  'no_data',
  'source_missing',
  'no_denominator',
  'not_applicable',
])

/** Never how many; of what needs more answers than usual, how many it would have needed. */
const suppressedWords = ({ parameters: { k } }: MetricResult) =>
  `fewer than ${typeof k === 'number' ? k : LEAST_FOR_SCORE} answers`

/** Words in place of a number; undefined where the number may be shown. */
function inPlaceOf(result: MetricResult): string | undefined {
  if (result.status === 'suppressed_privacy') return suppressedWords(result)
  if (IN_PLACE.has(result.status)) return STATUS_WORDS[result.status]
  return result.value === null ? STATUS_WORDS.no_data : undefined
}

export function readResult(result: MetricResult): Reading {
  const { status, unit, value, n, ci, bounds } = result
  const stands = isCoverage(result)
  const instead = stands ? undefined : inPlaceOf(result)
  return {
    verdict: (stands ? undefined : STATUSES[status]) ?? BANDS[result.band],
    figure: instead ?? formatValue(value, unit, n),
    hasFigure: instead === undefined,
    counts: UNCOUNTED.has(status) ? null : countsOf(result),
    interval: ci && instead === undefined ? formatInterval(ci, unit, n) : null,
    bounds: bounds && instead === undefined ? formatInterval(bounds, unit, n) : null,
  }
}

/** Coverage is the share that was read: it has a value and a band however little that is. */
const isCoverage = ({ scope, value, status }: MetricResult) =>
  scope.sourceId !== undefined && value !== null && status !== 'stale'

/** With these there is nothing to count, or nobody may know it. */
const UNCOUNTED: ReadonlySet<Status> = new Set([
  'not_applicable',
  'source_missing',
  'no_denominator',
  'suppressed_privacy',
])

function countsOf(result: MetricResult): string | null {
  const { numerator, denominator, n, unit } = result
  if (unit === 'fraction of time') return isCoverage(result) ? null : timesOf(result)
  const isShare = unit.startsWith('fraction')
  return !isShare && n !== null
    ? formatCountOf(n, ...caseWords(unit))
    : formatShare(numerator, denominator, unit)
}

/** Of minutes in which a person was waited for, and of all: `6 cases: 6 h waiting for a person, 18 h for all else`. */
function timesOf({ numerator, denominator, n }: MetricResult): string | null {
  if (numerator === null || denominator === null || n === null) return null
  const [waited, rest] = [numerator, denominator - numerator].map(formatMinutes)
  return `${formatCountOf(n, 'case')}: ${waited} waiting for a person, ${rest} for all else`
}

/** Sentences that a reader needs to trust the figure; empty when there is nothing to say. */
export function caveats(result: MetricResult): string[] {
  const { status, nUnknown, notMatured, coverage } = result
  return [
    ...(nUnknown > 0 ? [`${formatCount(nUnknown)} unknown, left out`] : []),
    ...excludedCounts(result).map(({ count, reason }) => `${formatCount(count)} ${reason}`),
    ...(notMatured > 0 ? [`${formatCount(notMatured)} too young to count`] : []),
    ...(coverage < 1 && !isCoverage(result)
      ? [`${formatValue(coverage, 'fraction of time', null)} covered`]
      : []),
    ...(status === 'stale' ? [`last known on ${formatDay(new Date(result.asOf))}`] : []),
    ...result.flags.flatMap((flag) => FLAG_WORDS[flag] ?? []),
  ]
}

/** Teams or services left out for a reason, counted: `2 under an exception`. */
function excludedCounts({ evidence }: MetricResult): { count: number; reason: string }[] {
  return evidence.flatMap((set) => {
    const { kind } = set
    // Work is named by queries; how many pieces were left out is in the parts.
    const count = 'ids' in set ? set.ids.filter((id) => !id.includes('?')).length : set.count
    if (!kind.startsWith('excluded:') || count === 0) return []
    return [{ count, reason: excludedWord(kind.slice('excluded:'.length)) }]
  })
}

/** Reasons as the evidence sets spell them, for a reader. */
const EXCLUDED: Readonly<Record<string, string>> = {
  excepted: 'under an exception',
  not_eligible: 'not eligible',
  inactive: 'inactive for 13 weeks or more',
  under_interface_mandate: 'ever under a mandate for this path',
  no_activity: 'without work in scope',
  not_adopter: 'not an adopter',
  migration_grace: 'adopted for less than 8 weeks',
  exempt: 'exempt',
  break_glass: 'in an emergency (break-glass)',
  not_successful: 'not successful',
  not_production: 'not to production',
  no_start: 'start not known',
  bot: 'made by a bot',
  approvalWaitHours: 'how long changes waited for approval',
}

export function excludedWord(reason: string): string {
  return EXCLUDED[reason] ?? reason.replaceAll('_', ' ')
}

/** Beyond this many days before the moment shown, a figure no longer speaks for it. */
const STALE_AFTER_DAYS = 8

/**
 * The result as it is shown at `shownAt`: a figure that is too old for it is stale. What a survey said
 * stands until the next one.
 */
export function asShownAt(result: MetricResult, shownAt: Date): MetricResult {
  const usable = result.status === 'ok' || result.status === 'source_partial'
  const isOfSurvey = result.parameters['wave'] !== undefined
  const old = !isOfSurvey && new Date(result.asOf) < daysBefore(shownAt, STALE_AFTER_DAYS)
  return usable && old ? { ...result, status: 'stale' } : result
}
