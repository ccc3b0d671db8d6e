import { z } from 'zod'
import { evaluateRule } from '#scorecards/diagnosis/evaluate-rule.ts'
import { diagnosisRules } from '#scorecards/diagnosis/rules.ts'
import { sliceOutcome } from '#scorecards/diagnosis/slice.ts'
import { type OutcomeArea, pathVerdict } from '#scorecards/diagnosis/verdict.ts'
import type { Band } from '#scorecards/result.ts'
import { adapter } from '#test/vectors/statistic-adapters.ts'

const Snapshot = z.record(z.string(), z.union([z.number(), z.boolean()]).nullable())

/** The areas under the names that vectors use. */
const AREAS: readonly (readonly [area: OutcomeArea, name: string])[] = [
  ['adoption', 'adoption'],
  ['speed', 'speed'],
  ['reliability', 'reliability'],
  ['support load', 'support'],
  ['satisfaction', 'satisfaction'],
  ['governance', 'governance'],
]

const bands: readonly [Band, ...Band[]] = [
  'good',
  'good_uncertain',
  'watch',
  'bad_uncertain',
  'bad',
  'insufficient',
  'none',
]

const Limits = z
  .tuple([z.number().nullable(), z.number().nullable()])
  .nullish()
  .transform((pair) => pair && { low: pair[0], high: pair[1] })
  .transform((limits) => limits ?? null)

const value = z.number().nullish().transform(orNull)
function orNull(given: number | null | undefined): number | null {
  return given ?? null
}

export const diagnosisAdapters: Readonly<Record<string, (inputs: unknown) => unknown>> = {
  pathVerdict: adapter(
    z.object({
      status: z.record(z.string(), z.string().nullable()),
      band: z.record(z.string(), z.enum(bands).nullable()),
      m: Snapshot,
      ageWeeks: value,
    }),
    ({ status, band, m, ageWeeks }) => {
      const areas = AREAS.map(([area, name]) => {
        const isOk = status[name] === 'ok'
        const standing = { status: isOk ? ('ok' as const) : ('no_data' as const) }
        return [area, { ...standing, band: band[name] ?? ('none' as const) }] as const
      })
      const path = { areas: Object.fromEntries(areas), snapshot: m, ageWeeks, metrics: [] }
      return pathVerdict(path).verdict
    },
  ),
  sliceOutcome: adapter(
    z.object({
      baseline: z.object({ value, coverage: value }).nullish(),
      current: z.object({ value, ci: Limits }).nullish(),
      target: z.number(),
      direction: z.enum(['higher', 'lower']),
      changeCI: Limits,
    }),
    ({ baseline, current, target, direction, changeCI }) =>
      sliceOutcome({
        baseline: baseline ?? null,
        current: current ?? null,
        target,
        direction,
        changeCi: changeCI,
      }),
  ),
  evaluateRule: adapter(
    z.object({ rule: z.string(), snapshot: Snapshot }),
    ({ rule, snapshot }) => {
      const found = diagnosisRules.find(({ id }) => id === rule)
      return found && evaluateRule(found, snapshot)
    },
  ),
}
