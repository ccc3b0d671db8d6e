import { weekNumber, weekStart } from '#lib/period.ts'
import { type Ordered, orderedRuns } from '#lib/stats/ordered.ts'
import type { LedgerPart } from '#scorecards/delivery/ledger.ts'
import type { DeliveryModel } from '#scorecards/delivery/model.ts'
import { type HoursColumn, hoursOf, type TallyWindow } from '#scorecards/delivery/tally.ts'

/**
 * What changes of several teams took, in order week by week: windows that end week after week share
 * most of their weeks, and need no more than the few samples at some places.
 */
export class WeekHours {
  readonly #model: DeliveryModel
  /** By teams and week; the last few that were asked for. */
  readonly #weeks = new Map<string, (column: HoursColumn) => Float64Array>()

  constructor(model: DeliveryModel) {
    this.#model = model
  }

  /** Undefined of a window that is not made of ISO weeks. */
  of(
    teams: readonly string[],
    window: TallyWindow,
  ): ((column: HoursColumn) => Ordered) | undefined {
    const weeks = weeksOf(window)
    if (weeks === null) return undefined
    const key = teams.join()
    return (column) =>
      orderedRuns(weeks.map((week) => this.#ofWeek(teams, `${key} ${week}`, week)(column)))
  }

  #ofWeek(teams: readonly string[], key: string, week: number) {
    const known = this.#weeks.get(key) ?? this.#sorter(teams, week)
    this.#weeks.delete(key)
    this.#weeks.set(key, known)
    const [oldest] = this.#weeks.keys()
    if (this.#weeks.size > REMEMBERED && oldest !== undefined) this.#weeks.delete(oldest)
    return known
  }

  #sorter(teams: readonly string[], week: number): (column: HoursColumn) => Float64Array {
    const [from, to] = [weekStart(week).getTime(), weekStart(week + 1).getTime()]
    // What a change took is the same whoever asks, and when.
    const window = { from, to, asOf: to }
    const counted = teams.flatMap((team) => this.#model.tally(team, window, CHANGES).counted)
    const sorted = new Map<HoursColumn, Float64Array>()
    return (column) => {
      const run = sorted.get(column) ?? new Float64Array(hoursOf(counted, column)).sort()
      sorted.set(column, run)
      return run
    }
  }
}

const CHANGES: ReadonlySet<LedgerPart> = new Set(['changes'])

/** Weeks of all teams, and of the teams of some paths, of the longest window. */
const REMEMBERED = 64

/** Numbers of the ISO weeks that a window is made of; null where it begins or ends within one. */
function weeksOf({ from, to }: TallyWindow): number[] | null {
  const [first, end] = [weekNumber(new Date(from)), weekNumber(new Date(to))]
  const isWhole = weekStart(first).getTime() === from && weekStart(end).getTime() === to
  return isWhole ? Array.from({ length: end - first }, (_, index) => first + index) : null
}
