import { millisecondsInDay } from 'date-fns/constants'
import type { Span } from '#scorecards/adoption/spans.ts'
import { type CoveredInterval, joined } from '#scorecards/coverage.ts'

/** Successive days in UTC, counted since 1970: [first, first + count). */
export interface Days {
  readonly first: number
  readonly count: number
}

export const dayOf = (instant: number) => Math.floor(instant / millisecondsInDay)

/** How many of the first so many days were covered from beginning to end; one entry more than days. */
export type CoveredDays = Int32Array

export function toCoveredDays(
  { first, count }: Days,
  intervals: readonly Pick<CoveredInterval, 'from' | 'to'>[],
): CoveredDays {
  const isCovered = new Uint8Array(count)
  // One source may have read the morning of a day, and another the rest.
  for (const { from, to } of joined(intervals)) {
    const start = Math.max(0, Math.ceil(from / millisecondsInDay) - first)
    const end = Math.min(count, dayOf(to) - first)
    if (start < end) isCovered.fill(1, start, end)
  }
  const sums = new Int32Array(count + 1)
  for (let day = 0; day < count; day += 1) sums[day + 1] = (sums[day] ?? 0) + (isCovered[day] ?? 0)
  return sums
}

/** Covered days in [from, to), which are places in the calendar. */
export const coveredIn = (days: CoveredDays, from: number, to: number) =>
  (days[Math.max(0, to)] ?? 0) - (days[Math.max(0, from)] ?? 0)

/** By day, the place of the team that owned a service at the end of it; -1: nobody, or no service. */
export function toOwnerOfDay(
  { first, count }: Days,
  service: {
    readonly owners: readonly Span<string | null>[]
    readonly createdAt: string | null
    readonly goneAt: string | null
  },
  placeOf: (team: string) => number,
): Int32Array {
  const owners = new Int32Array(count).fill(-1)
  const place = (instant: string | null, otherwise: number) =>
    instant === null ? otherwise : dayOf(Date.parse(instant)) - first
  const begin = Math.max(0, place(service.createdAt, 0))
  const end = Math.min(count, place(service.goneAt, count))
  for (const { value, from, to } of service.owners) {
    const start = Math.max(begin, place(from, 0))
    const stop = Math.min(end, place(to, count))
    if (value !== null && start < stop) owners.fill(placeOf(value), start, stop)
  }
  return owners
}
