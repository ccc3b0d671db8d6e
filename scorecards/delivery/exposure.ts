import { millisecondsInDay, millisecondsInWeek } from 'date-fns/constants'
import { type Period, weeksIn } from '#lib/period.ts'
import { type CoveredInterval, coveredShare } from '#scorecards/coverage.ts'
import { isIn } from '#scorecards/delivery/production.ts'

/** A service, with when all its deployments were read. */
export interface CoveredService {
  readonly id: string
  readonly covered: readonly Pick<CoveredInterval, 'from' | 'to'>[]
}

/** The weeks in which the deployments of services would have been seen. */
export interface Exposure {
  /** Days of all services together. */
  readonly days: number
  /** The same in weeks. */
  readonly weeks: number
  /** Weeks of a service, whole or cut by the window, that were read from beginning to end. */
  readonly seen: number
  /** Those that were not. */
  readonly gaps: number
  readonly isSeen: (serviceId: string, instant: Date) => boolean
  /** Counts the weeks of the window; for instants within it. */
  readonly weekOf: (instant: Date) => number
  /** Whole weeks in which every service was seen. */
  readonly wholeWeeks: readonly Period[]
}

/**
 * Of each service, the ISO weeks of `window` that were read from beginning to end. A week that the
 * window cuts is there with the part inside it, so that 30 days are 30/7 weeks and not four.
 */
export function exposureOf(services: readonly CoveredService[], window: Period): Exposure {
  const weeks = weeksIn(window).map((week) => clip(week, window))
  const byService = new Map(
    services.map(({ id, covered }) => [id, weeks.filter((week) => isCovered(covered, week))]),
  )
  const seen = [...byService.values()]
  const days = seen.flat().reduce((total, week) => total + lengthOf(week), 0) / millisecondsInDay
  const count = seen.flat().length
  const weekOf = (instant: Date) => weeks.findLastIndex(({ from }) => from <= instant)
  return {
    days,
    weeks: days / 7,
    seen: count,
    gaps: seen.length * weeks.length - count,
    isSeen: (serviceId, instant) =>
      byService.get(serviceId)?.some((week) => isIn(week, instant)) ?? false,
    weekOf,
    wholeWeeks: weeks.filter(
      (week) =>
        lengthOf(week) === millisecondsInWeek &&
        seen.length > 0 &&
        seen.every((own) => own.includes(week)),
    ),
  }
}

const lengthOf = ({ from, to }: Period) => to.getTime() - from.getTime()

const clip = ({ from, to }: Period, window: Period): Period => ({
  from: from < window.from ? window.from : from,
  to: to > window.to ? window.to : to,
})

const isCovered = (covered: CoveredService['covered'], { from, to }: Period) =>
  coveredShare(covered, from.getTime(), to.getTime()) === 1
