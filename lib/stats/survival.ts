import { type Interval, type Limits, Z } from '#lib/stats/level.ts'

/** How long a case was watched, and whether it then ended or only the watching did. */
export interface Duration {
  readonly time: number
  readonly ended: boolean
}

export interface SurvivalPoint {
  readonly time: number
  /** Cases watched until then or longer. */
  readonly atRisk: number
  readonly events: number
  /** Share that lasts longer. */
  readonly survival: number
  /** Null where nobody is left. */
  readonly ci: Interval | null
}

export interface Survival {
  /** One point for every time at which a case ended, in order. */
  readonly curve: readonly SurvivalPoint[]
  /** Null when more than half last longer than they were watched. */
  readonly median: number | null
  readonly medianCi: Limits
}

/**
 * How long cases last when some have not ended yet: E. L. Kaplan and P. Meier, Journal of the
 * American Statistical Association 53 (1958), with Greenwood's variance on the log-log scale and
 * the median's interval of R. Brookmeyer and J. Crowley, Biometrics 38 (1982). A case that ends at
 * the moment at which the watching of another does still had that other beside it.
 */
export function kaplanMeier(durations: readonly Duration[]): Survival {
  const curve = survivalCurve(durations)
  const firstTime = (isReached: (point: SurvivalPoint) => boolean) =>
    curve.find(isReached)?.time ?? null
  return {
    curve,
    median: timeAtSurvival(curve, 0.5),
    medianCi: {
      low: firstTime(({ ci }) => ci === null || ci.low <= 0.5 + ROUNDING),
      high: firstTime(({ ci }) => ci === null || ci.high <= 0.5 + ROUNDING),
    },
  }
}

const ROUNDING = 1e-12

/** The first time by which no more than a share `level` is left; null when that did not come. */
export function timeAtSurvival(curve: readonly SurvivalPoint[], level: number): number | null {
  return curve.find(({ survival }) => survival <= level + ROUNDING)?.time ?? null
}

/**
 * The share that has ended by `time`; null where no case was watched for so long and some have not
 * ended.
 */
export function endedShare(durations: readonly Duration[], time: number): number | null {
  const reached = survivalCurve(durations).findLast((point) => point.time <= time)
  const survival = reached?.survival ?? 1
  const isKnown = survival === 0 || durations.some((duration) => duration.time >= time)
  return isKnown ? 1 - survival : null
}

function survivalCurve(durations: readonly Duration[]): SurvivalPoint[] {
  const byTime = [...Map.groupBy(durations, ({ time }) => time)].toSorted(([a], [b]) => a - b)
  const curve: SurvivalPoint[] = []
  let atRisk = durations.length
  let survival = 1
  let greenwood = 0
  for (const [time, cases] of byTime) {
    const events = cases.filter(({ ended }) => ended).length
    if (events > 0) {
      survival *= 1 - events / atRisk
      greenwood += events / (atRisk * (atRisk - events))
      curve.push({ time, atRisk, events, survival, ci: logLogLimits(survival, greenwood) })
    }
    atRisk -= cases.length
  }
  return curve
}

function logLogLimits(survival: number, greenwood: number) {
  if (survival <= 0) return null
  const theta = (Z * Math.sqrt(greenwood)) / Math.log(survival)
  return { low: survival ** Math.exp(-theta), high: survival ** Math.exp(theta) }
}
