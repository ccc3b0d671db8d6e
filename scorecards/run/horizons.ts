import { weekNumber, weekStart } from '#lib/period.ts'

/** Teams are measured over the metrics' own windows for the last half year. */
export const TEAM_WEEKS = 26

/** Sources for the last two years. */
export const SOURCE_WEEKS = 104

/** What is measured as it stands is looked for so long back, to be withdrawn. */
export const STANDING_WEEKS = 156

/** The last `count` week ends, as text. */
export function listWeekEnds(until: Date, count: number): string[] {
  const last = weekNumber(until)
  return Array.from({ length: count }, (_, back) => weekStart(last - back).toISOString())
}
