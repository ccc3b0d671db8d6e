import { weekNumber, weekStart } from '#lib/period.ts'
import { type Ordered, orderedRuns } from '#lib/stats/ordered.ts'
import type { LedgerPart } from '#scorecards/delivery/ledger.ts'
import type { DeliveryModel } from '#scorecards/delivery/model.ts'
import { type HoursColumn, hoursOf, type TallyWindow } from '#scorecards/delivery/tally.ts'

/** What changes of one week took, ascending. */
type WeekRun = (column: HoursColumn) => Float64Array

/** Of the last weeks that were asked for; other teams have others. */
interface ScopeWeeks {
  readonly key: string
  readonly weeks: Map<number, WeekRun>
}

/**
 * What changes of several teams took, in order week by week: windows that end week after week share
 * most of their weeks, and need no more than the few samples at some places.
 */
export class WeekHours {
  readonly #model: DeliveryModel
  readonly #scopes = new Map<string, ScopeWeeks>()

  constructor(model: DeliveryModel) {
    this.#model = model
  }

  /** Of `scope`, whose teams are these at the time; undefined of a window that is not made of ISO weeks. */
  of(
    scope: string,
    teams: readonly string[],
    window: TallyWindow,
  ): ((column: HoursColumn) => Ordered) | undefined {
    const weeks = weeksOf(window)
    if (weeks === null) return undefined
    const known = this.#weeksOf(scope, teams)
    return (column) => orderedRuns(weeks.map((week) => this.#ofWeek(known, teams, week)(column)))
  }

  #weeksOf(scope: string, teams: readonly string[]): ScopeWeeks {
    const key = teams.join()
    const before = this.#scopes.get(scope)
    if (before?.key === key) return before
    const fresh: ScopeWeeks = { key, weeks: new Map() }
    this.#scopes.set(scope, fresh)
    return fresh
  }

  #ofWeek({ weeks }: ScopeWeeks, teams: readonly string[], week: number): WeekRun {
    const run = weeks.get(week) ?? this.#sorter(teams, week)
    weeks.delete(week)
    weeks.set(week, run)
    const [oldest] = weeks.keys()
    if (weeks.size > REMEMBERED && oldest !== undefined) weeks.delete(oldest)
    return run
  }

  #sorter(teams: readonly string[], week: number): WeekRun {
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

/** Weeks of the longest window, and one that leaves it. */
const REMEMBERED = 14

/** Numbers of the ISO weeks that a window is made of; null where it begins or ends within one. */
function weeksOf({ from, to }: TallyWindow): number[] | null {
  const [first, end] = [weekNumber(new Date(from)), weekNumber(new Date(to))]
  const isWhole = weekStart(first).getTime() === from && weekStart(end).getTime() === to
  return isWhole ? Array.from({ length: end - first }, (_, index) => first + index) : null
}
