import {
  listRefused,
  type Parameters,
  type Refused,
  readParameters,
  type Search,
  toAddress,
} from '#app/url-state.ts'
import { daysBefore, earlierOf, toDay, weekOf } from '#lib/period.ts'
import { calendar, DEFAULT_RANGE, type NamedRange, parseRange } from '#lib/range.ts'
import type { Calendar } from '#lib/windows.ts'
import { cellParameters } from '#scorecards/measurement-row.ts'
import type { MetricResult, Scope } from '#scorecards/result.ts'

/** What an address asks of a page: a moment, a span of time before it, and what to compare with. */
export interface View {
  /** The moment that figures speak for: the end of the range, or earlier when looking back. */
  readonly at: Date
  /** The end of the last whole week then: what scoring publishes stands for it. */
  readonly weekEnd: Date
  /** The day looked back to, as the address names it; null when it names none: the newest. */
  readonly day: string | null
  readonly range: NamedRange
  readonly comparison: Comparison
  /** By which quarters and years are cut. */
  readonly organisation: Calendar
  /** Whose teams are listed, `group:payments` or `team:checkout`; null: of the whole organisation. */
  readonly within: string | null
  /** What the address asked for in vain. */
  readonly refused: readonly Refused[]
  /** The page that is shown, and what else its address asks for. */
  readonly address: string
  readonly kept: Parameters
}

export interface Comparison {
  /** `prev`, `yoy`, `target`, `median`, `off`, or a period such as `2026-Q1`. */
  readonly text: string
  /** The moment compared with; null when none is. */
  readonly at: Date | null
}

const DEFAULT_COMPARISON = 'prev'
/** Whole weeks, so that days of the week stand beside each other. */
const YEAR_DAYS = 364

/** Reads the view of an address. What means nothing, or lies ahead, falls back and is named. */
export function readView(
  search: Search,
  now: Date,
  address: string,
  { fiscalYearStart }: Calendar,
): View {
  const organisation = { fiscalYearStart }
  const asked = readParameters(search)
  const refused = listRefused(search)
  const day = asked.asof !== null && new Date(asked.asof) <= now ? asked.asof : null
  const at = day === null ? now : new Date(day)
  const range = parseRange(asked.range ?? DEFAULT_RANGE, at, organisation)
  const shown = range ?? standardRange(at, organisation)
  const compared = readComparison(asked.cmp, at, organisation)
  const moment = isNamed(shown) ? earlierOf(at, shown.to) : at
  return {
    at: moment,
    weekEnd: weekOf(moment).from,
    day,
    range: shown,
    comparison: toComparison(compared ?? DEFAULT_COMPARISON, shown, at, organisation),
    organisation,
    within: asked.in,
    refused: [
      ...refused,
      ...inVain('asof', asked.asof, day),
      ...inVain('range', asked.range, range),
      ...inVain('cmp', asked.cmp, compared),
      ...listRefusedWindow(asked.ev, at, organisation),
    ],
    address,
    kept: keptParameters(asked),
  }
}

/** A figure may be asked for over any span of time that has begun. */
function listRefusedWindow(
  ev: ReturnType<typeof readParameters>['ev'],
  at: Date,
  organisation: Calendar,
): Refused[] {
  if (ev?.window === undefined || parseRange(ev.window, at, organisation) !== null) return []
  const why = `window: "${ev.window}" is no span of time that has begun, such as 13w, 2026-Q3 or 2026-07-01..2026-09-30`
  return [{ name: 'ev', text: ev.window, why }]
}

/** What was asked for and means nothing. */
const inVain = (name: string, asked: string | null, read: unknown): Refused[] =>
  asked !== null && read === null ? [{ name, text: asked }] : []

const NAMED_COMPARISONS: readonly string[] = ['prev', 'yoy', 'target', 'median', 'off']

/** Null for what is no comparison; a period that has not begun says nothing. */
function readComparison(text: string | null, at: Date, organisation: Calendar): string | null {
  if (text === null || NAMED_COMPARISONS.includes(text)) return text
  return parseRange(text, at, organisation) === null ? null : text
}

/** What belongs to a page rather than to every view; a page of rows is not kept. */
function keptParameters(asked: ReturnType<typeof readParameters>): Parameters {
  const { path, team, source, q, sort, bucket, present, slide } = asked
  const named = Object.entries({ path, team, source, q, sort, bucket, present, slide })
  return Object.fromEntries(named.filter(([, value]) => value !== null))
}

function standardRange(at: Date, organisation: Calendar): NamedRange {
  const range = parseRange(DEFAULT_RANGE, at, organisation)
  if (range === null) throw new Error(`${DEFAULT_RANGE}: no range`)
  return range
}

/** Counted ranges end now; one with ends of its own may have ended before. */
const isNamed = ({ text }: NamedRange) => text.includes('-') || /^\d{4}$/.test(text)

function toComparison(
  text: string,
  range: NamedRange,
  at: Date,
  organisation: Calendar,
): Comparison {
  if (text === 'off' || text === 'target' || text === 'median') return { text, at: null }
  if (text === 'yoy') return { text, at: daysBefore(earlierOf(at, range.to), YEAR_DAYS) }
  if (text === 'prev') return { text, at: range.from }
  return { text, at: calendar(text, organisation)?.to ?? null }
}

/** An address that asks for the same view; what is the default is left out. */
export function hrefOf(view: View, path: string, parameters: Parameters = {}): string {
  return toAddress(path, { ...viewParameters(view), ...parameters })
}

/** The day of an instant, UTC: for questions that a time of day does not change. */
export const dayOf = (instant: Date) => new Date(toDay(instant))

/** What an address says of a view; undefined for what it need not say. */
export function viewParameters({ day, range, comparison, within }: View): Parameters {
  return {
    in: within ?? undefined,
    asof: day ?? undefined,
    range: range.text === DEFAULT_RANGE ? undefined : range.text,
    cmp: comparison.text === DEFAULT_COMPARISON ? undefined : comparison.text,
  }
}

/** This page again, asking for something else beside. */
export function hereWith(view: View, parameters: Parameters): string {
  return hrefOf(view, view.address, { ...view.kept, ...parameters })
}

/** This page with the rows behind a number beside it. */
export function evidenceHref(view: View, metricId: string, scope: Scope): string {
  return hereWith(view, { ev: { metricId, scope } })
}

/** The same of a result, which may be one cell of a table. */
export function resultHref(view: View, result: MetricResult): string {
  const { metricId, scope } = result
  return hereWith(view, { ev: { metricId, scope, cell: cellParameters(result) } })
}

/** The page of a number, with the rows behind it. */
export function metricAddress(view: View, metricId: string, scope: Scope): string {
  return hrefOf(view, `/metrics/${metricId}`, {
    path: scope.pathId,
    team: scope.teamId,
    source: scope.sourceId,
  })
}
