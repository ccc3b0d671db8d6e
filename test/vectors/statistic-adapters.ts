import { z } from 'zod'
import { poissonRate, rateRatio } from '#lib/stats/counts.ts'
import { chiSquareQuantile, tQuantile } from '#lib/stats/distributions.ts'
import type { Limits } from '#lib/stats/level.ts'
import { findSignals, naturalLimits } from '#lib/stats/process-behaviour.ts'
import {
  clopperPearson,
  clusterRatio,
  proportionDifference,
  wilson,
} from '#lib/stats/proportions.ts'
import { median, medianInterval, orderStatisticRanks, quantile } from '#lib/stats/quantiles.ts'
import { medianDifference, mulberry32 } from '#lib/stats/random.ts'
import { kaplanMeier } from '#lib/stats/survival.ts'
import { bandOf } from '#scorecards/measure.ts'

type Adapter = (inputs: unknown) => unknown

/** Reads the inputs of a vector and gives its function what it takes. */
export function adapter<Schema extends z.ZodType>(
  schema: Schema,
  compute: (inputs: z.output<Schema>) => unknown,
): Adapter {
  return (inputs) => compute(schema.parse(inputs))
}

export const toPair = (limits: Limits | null) => limits && [limits.low, limits.high]

/** A value with its interval as a pair. */
const toValue = (result: { readonly value: number | null; readonly ci: Limits | null } | null) =>
  result && { value: result.value, ci: toPair(result.ci) }

const level = z.literal(0.95)
const series = z.array(z.number().nullable())
const values = z.array(z.number())
const limit = z.number().nullable()

export const statisticAdapters: Readonly<Record<string, Adapter>> = {
  wilson: adapter(
    z.object({ x: z.number(), n: z.number(), level: level.optional(), z: z.number().optional() }),
    ({ x, n, z }) => toPair(wilson(x, n, z)),
  ),
  clopperPearson: adapter(z.object({ x: z.number(), n: z.number(), level }), ({ x, n }) =>
    toPair(clopperPearson(x, n)),
  ),
  newcombeDiff: adapter(
    z.object({ x1: z.number(), n1: z.number(), x2: z.number(), n2: z.number(), level }),
    ({ x1, n1, x2, n2 }) => {
      const first = { successes: x1, trials: n1 }
      return toValue(proportionDifference(first, { successes: x2, trials: n2 }))
    },
  ),
  poissonRateCI: adapter(
    z.object({ k: z.number(), exposure: z.number(), level }),
    ({ k, exposure }) => toValue(poissonRate(k, exposure)),
  ),
  rateRatio: adapter(
    z.object({ k1: z.number(), t1: z.number(), k2: z.number(), t2: z.number(), level }),
    ({ k1, t1, k2, t2 }) =>
      toValue(rateRatio({ events: k1, exposure: t1 }, { events: k2, exposure: t2 })),
  ),
  xmrLimits: adapter(z.object({ xs: series }), ({ xs }) => {
    const limits = naturalLimits(xs)
    return (
      limits && {
        mean: limits.mean,
        mrBar: limits.meanRange,
        unpl: limits.upper,
        lnpl: limits.lower,
        url: limits.upperRange,
      }
    )
  }),
  xmrSignals: adapter(z.object({ baseline: series, xs: series }), ({ baseline, xs }) => {
    const limits = naturalLimits(baseline)
    return limits && findSignals(limits, xs)
  }),
  mulberry32: adapter(z.object({ seed: z.int(), count: z.int() }), ({ seed, count }) => {
    const random = mulberry32(seed)
    return Array.from({ length: count }, random)
  }),
  bootstrapMedianDiff: adapter(
    z.object({ a: values, b: values, B: z.int(), seed: z.int(), level }),
    ({ a, b, B, seed }) => toValue(medianDifference(a, b, { seed, replicates: B })),
  ),
  chi2Quantile: adapter(z.object({ p: z.number(), df: z.number() }), ({ p, df }) =>
    chiSquareQuantile(p, df),
  ),
  quantile7: adapter(z.object({ xs: values, p: z.number() }), ({ xs, p }) => quantile(xs, p)),
  orderStatRanks: adapter(z.object({ n: z.int(), p: z.number(), level }), ({ n, p }) => {
    const ranks = orderStatisticRanks(n, p)
    return ranks && [ranks.lower, ranks.upper, ranks.coverage]
  }),
  medianWithCI: adapter(z.object({ xs: values, level }), ({ xs }) => {
    const ranks = orderStatisticRanks(xs.length, 0.5)
    return {
      value: median(xs),
      ci: toPair(medianInterval(xs)),
      ranks: ranks && [ranks.lower, ranks.upper],
      coverage: ranks?.coverage,
    }
  }),
  clusterRatio: adapter(z.object({ num: values, den: values, level }), ({ num, den }) => {
    const ratio = clusterRatio(
      num.map((numerator, index) => ({ numerator, denominator: den[index] ?? 0 })),
    )
    return { ...ratio, ci: toPair(ratio.ci) }
  }),
  tQuantile: adapter(z.object({ p: z.number(), df: z.int() }), ({ p, df }) => tQuantile(p, df)),
  kaplanMeier: adapter(
    z.object({ times: values, events: z.array(z.literal([0, 1])), level }),
    ({ times, events }) => {
      const survival = kaplanMeier(
        times.map((time, index) => ({ time, ended: events[index] === 1 })),
      )
      return {
        curve: survival.curve.map(({ time, survival: S, ci, ...point }) => ({
          ...point,
          t: time,
          S,
          ci: toPair(ci),
        })),
        median: survival.median,
        medianCI: toPair(survival.medianCi),
      }
    },
  ),
  band: adapter(
    z.object({
      value: limit,
      ci: z.tuple([limit, limit]).nullable(),
      good: z.number(),
      bad: z.number(),
      direction: z.enum(['higher', 'lower']),
    }),
    ({ value, ci, good, bad, direction }) =>
      bandOf(value, ci && { low: ci[0], high: ci[1] }, { good, bad }, direction),
  ),
}
