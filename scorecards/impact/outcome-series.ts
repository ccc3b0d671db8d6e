import { type Period, weekNumber, weekStart } from '#lib/period.ts'
import { median } from '#lib/stats/quantiles.ts'

/** One event of an outcome. */
export interface OutcomeEvent {
  readonly at: Date
  /** Null when it is not known; then the event is left out. */
  readonly amount: number | null
  /** How much it adds to the number of cases: 0 for what is only counted per case. */
  readonly cases: 0 | 1
  /** Which source gave it by which definition; null when nobody says. */
  readonly instrument: string | null
}

/**
 * `log_median`: ln of the median amount, such as of change lead time. `ratio`: amounts per case; for
 * the change fail rate 1 or 0 for every deployment, for support requests per deployment 0 for every
 * deployment and 1 for every request, which is no case.
 */
export type OutcomeStatistic = 'log_median' | 'ratio'

export interface PeriodOutcome {
  /** Null with fewer than five cases, or when there is no such number. */
  readonly value: number | null
  /** The instruments that gave it, in order; empty when none is known. */
  readonly instruments: readonly string[]
}

/** Whole ISO weeks, cut into periods 1 to `count` of the same length. */
export interface PeriodGrid {
  readonly firstWeek: number
  readonly weeks: number
  readonly count: number
}

/** The periods of whole weeks within `span`, from its start; a rest at its end is left out. */
export function toGrid(span: Period, weeks: number): PeriodGrid {
  const week = weekNumber(span.from)
  const firstWeek = weekStart(week) < span.from ? week + 1 : week
  const whole = weekNumber(span.to) - firstWeek
  return { firstWeek, weeks, count: Math.max(0, Math.floor(whole / weeks)) }
}

/** The number of the period that holds `instant`: below 1 before the first, above `count` after. */
export const periodOf = ({ firstWeek, weeks }: PeriodGrid, instant: Date): number =>
  Math.floor((weekNumber(instant) - firstWeek) / weeks) + 1

/** The days of periods `first` to `last`. */
export const spanOf = ({ firstWeek, weeks }: PeriodGrid, first: number, last: number): Period => ({
  from: weekStart(firstWeek + (first - 1) * weeks),
  to: weekStart(firstWeek + last * weeks),
})

const MINIMUM_CASES = 5

/** The outcome in every period of the grid. */
export function outcomesOf(
  events: readonly OutcomeEvent[],
  statistic: OutcomeStatistic,
  grid: PeriodGrid,
): PeriodOutcome[] {
  const byPeriod = Map.groupBy(events, ({ at }) => periodOf(grid, at))
  return Array.from({ length: grid.count }, (_, index) =>
    outcomeOf(byPeriod.get(index + 1) ?? [], statistic),
  )
}

function outcomeOf(events: readonly OutcomeEvent[], statistic: OutcomeStatistic): PeriodOutcome {
  const known = events.flatMap(({ amount, cases }) => (amount === null ? [] : [{ amount, cases }]))
  const cases = known.filter((event) => event.cases === 1).length
  const amounts = known.map(({ amount }) => amount)
  const instruments = events.flatMap(({ instrument }) => (instrument === null ? [] : [instrument]))
  return {
    value: cases < MINIMUM_CASES ? null : STATISTICS[statistic](amounts, cases),
    instruments: [...new Set(instruments)].toSorted(),
  }
}

const STATISTICS: Readonly<
  Record<OutcomeStatistic, (amounts: readonly number[], cases: number) => number | null>
> = {
  log_median: (amounts) => {
    const middle = median(amounts)
    return middle === null || middle <= 0 ? null : Math.log(middle)
  },
  ratio: (amounts, cases) => sumUp(amounts) / cases,
}

// In order of size, so that the order of events is no matter to the last bit.
const sumUp = (amounts: readonly number[]) =>
  amounts.toSorted((a, b) => a - b).reduce((sum, amount) => sum + amount, 0)
