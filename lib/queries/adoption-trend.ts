import type { Reader } from '#db/connection.ts'
import { isPublished } from '#db/published.ts'
import { daysBefore, monthsBefore, trailingWeeks, weeksIn } from '#lib/period.ts'

/** Adoption of one path at one moment; every figure is null where nothing was measured. */
export interface AdoptionPoint {
  readonly at: Date
  /** ADO-02, 0 to 1. */
  readonly total: number | null
  /** ADO-01, 0 to 1. */
  readonly voluntary: number | null
  /** Teams in state adopted, of `eligible`. */
  readonly adopted: number | null
  readonly eligible: number | null
}

const TOTAL = 'ADO-02'
const VOLUNTARY = 'ADO-01'

/** One point for each of the `count` weeks that ended at or before `asOf`, oldest first. */
export async function getWeeklyAdoption(
  db: Reader,
  { pathId, asOf, count }: { pathId: string; asOf: Date; count: number },
): Promise<AdoptionPoint[]> {
  const weeks = weeksIn(trailingWeeks(asOf, count))
  const known = await readPoints(db, { from: weeks[0]?.to ?? asOf, to: asOf, pathId })
  const own = new Map(known.get(pathId)?.map((point) => [point.at.getTime(), point]))
  return weeks.map(({ to }) => own.get(to.getTime()) ?? nothingAt(to))
}

/**
 * Path id → one point for the newest measurement at or before `asOf`, and for the same day of each
 * of the `months` months before, oldest first. A measurement stands for 8 days at most.
 */
export async function getMonthlyAdoption(
  db: Reader,
  { asOf, months }: { asOf: Date; months: number },
): Promise<Map<string, AdoptionPoint[]>> {
  const marks = Array.from({ length: months + 1 }, (_, back) => monthsBefore(asOf, months - back))
  const from = daysBefore(marks[0] ?? asOf, LONGEST_STANDING_DAYS)
  const known = await readPoints(db, { from, to: asOf })
  return new Map(
    [...known].map(([pathId, points]) => [pathId, marks.map((mark) => newestAt(points, mark))]),
  )
}

const LONGEST_STANDING_DAYS = 8

function newestAt(points: readonly AdoptionPoint[], mark: Date): AdoptionPoint {
  const since = daysBefore(mark, LONGEST_STANDING_DAYS)
  return points.findLast(({ at }) => at <= mark && at >= since) ?? nothingAt(mark)
}

function nothingAt(at: Date): AdoptionPoint {
  return { at, total: null, voluntary: null, adopted: null, eligible: null }
}

/** Path id → its measurements in [from, to], oldest first. */
async function readPoints(
  db: Reader,
  { from, to, pathId }: { from: Date; to: Date; pathId?: string },
): Promise<Map<string, AdoptionPoint[]>> {
  let query = db
    .selectFrom('measurements')
    .select(['path_id', 'window_end', 'metric_id', 'value', 'numerator', 'denominator'])
    .where('metric_id', 'in', [TOTAL, VOLUNTARY])
    .where('team_id', '=', '')
    .where('source_id', '=', '')
    .where('window_kind', '=', 'own')
    .where('window_end', '>=', from.toISOString())
    .where('window_end', '<=', to.toISOString())
    .where(isPublished)
  if (pathId !== undefined) query = query.where('path_id', '=', pathId)
  const points = new Map<string, Map<string, AdoptionPoint>>()
  for (const row of await query.orderBy('window_end').execute()) {
    const path = points.get(row.path_id) ?? new Map<string, AdoptionPoint>()
    points.set(row.path_id, path)
    const before = path.get(row.window_end) ?? nothingAt(new Date(row.window_end))
    path.set(
      row.window_end,
      row.metric_id === TOTAL
        ? { ...before, total: row.value, adopted: row.numerator, eligible: row.denominator }
        : { ...before, voluntary: row.value },
    )
  }
  return new Map([...points].map(([id, path]) => [id, [...path.values()]]))
}
