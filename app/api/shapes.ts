import { z } from 'zod'
import { PARTS } from '#scorecards/change/parts.ts'

/** What the API answers with; the OpenAPI document is made of these. */

const Instant = z.iso.datetime().meta({ description: 'An instant in UTC.' })
const Unknown = 'null where nothing is known'

const Days = z.object({ start: Instant, end: Instant }).meta({
  description:
    'Which days the value is over, the end not one of them; both ends alike for a state at a moment.',
})

const Interval = z
  .object({
    low: z.number().nullable(),
    high: z.number().nullable(),
    level: z.literal(0.95),
    method: z.string(),
  })
  .nullable()

export const Measurement = z
  .object({
    metricId: z.string(),
    definitionVersion: z.string(),
    engineVersion: z.string(),
    scope: z.object({
      pathId: z.string().optional(),
      teamId: z.string().optional(),
      cohort: z.string().optional(),
      sourceId: z.string().optional(),
    }),
    window: Days,
    asOf: Instant,
    computedAt: Instant,
    parameters: z.record(z.string(), z.unknown()),
    watermarks: z.record(z.string(), Instant),
    value: z
      .number()
      .nullable()
      .meta({ description: `In \`unit\`; ${Unknown}, \`status\` says why.` }),
    unit: z.string(),
    numerator: z.number().nullable(),
    denominator: z.number().nullable(),
    n: z.number().nullable().meta({ description: 'Cases used.' }),
    nUnknown: z.number(),
    notMatured: z.number(),
    coverage: z.number().min(0).max(1),
    ci: Interval,
    bounds: z.object({ low: z.number(), high: z.number() }).nullable(),
    parts: z.record(z.string(), z.union([z.number(), z.boolean(), z.null()])),
    status: z.string(),
    band: z.string(),
    flags: z.array(z.string()),
    guardrails: z.array(z.string()),
    evidence: z.array(
      z.union([
        z.object({ kind: z.string(), ids: z.array(z.string()) }),
        z
          .object({ kind: z.string(), count: z.number() })
          .meta({ description: 'Its rows are named by /api/v1/figures' }),
      ]),
    ),
  })
  .meta({ id: 'Measurement' })

export const Point = z
  .object({
    at: Instant,
    value: z.number().nullable().meta({ description: Unknown }),
    n: z.number().nullable(),
    compared: z
      .number()
      .nullable()
      .meta({ description: 'What it is compared with; null where there is nothing.' }),
  })
  .meta({ id: 'Point' })

export const Comparison = z
  .object({
    result: Measurement.meta({ description: 'Over the window asked for, as it stood at its end.' }),
    reference: Measurement.nullable().meta({
      description: 'Over the window that is compared with; null where there is none.',
    }),
    difference: z
      .number()
      .nullable()
      .meta({ description: 'Result less reference, in the unit; null where they do not compare.' }),
    incomparable: z.string().nullable().meta({ description: 'Why there is no difference.' }),
    ci: Interval.meta({ description: 'Of the difference.' }),
    noInterval: z.string().nullable().meta({ description: 'Why a difference has no interval.' }),
    ratio: z
      .object({ value: z.number().nullable(), ci: Interval })
      .nullable()
      .meta({ description: 'Result over reference, of rates alone.' }),
    target: z
      .object({
        value: z.number(),
        by: Instant.nullable(),
        outcome: z.string(),
        gap: z.number().nullable(),
      })
      .nullable()
      .meta({ description: 'Of the golden path, where it is asked for and there is one.' }),
    median: z.object({ value: z.number(), teams: z.number() }).nullable().meta({
      description:
        'Of the other teams over the same window, where it is asked for; null below five of them, and for what is of no team.',
    }),
  })
  .meta({ id: 'Comparison' })

export const SealedFigure = z
  .object({
    quarter: z.string().meta({ description: 'Fiscal, such as 2026-Q3.' }),
    sealedAt: Instant,
    hash: z.string().meta({ description: 'SHA-256 of all that was sealed of the quarter.' }),
    result: Measurement.meta({ description: 'As it was sealed.' }),
    isRestated: z.boolean(),
    current: Measurement.nullable().meta({
      description: 'What it says today; null where it is told no more.',
    }),
  })
  .meta({ id: 'SealedFigure' })

const Side = z
  .object({
    window: Days,
    asOf: Instant,
    value: z.number().nullable(),
    numerator: z.number().nullable(),
    denominator: z.number().nullable(),
    n: z.number().nullable(),
    unit: z.string(),
    status: z.string(),
    definitionVersion: z.string(),
  })
  .nullable()
  .meta({ description: 'null where there is no figure of that moment' })

export const Explanation = z
  .object({
    metricId: z.string(),
    scope: z.object({ pathId: z.string().optional(), teamId: z.string().optional() }),
    before: Side,
    after: Side,
    difference: z
      .number()
      .nullable()
      .meta({ description: 'After less before, in the unit; null where one has no value.' }),
    unitKind: z.enum(['team', 'service']),
    parts: z
      .array(
        z.object({
          part: z.enum(PARTS),
          amount: z.number(),
          units: z.array(
            z.object({
              id: z.string(),
              amount: z
                .number()
                .nullable()
                .meta({ description: 'null where only all of them together can be told' }),
            }),
          ),
        }),
      )
      .meta({ description: 'Their amounts add up to the difference.' }),
    untold: z
      .string()
      .nullable()
      .meta({ description: 'Why there are no parts; null when there are.' }),
  })
  .meta({ id: 'Explanation' })

export const Definition = z
  .object({
    id: z.string(),
    key: z.string(),
    name: z.string(),
    area: z.string(),
    isHeadline: z.boolean().optional(),
    unit: z.string(),
    direction: z.enum(['higher', 'lower', 'none']),
    toldOf: z
      .enum(['moment', 'wave'])
      .optional()
      .meta({ description: 'Left out: it can be measured over any window.' }),
    definition: z.string(),
    formula: z.string(),
    eligibleSet: z.string(),
    window: z.string(),
    minimumSample: z.string(),
    missingData: z.string(),
    interval: z.string(),
    bands: z.string(),
    misleadsWhen: z.string(),
    guardrails: z.array(z.string()),
    version: z.string(),
  })
  .meta({ id: 'Definition' })

export const GoldenPath = z
  .object({
    id: z.string(),
    name: z.string(),
    capability: z.string().nullable(),
    ownerId: z.string().nullable(),
    description: z.string().nullable(),
    availableSince: Instant,
    deprecatedOn: Instant.nullable(),
    states: z
      .record(z.string(), z.number())
      .meta({ description: 'Teams by adoption state; a state without a team is left out.' }),
  })
  .meta({ id: 'GoldenPath' })

export const Team = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.string().nullable(),
    parentId: z.string().nullable(),
    states: z
      .record(z.string(), z.string())
      .meta({ description: 'Golden path to adoption state; never scored ones are left out.' }),
  })
  .meta({ id: 'Team' })

export const SurveyWave = z
  .object({
    sourceId: z.string(),
    waveId: z.string(),
    name: z.string(),
    openedAt: Instant,
    closedAt: Instant,
    publishedAt: Instant,
    results: z.array(Measurement).meta({
      description:
        'By golden path, then of each group, which the parameter `group` names. A hidden one has ' +
        'the status `suppressed_privacy`, and neither value nor counts.',
    }),
    quotes: z.array(z.object({ pathId: z.string().nullable(), texts: z.array(z.string()) })),
  })
  .meta({ id: 'SurveyWave' })

export const Problem = z
  .object({ type: z.string(), title: z.string(), status: z.number(), detail: z.string() })
  .meta({ id: 'Problem' })
