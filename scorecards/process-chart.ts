import { baselines, findSignals, type NaturalLimits } from '#lib/stats/process-behaviour.ts'

/** Weeks that a chart shows. */
export const CHART_WEEKS = 26

/** How many of the last points a signal must lie in to say something of now. */
const RECENT = 8

/** Where a weekly series stands on its process-behaviour (XmR) chart. */
export interface ProcessChart {
  /** Of the baseline that holds now. */
  readonly limits: NaturalLimits
  /**
   * A point above the upper limit (R1) or a run of eight above the mean (R2) in the last eight
   * entries of the series.
   */
  readonly isTrendingUp: boolean
}

/** Null below ten points, which give no limits. A null in `series`, oldest first, is a gap. */
export function processChart(series: readonly (number | null)[]): ProcessChart | null {
  const current = baselines(series).accepted.at(-1)
  if (current === undefined) return null
  const { from, limits } = current
  const judged = series.slice(from)
  const isTrendingUp = findSignals(limits, judged).some(({ rule, index, side }) => {
    if (index < judged.length - RECENT) return false
    return rule === 'R1' ? isAbove(judged[index], limits) : rule === 'R2' && side === 'above'
  })
  return { limits, isTrendingUp }
}

const isAbove = (value: number | null | undefined, { upper }: NaturalLimits) =>
  value !== null && value !== undefined && value > upper

/** The chart as parts of a result; all null below ten points. Counts cannot fall below zero. */
export function chartParts(series: readonly (number | null)[]) {
  const chart = processChart(series)
  const lower = chart?.limits.lower ?? null
  return {
    chartPoints: series.filter((value) => value !== null).length,
    chartMean: chart?.limits.mean ?? null,
    chartUpper: chart?.limits.upper ?? null,
    chartLower: lower === null || lower < 0 ? null : lower,
    trendUp: chart?.isTrendingUp ?? null,
  }
}
