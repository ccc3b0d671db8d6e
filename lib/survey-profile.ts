import { z } from 'zod'
import { Moment } from '#lib/golden-path.ts'
import { Timezone } from '#lib/timezone.ts'

/** How the export of a survey is read: what each column that counts asks, on which scale. */

const text = z.string().min(1, 'expected a text that is not empty')

/** Header of a column, or its place from 1 where headers repeat or are empty. */
const ColumnReference = z.union([text, z.int().min(1)], {
  error: 'expected the header of a column, or its number from 1',
})
export type ColumnReference = z.output<typeof ColumnReference>

/** Ends of the scale that each instrument is stored on. */
export const SCALES = {
  nps: { least: 0, most: 10 },
  csat: { least: 1, most: 5 },
  umux1: { least: 1, most: 7 },
  umux2: { least: 1, most: 7 },
} as const
export type Instrument = keyof typeof SCALES

const Rating = z
  .strictObject({
    column: ColumnReference,
    is: z.enum(['nps', 'csat', 'umux1', 'umux2']),
    /** The number at the lower end of the scale as it was shown. */
    lowest: z.int().optional(),
    /** Which end of it is the good one. */
    best: z.enum(['high', 'low']).default('high'),
    /** Words in place of numbers, from the lower end of the scale to the upper. */
    labels: z.array(text).optional(),
    /** The golden path that it asks about, when not that of the survey. */
    path: text.optional(),
  })
  .superRefine(({ is, labels }, context) => {
    const points = SCALES[is].most - SCALES[is].least + 1
    if (labels === undefined || labels.length === points) return
    const message = `expected ${points} labels, one for each point of ${is}`
    context.addIssue({ code: 'custom', path: ['labels'], message })
  })

const Comment = z.strictObject({
  column: ColumnReference,
  is: z.literal('comment'),
  path: text.optional(),
})

const Quotable = z.strictObject({
  column: ColumnReference,
  is: z.literal('quotable'),
  /** Answers that allow to quote the comment. */
  yes: z.array(text).min(1),
})

/** Groups that the reader of answers fills itself. */
export const RESERVED_GROUPS = {
  /** Of a survey that asks nobody which group they are of. */
  everybody: 'all',
  /** Groups that are too small to be told. */
  small: 'other',
  /** No group could be found for the answer. */
  unmapped: 'unmapped',
} as const

const Group = text.refine(
  (id) => !(Object.values(RESERVED_GROUPS) as string[]).includes(id),
  'expected a group that is not all, other or unmapped',
)

export const PRODUCTS = [
  'google-forms',
  'typeform',
  'microsoft-forms',
  'surveymonkey',
  'other',
] as const

const LEAST_K = 5

export const SurveyProfile = z
  .strictObject({
    id: text.regex(/^[\w.-]+$/, 'expected letters, digits, dots, dashes and underscores'),
    name: text,
    /** Name of the CSV file in the folder. */
    file: text.refine((name) => !/[/\\]/.test(name), 'expected a file name without a folder'),
    /** What wrote the file; left out, it is recognised by its headers. */
    product: z.enum(PRODUCTS).optional(),
    opened: Moment,
    /** Not included. Left out while it is open. */
    closed: Moment.optional(),
    /** When the export was made. Without it nobody knows that the answers are all there. */
    exported: Moment.optional(),
    /** Fewest answers, and fewest people of a group, that anything is told of. */
    k: z.int().min(LEAST_K).default(LEAST_K),
    /** Of times in the file that say no offset. */
    timezone: Timezone.optional(),
    /** How the file writes days such as 03/04/2026. */
    dates: z.enum(['month-first', 'day-first']).optional(),
    /** The column that says when somebody answered, when not that of the product. */
    submitted: ColumnReference.optional(),
    /** Which team or group somebody is of; left out, all are one group. */
    group: z
      .strictObject({
        column: ColumnReference,
        /** What was answered → id of the team or group. */
        answers: z.record(text, Group).default({}),
      })
      .optional(),
    /** The golden path that it asks about. */
    path: text.optional(),
    /** How many people of each group were asked. */
    invited: z.record(Group, z.int().min(0)).default({}),
    questions: z
      .array(z.discriminatedUnion('is', [Rating, Comment, Quotable]))
      .min(1, 'expected at least one question'),
  })
  .superRefine(({ opened, closed, exported, invited, k, questions }, context) => {
    const fault = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    if (closed !== undefined && closed <= opened) fault(['closed'], 'expected a time after opened')
    if (exported !== undefined && exported <= opened) {
      fault(['exported'], 'expected a time after opened')
    }
    for (const [group, people] of Object.entries(invited)) {
      if (people >= k) continue
      fault(['invited', group], `expected at least ${k} people (k); join it to a larger group`)
    }
    const asked = questions.map((one) => `${one.is} ${'path' in one ? one.path : ''}`)
    for (const [index, one] of asked.entries()) {
      if (asked.indexOf(one) < index) fault(['questions', index, 'is'], 'expected each once a path')
    }
  })
export type SurveyProfile = z.output<typeof SurveyProfile>

/** Surveys of one source; what was read is said for all of them, so that none may overlap. */
export const SurveyProfiles = z
  .array(SurveyProfile)
  .min(1, 'expected at least one survey')
  .superRefine((surveys, context) => {
    for (const [index, survey] of surveys.entries()) {
      const earlier = surveys.slice(0, index)
      const fault = (key: string, message: string) =>
        context.addIssue({ code: 'custom', path: [index, key], message })
      if (earlier.some(({ id }) => id === survey.id)) fault('id', 'expected an id of its own')
      if (earlier.some(({ file }) => file === survey.file)) fault('file', 'expected its own file')
      if (earlier.some((other) => overlap(other, survey))) {
        fault('opened', 'expected no survey of the same source at the same time; make two sources')
      }
    }
  })

const FOREVER = '9999'

const overlap = (a: SurveyProfile, b: SurveyProfile) =>
  a.opened < (b.closed ?? FOREVER) && b.opened < (a.closed ?? FOREVER)
