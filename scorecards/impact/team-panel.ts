import type { Period } from '#lib/period.ts'
import type { Origin } from '#scorecards/adoption/origin.ts'
import {
  type OutcomeEvent,
  type OutcomeStatistic,
  outcomesOf,
  type PeriodGrid,
  type PeriodOutcome,
  periodOf,
  toGrid,
} from '#scorecards/impact/outcome-series.ts'
import { type Dropped, type DropReason, type Panel, toPanel } from '#scorecards/impact/panel.ts'

/** A team and what its work was like before and after it adopted the path, if it did. */
export interface TeamHistory {
  readonly team: string
  /** Monday 00:00 UTC; `never`: it has not adopted; null: nobody knows. */
  readonly firstAdoptedWeek: Date | 'never' | null
  /** Why it adopted; null for a team that did not. */
  readonly origin: Origin | null
  /** Whether it left the path since; null when that is not known. It counts as an adopter still. */
  readonly hasLapsed: boolean | null
  /** Services that it works on, also such as it shares with other teams. */
  readonly services: readonly string[]
  readonly outcome: readonly OutcomeEvent[]
  /** What teams that are not independent have in common. */
  readonly cluster?: string
}

export interface PanelQuestion {
  /** Fully covered by the source of the outcome. */
  readonly span: Period
  readonly statistic: OutcomeStatistic
  /** Only adoptions of these origins; null: all. */
  readonly origins: readonly Origin[] | null
  readonly teams: readonly TeamHistory[]
}

export type ExclusionReason = DropReason | 'other_origin'

export interface TeamPanel {
  readonly panel: Panel
  readonly grid: PeriodGrid
  readonly dropped: readonly { readonly unit: string; readonly why: ExclusionReason }[]
  /** For each team of the panel its outcome in every period of the grid. */
  readonly outcomes: ReadonlyMap<string, readonly PeriodOutcome[]>
}

const WEEKS = 4
const LONGER_WEEKS = 8
/** Fewer cannot hold two periods before an adoption and one after it. */
const FEWEST_PERIODS = 3
const MOST_DROPPED = 0.3

/**
 * The panel of section 11.2 of the metric reference: periods of four weeks; where more than 30 % of the
 * teams would leave because some period has too few events, of eight weeks; where that is no help, the
 * longest run of four-week periods in which it does not happen, of equal ones that which keeps most
 * teams, then the latest. If there is none, eight weeks: what is left then decides.
 */
export function toTeamPanel(question: PanelQuestion): TeamPanel {
  const isWanted = ({ origin, firstAdoptedWeek }: TeamHistory) =>
    question.origins === null ||
    !(firstAdoptedWeek instanceof Date) ||
    (origin !== null && question.origins.includes(origin))
  const unwanted = question.teams.filter((team) => !isWanted(team))
  const wanted = { ...question, teams: question.teams.filter(isWanted) }
  const chosen = choose(wanted)
  const others = unwanted.map(({ team }) => ({ unit: team, why: 'other_origin' as const }))
  return { ...chosen, dropped: [...chosen.dropped, ...others] }
}

type Candidate = Omit<TeamPanel, 'dropped'> & { readonly dropped: readonly Dropped[] }

function choose(question: PanelQuestion): Candidate {
  const inPeriodsOf = (weeks: number) => panelsOf(question, weeks)
  const [short, long] = [inPeriodsOf(WEEKS), inPeriodsOf(LONGER_WEEKS)]
  const designs = [short.between(0, short.count), long.between(0, long.count)]
  return designs.find(isFull) ?? longestFull(short) ?? long.between(0, long.count)
}

function longestFull({ count, between }: Panels): Candidate | undefined {
  for (let length = count - 1; length >= FEWEST_PERIODS; length -= 1) {
    const runs = Array.from({ length: count - length + 1 }, (_, from) => count - length - from)
    const full = runs
      .map((from) => between(from, from + length))
      .filter((one) => isFull(one) && one.panel.units.length > 0)
      .toSorted((a, b) => b.panel.units.length - a.panel.units.length)
    if (full[0] !== undefined) return full[0]
  }
  return undefined
}

function isFull({ panel, dropped }: Candidate): boolean {
  const missing = dropped.filter(({ why }) => why === 'missing_period').length
  return missing <= MOST_DROPPED * (panel.units.length + missing)
}

interface Panels {
  /** Of the whole grid. */
  readonly count: number
  /** The panel of its periods [from, to), counted from 0. */
  readonly between: (from: number, to: number) => Candidate
}

function panelsOf({ span, statistic, teams }: PanelQuestion, weeks: number): Panels {
  const grid = toGrid(span, weeks)
  const outcomes = new Map(
    teams.map(({ team, outcome }) => [team, outcomesOf(outcome, statistic, grid)]),
  )
  const between = (from: number, to: number): Candidate => {
    const series = teams.map((one) => ({
      unit: one.team,
      first: firstPeriod(one, grid),
      outcomes: (outcomes.get(one.team) ?? []).slice(from, to).map(({ value }) => value),
      ...(one.cluster === undefined ? {} : { cluster: one.cluster }),
    }))
    const periods = Array.from({ length: to - from }, (_, index) => from + index + 1)
    return { ...toPanel(series, periods), grid, outcomes }
  }
  return { count: grid.count, between }
}

/** 0 is kept for teams that never adopted: one that did before the grid counts as from its start. */
function firstPeriod({ firstAdoptedWeek }: TeamHistory, grid: PeriodGrid): number | null {
  if (firstAdoptedWeek === null) return null
  return firstAdoptedWeek === 'never' ? 0 : Math.max(1, periodOf(grid, firstAdoptedWeek))
}
