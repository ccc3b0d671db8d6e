import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { type Aggregate, aggregates, type Estimate } from '#scorecards/impact/aggregate.ts'
import { type Cell, estimateCells } from '#scorecards/impact/cells.ts'
import { multiplierBootstrap } from '#scorecards/impact/multiplier-bootstrap.ts'
import { toPanel, type UnitSeries } from '#scorecards/impact/panel.ts'
import { waldPretest } from '#scorecards/impact/pretest.ts'
import { randomise } from '#scorecards/impact/randomisation.ts'
import { smallSampleOverall } from '#scorecards/impact/small-sample.ts'
import { type Study, toStudy } from '#scorecards/impact/study.ts'
import { adapter, toPair } from '#test/vectors/statistic-adapters.ts'

const Options = z.object({
  control: z.enum(['notyet', 'never']).default('notyet'),
  basePeriod: z.enum(['varying', 'universal']).default('varying'),
  anticipation: z.number().default(0),
  keep: z.enum(['all', 'ever_treated']).default('all'),
})

const Table = Options.extend({
  csv: z.string(),
  unit: z.string(),
  time: z.string(),
  outcome: z.string(),
  first: z.string(),
  cluster: z.string().optional(),
})

const Listed = Options.extend({
  panel: z.record(
    z.string(),
    z.object({ first: z.number().nullable(), y: z.array(z.number().nullable()) }),
  ),
  periods: z.array(z.number()),
})

const Inputs = z.union([Table, Listed])
type Inputs = z.output<typeof Inputs>

/** The study that the inputs ask for; null when nothing can be compared. */
function studyOf(inputs: Inputs): Study | null {
  const { series, periods } = 'csv' in inputs ? readTable(inputs) : fromList(inputs)
  return toStudy(toPanel(series, periods, inputs.keep).panel, inputs)
}

function fromList({ panel, periods }: z.output<typeof Listed>) {
  const series = Object.entries(panel).map(([unit, { first, y }]) => ({
    unit,
    first,
    outcomes: y,
  }))
  return { series, periods }
}

const Rows = z.array(z.record(z.string(), z.string()))

function readTable(inputs: z.output<typeof Table>) {
  const rows = Rows.parse(parse(readFileSync(inputs.csv), { columns: true, bom: true }))
  const numberIn = (row: Record<string, string> | undefined, column: string) => {
    const text = row?.[column]?.trim()
    return text === undefined || text === '' ? null : z.coerce.number().nullable().parse(text)
  }
  const periodOf = (row: Record<string, string>) => numberIn(row, inputs.time) ?? Number.NaN
  const periods = [...new Set(rows.map(periodOf))].toSorted((a, b) => a - b)
  const byUnit = [...Map.groupBy(rows, (row) => row[inputs.unit] ?? '')]
  const series = byUnit.map(([unit, own]): UnitSeries => {
    const byPeriod = new Map(own.map((row) => [periodOf(row), row]))
    const cluster = inputs.cluster === undefined ? undefined : own[0]?.[inputs.cluster]
    return {
      unit,
      first: numberIn(own[0], inputs.first),
      outcomes: periods.map((period) => numberIn(byPeriod.get(period), inputs.outcome)),
      ...(cluster === undefined ? {} : { cluster }),
    }
  })
  return { series, periods }
}

const toCell = ({ isPost, influence, ...cell }: Cell) => ({ ...cell, post: isPost })

const toAggregate = ({ overall, rows }: Aggregate) => ({
  overall: overall?.att,
  se: overall?.se,
  rows: rows.map(({ e, att, se }) => ({ e, att, se })),
})

const allAggregates = (study: Study, cells: readonly Cell[]) =>
  Object.fromEntries(
    Object.entries(aggregates).map(([name, aggregate]) => [
      name,
      toAggregate(aggregate(study, cells)),
    ]),
  )

const level = z.literal(0.95)
const draws = { B: z.int(), seed: z.int() }

const influences = (rows: readonly Estimate[]) => rows.map(({ influence }) => influence)

export const impactAdapters: Readonly<Record<string, (inputs: unknown) => unknown>> = {
  callawaySantAnna: adapter(Inputs, (inputs) => {
    const study = studyOf(inputs)
    if (study === null) return null
    const cells = estimateCells(study)
    return {
      cells: cells.map(toCell),
      agg: allAggregates(study, cells),
      pretest: waldPretest(study),
    }
  }),
  csSmallSampleGroupOverall: adapter(z.intersection(Inputs, z.object({ level })), (inputs) => {
    const study = studyOf(inputs)
    const estimate = study && smallSampleOverall(study)
    return estimate && { ...estimate, ci: toPair(estimate.ci) }
  }),
  csRandomisation: adapter(
    z.intersection(
      Inputs,
      z.object({ statistic: z.enum(['group_overall_t', 'pretrend_max_t']), ...draws }),
    ),
    ({ statistic, B, seed, ...inputs }) => {
      const study = studyOf(inputs)
      const found = study && randomise(study, { statistic, replicates: B, seed })
      return found && { stat: found.statistic, p: found.p }
    },
  ),
  csMultiplierBootstrap: adapter(
    z.intersection(
      Inputs,
      z.object({
        aggregate: z.enum(['simple', 'group', 'dynamic', 'calendar']),
        weights: z.enum(['rademacher', 'mammen']),
        level: z.number(),
        ...draws,
      }),
    ),
    ({ aggregate, weights, B, seed, level: within, ...inputs }) => {
      const study = studyOf(inputs)
      if (study === null) return null
      const { rows } = aggregates[aggregate](study, estimateCells(study))
      const options = { weights, replicates: B, seed, level: within }
      const { errors, critical } = multiplierBootstrap(influences(rows), options)
      return { seBootstrap: errors, crit: critical }
    },
  ),
}
