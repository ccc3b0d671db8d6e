import {
  daysBefore,
  monthsIn,
  type Period,
  quartersIn,
  weekNumber,
  weekStart,
  weeksIn,
} from '#lib/period.ts'
import type { TallyWindow } from '#scorecards/delivery/tally.ts'
import type { WindowKind } from '#scorecards/measurement-row.ts'

/** A window that is measured, and until when it is told: what is still to come of it is not. */
export interface DeliveryWindow extends TallyWindow {
  readonly kind: Exclude<WindowKind, 'own'>
  /** Of the whole window, also what is still to come. */
  readonly end: number
}

/**
 * Weeks, months and fiscal quarters since `from`, as they stand at `until`. What has ended is told by
 * all that is known at `until`: its failures may show later.
 */
export function listWindows(from: Date, until: Date, fiscalYearStart: number): DeliveryWindow[] {
  const span = { from, to: until }
  const toWindows = (kind: DeliveryWindow['kind'], periods: readonly Period[]) =>
    periods.map(
      (period): DeliveryWindow => ({
        kind,
        from: period.from.getTime(),
        to: Math.min(period.to.getTime(), until.getTime()),
        end: period.to.getTime(),
        asOf: until.getTime(),
      }),
    )
  return [
    ...toWindows('week', weeksIn(span)),
    ...toWindows('month', monthsIn(span)),
    ...toWindows('quarter', quartersIn(span, fiscalYearStart)),
  ]
}

/** The days that a metric looks back on at each of the last `count` week ends, the newest last. */
export function listOwnWindows(until: Date, count: number, days: number): TallyWindow[] {
  const last = weekNumber(until)
  return Array.from({ length: count }, (_, index) => {
    const asOf = weekStart(last - count + 1 + index)
    return { from: daysBefore(asOf, days).getTime(), to: asOf.getTime(), asOf: asOf.getTime() }
  })
}
