import { count } from '#lib/count.ts'
import { toDay, wholeDaysOf } from '#lib/period.ts'
import { plainName } from '#lib/plain-names.ts'
import { cellParameters } from '#scorecards/measurement-row.ts'
import { type MetricDefinition, type MetricResult, openedSets } from '#scorecards/result.ts'
import { caseWords, FLAG_WORDS, STATUS_WORDS, withKey } from '#scorecards/words.ts'

/** A result for a terminal: what it is, what it rests on, and the rows by set. */
export function toResultText(definition: MetricDefinition, result: MetricResult): string {
  const rows = listRows(result)
  return toText([
    `${definition.id} ${definition.name}`,
    `${[scopeText(result), ...cellTexts(result)].join(', ')}, as of ${result.asOf}`,
    '',
    ...toLines(listFacts(result)),
    ...(rows.length === 0 ? [] : ['', ...rows]),
    ...(openedSets(result).some(({ ids }) => ids.length > FIRST_ROWS)
      ? ['', `  the first ${FIRST_ROWS} rows of each set; --json names them all`]
      : []),
  ])
}

export type Fact = readonly [term: string, text: string]

export const toText = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')

/** Terms and what they are, the latter below each other. */
export function toLines(facts: readonly Fact[]): string[] {
  const width = Math.max(...facts.map(([term]) => term.length))
  return facts.map(([term, text]) => `  ${term.padEnd(width)}  ${text}`)
}

export function scopeText({ scope }: Pick<MetricResult, 'scope'>): string {
  const parts = [
    ...(scope.sourceId === undefined ? [] : [`source ${scope.sourceId}`]),
    ...(scope.pathId === undefined ? [] : [`path ${scope.pathId}`]),
    ...(scope.teamId === undefined ? [] : [`team ${scope.teamId}`]),
  ]
  return parts.length === 0 ? 'everybody' : parts.join(', ')
}

/** Which cell of a table it is: `type how to`; none of one number. */
const cellTexts = (result: MetricResult) =>
  Object.entries(cellParameters(result)).map(
    ([key, name]) => `${plainName(key)} ${plainName(String(name))}`,
  )

/** Which days a figure is over: `over 91 days, 2026-07-01 to 2026-09-29`; of a state at a moment which. */
export function overText({ window: { start, end } }: Pick<MetricResult, 'window'>): string {
  if (start === end) return `as it stood at ${end}`
  const days = wholeDaysOf({ from: new Date(start), to: new Date(end) })
  if (days === null) return `over [${start}, ${end})`
  const [first, last] = [days.first, days.last].map(toDay)
  return `over ${count(days.count, 'day')}, ${first} to ${last}`
}

function listFacts(result: MetricResult): Fact[] {
  const { status, coverage, flags, watermarks, ci, bounds } = result
  return [
    ['value', valueText(result)],
    ['time', overText(result)],
    ...(ci === null
      ? []
      : [['interval', `${rangeText(ci, result.unit)} (95 %, ${ci.method})`] as const]),
    ...(bounds === null
      ? []
      : [['bounds', `${rangeText(bounds, result.unit)}, if the unknown were known`] as const]),
    ['cases', casesText(result)],
    ['status', withKey(STATUS_WORDS, status)],
    ['band', bandText(result)],
    ['coverage', percent(coverage)],
    ...(flags.length === 0
      ? []
      : [['flags', flags.map((flag) => withKey(FLAG_WORDS, flag)).join(', ')] as const]),
    ...Object.entries(result.parts).map(
      ([key, part]) => [plainName(key), part === null ? 'no value' : String(round(part))] as const,
    ),
    ...Object.entries(watermarks).map(
      ([source, until]) => [`${source} until`, until] satisfies Fact,
    ),
  ]
}

/** No headline number of too few cases: their counts stand in its place. */
export function valueText({ value, unit, status, numerator, denominator }: MetricResult): string {
  const counts = numerator === null || denominator === null ? '' : `${numerator} of ${denominator}`
  if (status === 'insufficient_sample') return `not enough cases${counts && ` (${counts})`}`
  if (value === null) return 'no value'
  return `${amountText(value, unit)}${counts && unit !== 'fraction of time' ? ` (${counts})` : ''}`
}

export function amountText(value: number, unit: MetricResult['unit']): string {
  const [kind, cases] = unit.split(' of ')
  return kind === 'fraction' ? `${percent(value)} of ${cases}` : `${round(value)} ${unit}`
}

function rangeText(
  { low, high }: { readonly low: number | null; readonly high: number | null },
  unit: MetricResult['unit'],
): string {
  const isFraction = unit.startsWith('fraction')
  const end = (limit: number | null) => {
    if (limit === null) return 'not reached'
    return isFraction ? percent(limit) : `${round(limit)} ${unit}`
  }
  return `${end(low)} to ${end(high)}`
}

function casesText({ n, unit, nUnknown, notMatured }: MetricResult): string {
  const [one, many] = caseWords(unit)
  const counted = many === 'cases' ? `${n}` : `${n} ${n === 1 ? one : many}`
  return [
    n === null ? 'hidden' : counted,
    ...(nUnknown > 0 ? [`${nUnknown} unknown`] : []),
    ...(notMatured > 0 ? [`${notMatured} too young to count`] : []),
  ].join(', ')
}

function bandText({ band, parameters }: MetricResult): string {
  const { good, bad } = parameters
  if (typeof good !== 'number' || typeof bad !== 'number') return band
  return `${band} (good ${good}, bad ${bad})`
}

function listRows(result: MetricResult): string[] {
  return openedSets(result)
    .filter(({ ids }) => ids.length > 0)
    .map(({ kind, ids }) => `  ${kind} (${ids.length}): ${firstOf(ids)}`)
}

/** So many ids of each set tell a reader what its rows are. */
const FIRST_ROWS = 5

function firstOf(ids: readonly string[]): string {
  const more = ids.length - FIRST_ROWS
  return [...ids.slice(0, FIRST_ROWS), ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

export const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`

export const round = (part: number | boolean) =>
  typeof part === 'number' && !Number.isInteger(part) ? Number(part.toFixed(3)) : part
