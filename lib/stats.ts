/** The 97.5 % point of the standard normal distribution: all intervals here are of 95 %. */
const Z = 1.959963984540054
/** The share on either side of an interval. */
const TAIL = 0.025

/** A limit that was not reached is null. */
export interface Limits {
  readonly low: number | null
  readonly high: number | null
}

/**
 * Wilson score interval of `x` successes in `n` trials, without continuity correction. Null when
 * there were no trials. E. B. Wilson, Journal of the American Statistical Association 22 (1927).
 */
export function wilson(x: number, n: number, z = Z): { low: number; high: number } | null {
  if (n === 0) return null
  const p = x / n
  const scale = 1 + z ** 2 / n
  const centre = (p + z ** 2 / (2 * n)) / scale
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))
  return {
    low: x === 0 ? 0 : Math.max(0, centre - half),
    high: x === n ? 1 : Math.min(1, centre + half),
  }
}

export interface ClusterRatio {
  /** Null when every denominator is 0. */
  readonly value: number | null
  /** These are null below two clusters: one says nothing of how clusters differ. */
  readonly se: number | null
  readonly t: number | null
  readonly ci: { readonly low: number; readonly high: number } | null
  /** Clusters with a denominator. */
  readonly clusters: number
}

/**
 * Σ numerators / Σ denominators over clusters of events that are alike, with its linearised
 * standard error and a Student t interval within 0 to 1. W. G. Cochran, Sampling Techniques,
 * third edition (1977), section 2.11.
 */
export function clusterRatio(
  all: readonly { readonly numerator: number; readonly denominator: number }[],
): ClusterRatio {
  const clusters = all.filter(({ denominator }) => denominator > 0)
  const m = clusters.length
  const total = sum(clusters.map(({ denominator }) => denominator))
  if (m === 0) return { value: null, se: null, t: null, ci: null, clusters: 0 }
  const value = sum(clusters.map(({ numerator }) => numerator)) / total
  if (m < 2) return { value, se: null, t: null, ci: null, clusters: m }
  const residuals = clusters.map((one) => (one.numerator - value * one.denominator) ** 2)
  const se = Math.sqrt((m / (m - 1)) * sum(residuals)) / total
  const t = tQuantile(1 - TAIL, m - 1)
  const ci = { low: Math.max(0, value - t * se), high: Math.min(1, value + t * se) }
  return { value, se, t, ci, clusters: m }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Student's t: the point below which a share `p` of it lies, `p` from 0.5 to below 1, whole `df`. */
export function tQuantile(p: number, df: number): number {
  const within = 2 * p - 1
  let low = 0
  let high = 1
  while (tWithin(high, df) < within) high *= 2
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (tWithin(middle, df) < within) low = middle
    else high = middle
  }
}

/**
 * The chance that |t| with whole `df` is at most `t`: a finite sum for every number of degrees of
 * freedom. M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 */
function tWithin(t: number, df: number): number {
  const angle = Math.atan(t / Math.sqrt(df))
  const cosSquared = Math.cos(angle) ** 2
  const isOdd = df % 2 === 1
  if (df === 1) return (2 * angle) / Math.PI
  let term = isOdd ? Math.cos(angle) : 1
  let series = term
  for (let k = isOdd ? 3 : 2; k < df; k += 2) {
    term *= (cosSquared * (k - 1)) / k
    series += term
  }
  const area = Math.sin(angle) * series
  return isOdd ? (2 / Math.PI) * (angle + area) : area
}

/**
 * The `p` quantile of `values`, in their own unit, for `p` from 0 to 1. Interpolates
 * between neighbours (Hyndman and Fan type 7, the default of R and NumPy). Null when
 * there are no values: absence is not zero.
 */
export function quantile(values: readonly number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * p
  const below = sorted[Math.floor(position)]
  const above = sorted[Math.ceil(position)]
  if (below === undefined || above === undefined) return null
  return below + (position - Math.floor(position)) * (above - below)
}

/** The middle value; between two middle values, their mean. Null when there are no values. */
export const median = (values: readonly number[]) => quantile(values, 0.5)

export interface Ranks {
  /** Counted from 1. */
  readonly lower: number
  readonly upper: number
  /** The chance that the quantile lies between them: at least 0.95. */
  readonly coverage: number
}

/**
 * Which of `n` values in order hold the `p` quantile between them, whatever the distribution. Null
 * when there are too few. H. A. David and H. N. Nagaraja, Order Statistics, third edition (2003),
 * section 7.1.
 */
export function orderStatisticRanks(n: number, p: number): Ranks | null {
  const atMost = binomialCumulative(n, p)
  const below = (rank: number) => atMost[rank - 1] ?? 0
  const lower = atMost.findLastIndex((chance) => chance <= TAIL) + 1
  const upper = atMost.findIndex((_, rank) => 1 - below(rank) <= TAIL)
  if (lower < 1 || upper < 1 || upper > n) return null
  return { lower, upper, coverage: below(upper) - below(lower) }
}

/** P(B ≤ k) of `n` trials that succeed with chance `p`, for k from 0 to n. */
function binomialCumulative(n: number, p: number): number[] {
  const odds = Math.log(p / (1 - p))
  // Summed in logarithms: the first chance of many trials is smaller than any number.
  let logChance = n * Math.log1p(-p)
  let total = 0
  const cumulative: number[] = []
  for (let k = 0; k <= n; k += 1) {
    total += Math.exp(logChance)
    cumulative.push(total)
    logChance += Math.log((n - k) / (k + 1)) + odds
  }
  return cumulative
}

/** The interval of the median that `orderStatisticRanks` gives; null when there are too few values. */
export function medianInterval(values: readonly number[]): { low: number; high: number } | null {
  const ranks = orderStatisticRanks(values.length, 0.5)
  if (ranks === null) return null
  const sorted = values.toSorted((a, b) => a - b)
  const low = sorted[ranks.lower - 1]
  const high = sorted[ranks.upper - 1]
  return low === undefined || high === undefined ? null : { low, high }
}

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
  readonly ci: { readonly low: number; readonly high: number } | null
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
