import { metricAdapters } from '#test/vectors/metric-adapters.ts'
import { statisticAdapters } from '#test/vectors/statistic-adapters.ts'

/** What each function of the vector file is here. */
export const adapters: ReadonlyMap<string, (inputs: unknown) => unknown> = new Map([
  ...Object.entries(statisticAdapters),
  ...Object.entries(metricAdapters),
])
