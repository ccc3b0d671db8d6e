import { z } from 'zod'
import {
  clusterRatio,
  kaplanMeier,
  type Limits,
  median,
  medianInterval,
  orderStatisticRanks,
  quantile,
  tQuantile,
  wilson,
} from '#lib/stats.ts'
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

const level = z.literal(0.95)
const values = z.array(z.number())
const limit = z.number().nullable()

export const statisticAdapters: Readonly<Record<string, Adapter>> = {
  wilson: adapter(
    z.object({ x: z.number(), n: z.number(), level: level.optional(), z: z.number().optional() }),
    ({ x, n, z }) => toPair(wilson(x, n, z)),
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
