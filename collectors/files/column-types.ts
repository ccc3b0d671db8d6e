import { z } from 'zod'
import { Pin } from '#lib/golden-path.ts'

/** What a cell becomes in its table. Null is unknown. */
export type Stored = string | number | null

/** How a column is written in a file, and what it becomes. */
export interface ColumnType {
  /** For the person who writes the file: `instant`, `success, failure or unknown`. */
  readonly name: string
  /** Reads a cell of a CSV file that is not empty, as the value that NDJSON has for it. */
  readonly text: z.ZodType<unknown, string>
  /** Reads a value of an NDJSON file that is not null. */
  readonly json: z.ZodType
  /** Of what either gives. Apart from them, as a transform in zod costs more than all the rest. */
  readonly toStored: (value: never) => Stored
}

const LONGEST_QUOTE = 60

/** As JSON has it, so that the text "7" and the number 7 look different. */
function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const short = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
  return typeof value === 'string' ? `"${short}"` : short
}

const expected =
  (what: string) =>
  ({ input }: { readonly input?: unknown }) =>
    `expected ${what}, not ${quote(input)}`

const same = <T extends Stored>(value: T) => value

const Text = z
  .string({ error: expected('text') })
  .min(1, 'expected text or null, not ""')
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'holds a character that is none')

export const text: ColumnType = { name: 'text', text: Text, json: Text, toStored: same }

const WITHOUT_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.,]*$/

function instantFault(what: string, input: unknown): string {
  if (typeof input === 'string' && WITHOUT_OFFSET.test(input)) {
    const written = input.replace(' ', 'T')
    return `has no offset, so it could be any time zone: "${input}"; write ${written}Z or ${written}+01:00`
  }
  return expected(what)({ input })
}

const InstantText = z.iso.datetime({
  offset: true,
  error: ({ input }) => instantFault('an instant such as 2026-01-31T08:00:00Z', input),
})

/** Of a valid ISO 8601 instant: UTC with milliseconds, so that text order is time order. */
function toUtc(valid: string): string {
  if (valid.length === 24 && valid.endsWith('Z')) return valid
  return new Date(valid).toISOString()
}

export const instant: ColumnType = {
  name: 'instant',
  text: InstantText,
  json: InstantText,
  toStored: toUtc,
}

const MomentText = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: ({ input }) =>
    instantFault('a day such as 2026-01-31 or an instant such as 2026-01-31T08:00:00Z', input),
})

/** Where a validity begins or ends; a day means 00:00 UTC. */
export const moment: ColumnType = {
  name: 'day or instant',
  text: MomentText,
  json: MomentText,
  toStored: toUtc,
}

const DayText = z.iso.date({ error: expected('a day such as 2026-01-31') })

export const day: ColumnType = { name: 'day', text: DayText, json: DayText, toStored: same }

/** One of a list. */
export function choice(...options: readonly string[]): ColumnType {
  const name = toList(options, 'or')
  const Choice = z.enum(options, { error: expected(name) })
  return { name, text: Choice, json: Choice, toStored: same }
}

const flagError = { error: expected('true or false') }

export const flag: ColumnType = {
  name: 'true or false',
  text: z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'], ...flagError }),
  json: z.union([z.boolean(), z.literal([0, 1])], flagError),
  toStored: (value: boolean | number) => Number(value),
}

/** A whole number from `least` to `most`. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): ColumnType {
  const upTo = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`
  const name = `whole number, ${upTo}`
  const error = expected(`a ${name}`)
  const Whole = z.int({ error }).min(least, { error }).max(most, { error })
  return {
    name,
    text: z
      .string()
      .regex(/^-?\d+$/, { error, abort: true })
      .transform(Number)
      .pipe(Whole),
    json: Whole,
    toStored: same,
  }
}

const Names = z.array(Text)

const listFault = 'expected names separated by | or blanks, or a JSON list of texts'

/** `a|b`, `a b` or `["a","b"]`. */
const ListText = z.string().transform((cell, context) => {
  if (!cell.startsWith('[')) {
    const names = cell.split(cell.includes('|') ? '|' : /\s+/).map((name) => name.trim())
    return names.filter((name) => name !== '')
  }
  const { data } = Names.safeParse(parseJson(cell))
  if (data === undefined) context.addIssue(`${listFault}, not ${quote(cell)}`)
  return data ?? z.NEVER
})

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Stored as a JSON list. */
export const list: ColumnType = {
  name: 'list',
  text: ListText,
  json: z.array(Text, { error: expected('a list of texts') }),
  toStored: (names: readonly string[]) => JSON.stringify(names),
}

/** `all`, or a list of team ids. */
export const teamScope: ColumnType = {
  name: '`all` or a list of teams',
  text: ListText,
  json: z.union([z.literal('all').transform((all) => [all]), z.array(Text)], {
    error: expected('all, or a list of teams'),
  }),
  toStored: (teams: readonly string[]) =>
    teams.length === 1 && teams[0] === 'all' ? 'all' : JSON.stringify(teams),
}

/** A JSON value of some shape, written as JSON in a cell of a CSV file as well. */
function json(name: string, shape: z.ZodType): ColumnType {
  const read = (value: unknown, context: z.RefinementCtx) => {
    const { data, error } = shape.safeParse(value)
    if (error) context.addIssue(`expected ${name}, not ${quote(value)}`)
    return data
  }
  return {
    name,
    text: z.string().transform((cell, context) => read(parseJson(cell) ?? cell, context)),
    json: z.unknown().transform(read),
    toStored: (value: unknown) => JSON.stringify(value),
  }
}

export const invited = json('JSON object: group → people invited', z.record(Text, z.int().min(0)))

export const pins = json('JSON list of `{ component, ref, file, comment }`', z.array(Pin))

/** `a, b or c`. */
function toList(names: readonly string[], word: string): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${word} ${last}`
}
