import { formatCountOf, formatDays, formatMinutes, formatPercent } from '#app/format.ts'
import type { MetricResult } from '#scorecards/result.ts'

type Say = (part: number, result: MetricResult) => string | null

/** Counts of nothing are not worth a line. */
const count =
  (singular: string, plural?: string): Say =>
  (part) =>
    part === 0 ? null : formatCountOf(part, singular, plural)

const share =
  (words: string): Say =>
  (part, { n }) =>
    `${formatPercent(part, n)} ${words}`

/** Secondary values as lines, in this order; what is not listed here is in the record only. */
const LINES: Readonly<Record<string, Say>> = {
  nVoluntary: count('adopter by choice', 'adopters by choice'),
  nMandated: count('adopter under a mandate', 'adopters under a mandate'),
  mandatedShareOfAdopters: (part, { parts }) => {
    const known = Number(parts['nVoluntary'] ?? 0) + Number(parts['nMandated'] ?? 0)
    return `${formatPercent(part, known)} of the adopters came under a mandate`
  },
  nOriginUnknown: count('adopter of unknown motive', 'adopters of unknown motive'),
  nExcepted: count('team on an exception', 'teams on an exception'),
  teamsUsed: count('team with work in scope', 'teams with work in scope'),
  teamsOver91Days: count('of them looked at over 91 days', 'of them looked at over 91 days'),
  adopterTeams: count(
    'team that adopted at least 8 weeks ago',
    'teams that adopted at least 8 weeks ago',
  ),
  parallelPipeline: count('by another pipeline', 'by another pipeline'),
  manualChange: count('by hand', 'by hand'),
  otherOffPath: count('beside the path, detour not known', 'beside the path, detour not known'),
  parallelTeamShare: share('of the adopters keep another pipeline alive'),
  p90: (part, { unit }) =>
    `nine in ten within ${unit === 'minutes' ? formatMinutes(part) : formatDays(part)}`,
  medianBehind: (part) => `half are at most ${formatCountOf(part, 'version')} behind`,
  unsupportedShare: share('on a version without support'),
  medianOfShares: (part, { n }) =>
    `half of the cases waited for a person at most ${formatPercent(part, n)} of their time`,
  approvalWaitHours: (part, { parts }) => {
    const changes = Number(parts['changesWithSteps'] ?? 0)
    const wait = `${formatMinutes(part * 60)} for approval`
    return changes === 1
      ? `1 change waited ${wait}`
      : `half of ${formatCountOf(changes, 'change')} waited at most ${wait}`
  },
  excludedExempt: count('exempt', 'exempt'),
  excludedBreakGlass: count('in an emergency (break-glass)', 'in an emergency (break-glass)'),
  excludedNotSuccessful: count('not successful, left out', 'not successful, left out'),
}

/** Figures of the same cases as the value: too few for the one are too few for the others. */
const SUMMARIES: ReadonlySet<string> = new Set([
  'parallelTeamShare',
  'p90',
  'medianBehind',
  'unsupportedShare',
  'medianOfShares',
])

/** Secondary values in words, one a line. */
export function partLines(result: MetricResult): string[] {
  const isThin = result.status === 'insufficient_sample'
  return Object.entries(LINES).flatMap(([key, say]) => {
    const part = result.parts[key]
    const isSaid = typeof part === 'number' && !(isThin && SUMMARIES.has(key))
    const line = isSaid ? say(part, result) : null
    return line === null ? [] : [line]
  })
}
