import { untilPublished, untilWritten } from '#app/database.ts'
import { formatDay } from '#app/format.ts'
import { quarterName } from '#app/pickers.tsx'
import { asShownAt } from '#app/status.ts'
import type { FigureName } from '#app/url-state.ts'
import type { View } from '#app/view.ts'
import { medianOf, targetOf, type Yardstick } from '#app/yardstick.ts'
import { dayStart, earlierOf, type Period } from '#lib/period.ts'
import { listGoldenPaths } from '#lib/queries/golden-paths.ts'
import { listTeamValuesOver, measureWindows } from '#lib/queries/windows.ts'
import { parseRange } from '#lib/range.ts'
import { parseWindow, previousWindow, toRange, type Window, yearEarlier } from '#lib/windows.ts'
import { type Comparison, compareResults } from '#scorecards/comparison.ts'
import { cellOf } from '#scorecards/measurement-row.ts'
import type { MetricResult } from '#scorecards/result.ts'

/** A figure over a window, beside what a view compares it with. */
export interface ComparedWindow {
  readonly window: Window
  readonly result: MetricResult
  /** Null where the view compares with no other window, or the year before had none like it. */
  readonly referenceWindow: Window | null
  /** Undefined where it was not measured over that. */
  readonly reference: MetricResult | undefined
  /** Null without a reference. */
  readonly comparison: Comparison | null
  /** Where the view compares with the target of the golden path, or the median of the other teams, if there is one. */
  readonly yardstick: Yardstick | undefined
}

/** The window that a text names, as a range does; null when it names none. */
export function windowOf(view: View, text: string): Window | null {
  const named = parseWindow(text, view.organisation)
  if (named !== null && named.kind !== 'range') return named
  const range = parseRange(text, view.at, view.organisation)
  if (range === null) return null
  // A day that goes on is not in it.
  return toRange(dayStart(range.from), dayStart(range.to))
}

/** `Q3 2026, 1 Jul 2026 to 30 Sept 2026`; of days of one's own these alone. */
export function windowName({ kind, name, period: { from, to } }: Window): string {
  const days = `${formatDay(from)} to ${formatDay(new Date(to.getTime() - 1))}`
  if (kind === 'range') return days
  return `${kind === 'quarter' ? quarterName(name) : name}, ${days}`
}

/** What a figure says over a window, of every cell of a table; with the rows behind it or their number. */
export const measureOver = async (
  view: View,
  figure: FigureName,
  window: Window,
  isOpened: boolean,
): Promise<MetricResult[]> => (await measureOverAll(view, figure, [window], isOpened))[0] ?? []

/** The same over each of some windows. */
export async function measureOverAll(
  view: View,
  { metricId, scope }: FigureName,
  windows: readonly Window[],
  isOpened: boolean,
): Promise<MetricResult[][]> {
  const { at } = view
  const periods = windows.map(({ period }) => asSeenBy(view, period))
  const question = { metricId, scope, windows: periods, isOpened }
  const measured = await untilPublished(measureWindows, question)
  return measured.map((results, index) => {
    // What is over does not become stale.
    const shown = earlierOf(at, periods[index]?.to ?? at)
    return results.map((result) => asShownAt(result, shown))
  })
}

/** Who looks back to a day sees nothing of what came after. */
const asSeenBy = ({ day }: View, { from, to }: Period): Period => ({
  from,
  to: day === null ? to : earlierOf(to, new Date(day)),
})

/** A figure over the window that it names, or else over the range of the view, cell by cell. */
export async function compareOver(view: View, figure: FigureName): Promise<ComparedWindow[]> {
  const window = windowOf(view, figure.window ?? view.range.text)
  if (window === null) return []
  const referenceWindow = referenceOf(view, window)
  const { metricId, scope } = figure
  const [results, references, paths, values] = await Promise.all([
    measureOver(view, figure, window, false),
    referenceWindow === null ? [] : measureOver(view, figure, referenceWindow, false),
    view.comparison.text === 'target' ? untilWritten(listGoldenPaths) : [],
    view.comparison.text === 'median' && scope.teamId !== undefined
      ? untilPublished(listTeamValuesOver, {
          metricId,
          ...(scope.pathId !== undefined && { pathId: scope.pathId }),
          window: asSeenBy(view, window.period),
        })
      : [],
  ])
  return results.map((result) => {
    const reference = references.find((one) => cellOf(one) === cellOf(result))
    return {
      window,
      result,
      referenceWindow,
      reference,
      comparison: reference === undefined ? null : compareResults(result, reference),
      yardstick: targetOf(result, paths) ?? medianOf(result, values),
    }
  })
}

/** The window that a text names and that which a view compares it with; null where one is missing. */
export function comparedPeriods(
  view: View,
  text: string,
): { readonly before: Period; readonly after: Period } | null {
  const window = windowOf(view, text)
  const reference = window && referenceOf(view, window)
  return window && reference && { before: reference.period, after: window.period }
}

/** The window that a view compares with, where it compares with an earlier time. */
function referenceOf({ comparison: { text }, organisation }: View, window: Window): Window | null {
  if (text === 'prev') return previousWindow(window, organisation)
  if (text === 'yoy') return yearEarlier(window, organisation)
  return parseWindow(text, organisation)
}
