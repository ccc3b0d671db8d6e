import { daysBefore } from '#lib/period.ts'
import type { UnitSeries } from '#scorecards/impact/panel.ts'
import type { TeamHistory } from '#scorecards/impact/team-panel.ts'

/** A Monday. */
export const FIRST_MONDAY = new Date('2025-01-06T00:00:00Z')

export const weeksLater = (weeks: number) => daysBefore(FIRST_MONDAY, -7 * weeks)

/** Eight periods of four weeks. */
export const EIGHT_PERIODS = { from: FIRST_MONDAY, to: weeksLater(32) }

/** The panel of section 11.6 of the metric reference: lead time in hours, periods 1 to 5. */
export const WORKED_PANEL: readonly UnitSeries[] = [
  { unit: 'A', first: 3, outcomes: [50, 48, 40, 38, 36] },
  { unit: 'B', first: 3, outcomes: [60, 58, 48, 46, 46] },
  { unit: 'C', first: 4, outcomes: [70, 69, 68, 60, 58] },
  { unit: 'D', first: 4, outcomes: [40, 39, 38, 32, 30] },
  { unit: 'E', first: 0, outcomes: [30, 29, 28, 27, 26] },
  { unit: 'F', first: 0, outcomes: [80, 79, 77, 77, 76] },
]

export interface HistoryTerms extends Partial<Omit<TeamHistory, 'outcome' | 'firstAdoptedWeek'>> {
  /** The four-week period in which it adopts; 0: never; null: nobody knows. */
  readonly adoptedIn?: number | null
  /** For every four-week period the median of its five lead times; null: four only. */
  readonly medians?: readonly (number | null)[]
  /** For every period, where it is not the same throughout. */
  readonly instruments?: readonly (string | null)[]
}

/** A team with five changes in each of eight periods, all of 10 hours, that never adopts. */
export function aHistory(terms: HistoryTerms = {}): TeamHistory {
  const { adoptedIn = 0, medians = Array(8).fill(10), instruments, ...team } = terms
  return {
    team: 'payments',
    origin: adoptedIn === 0 ? null : 'voluntary',
    hasLapsed: false,
    services: [],
    ...team,
    firstAdoptedWeek: toWeek(adoptedIn),
    outcome: medians.flatMap((median, index) =>
      Array.from({ length: median === null ? 4 : 5 }, (_, week) => ({
        at: daysBefore(weeksLater(4 * index), -week),
        amount: median ?? 10,
        cases: 1 as const,
        instrument: instruments?.[index] ?? 'deployments',
      })),
    ),
  }
}

function toWeek(adoptedIn: number | null): TeamHistory['firstAdoptedWeek'] {
  if (adoptedIn === null) return null
  return adoptedIn === 0 ? 'never' : weeksLater(4 * (adoptedIn - 1))
}
