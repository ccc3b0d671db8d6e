import { createLoader, createParser, createSerializer } from 'nuqs/server'
import { z } from 'zod'
import type { Scope } from '#scorecards/result.ts'

/** What an address may ask for, and how: the same for pages, exports and the interface. */

const Name = z.string().regex(/^[\w.~/-]{1,200}$/)

const parser = <T>(read: (text: string) => T | null, write: (value: T) => string) =>
  createParser({ parse: read, serialize: write, eq: (a, b) => write(a) === write(b) })

const ofSchema = <T extends string>(schema: z.ZodType<T>) =>
  parser<T>(
    (text) => schema.safeParse(text).data ?? null,
    (value) => value,
  )

/** A whole number from 1 on. */
const ofCount = (most: number) =>
  parser<number>(
    (text) => z.coerce.number().int().min(1).max(most).safeParse(text).data ?? null,
    String,
  )

/**
 * A figure as an address names it: `ADO-02@path:http-service,team:checkout`, or one cell of a metric
 * that is a table: `ADO-07@path:http-service,step:adopted`; over a window: `SUP-05@path:http-service,window:2026-Q3`.
 */
export interface FigureName {
  readonly metricId: string
  readonly scope: Scope
  /** What names the cell, as its result has it. */
  readonly cell?: Readonly<Record<string, unknown>>
  /** Over which span of time, named as a range is; left out: the days that the metric itself looks at. */
  readonly window?: string
}

const SCOPE_PARTS = { path: 'pathId', team: 'teamId', source: 'sourceId' } as const
const CELL_PARTS = ['cohort', 'weeks', 'step', 'type', 'theme', 'linkType'] as const
const isOfScope = (part: string): part is keyof typeof SCOPE_PARTS => part in SCOPE_PARTS
const WINDOW = 'window'
const isOfCell = (part: string) => CELL_PARTS.some((one) => one === part)

function parseFigure(text: string): FigureName | null {
  const [, metricId, terms] = /^([A-Z]{2,4}-\d{2})(?:@(.+))?$/.exec(text) ?? []
  const named = (terms?.split(',') ?? []).map(parseTerm)
  if (metricId === undefined || named.includes(null)) return null
  const pairs = named.filter((pair) => pair !== null)
  if (new Set(pairs.map(([part]) => part)).size < pairs.length) return null
  const scope = pairs.flatMap(([part, name]) =>
    isOfScope(part) ? [[SCOPE_PARTS[part], name] as const] : [],
  )
  const cell = pairs.flatMap(([part, name]) =>
    isOfCell(part) ? [[part, part === 'weeks' ? Number(name) : name] as const] : [],
  )
  const window = pairs.find(([part]) => part === WINDOW)?.[1]
  return {
    metricId,
    scope: Object.fromEntries(scope),
    ...(cell.length > 0 && { cell: Object.fromEntries(cell) }),
    ...(window !== undefined && { window }),
  }
}

function parseTerm(term: string): readonly [part: string, name: string] | null {
  const [, part = '', name = ''] = /^(\w+):(.+)$/.exec(term) ?? []
  const isKnown = isOfScope(part) || isOfCell(part) || part === WINDOW
  if (part === 'weeks' && !/^\d{1,3}$/.test(name)) return null
  return isKnown && Name.safeParse(name).success ? [part, name] : null
}

function figureText({ metricId, scope, cell = {}, window }: FigureName): string {
  const terms = [
    ...Object.entries(SCOPE_PARTS).flatMap(([part, key]) =>
      scope[key] === undefined ? [] : [`${part}:${scope[key]}`],
    ),
    ...CELL_PARTS.flatMap((part) => (cell[part] === undefined ? [] : [`${part}:${cell[part]}`])),
    ...(window === undefined ? [] : [`${WINDOW}:${window}`]),
  ]
  return terms.length === 0 ? metricId : `${metricId}@${terms.join(',')}`
}

/** In the order of an address: equal views have equal addresses. */
const parsers = {
  path: ofSchema(Name),
  team: ofSchema(Name),
  source: ofSchema(Name),
  survey: ofSchema(z.string().min(1).max(200)),
  in: ofSchema(z.string().regex(/^(team|group):[\w.~/-]{1,200}$/)),
  q: ofSchema(z.string().min(1).max(200)),
  sort: ofSchema(z.string().regex(/^-?[a-z-]{1,40}\.\w{1,60}$/)),
  page: ofCount(10_000),
  asof: ofSchema(z.iso.date()),
  range: ofSchema(z.string().regex(/^[\w.-]{1,30}$/)),
  cmp: ofSchema(z.string().regex(/^(prev|yoy|target|median|off|\d{4}(-Q[1-4]|-W\d{2}|-\d{2})?)$/)),
  bucket: ofSchema(z.enum(['month', 'quarter'])),
  ev: parser<FigureName>(parseFigure, figureText),
  evtab: ofSchema(z.enum(['counted', 'excluded', 'unattributed'])),
  present: ofSchema(z.literal('1')),
  slide: ofCount(99),
}

export type Search = Readonly<Record<string, string | string[] | undefined>>
export type Parameter = keyof typeof parsers
/** Whatever an address may name. */
export const ALL_PARAMETERS = Object.keys(parsers) as readonly Parameter[] // Of an object that has no others.
export type Parameters = { readonly [Key in Parameter]?: string | number | FigureName | undefined }

const load = createLoader(parsers)
const serialize = createSerializer(parsers)

/** What an address asks for; null for what it does not name, names in vain, or names twice. */
export function readParameters(search: Search) {
  const once = Object.entries(search).filter(([, said]) => typeof said === 'string')
  return load(Object.fromEntries(once))
}

/** Parameters that the address names in a way that means nothing, each with what it says. */
export function listRefused(search: Search): Refused[] {
  const read = readParameters(search)
  return Object.keys(parsers).flatMap((name) => {
    const said = search[name]
    const isAsked = said !== undefined && said !== ''
    const isRead = read[name as Parameter] !== null
    return isAsked && !isRead ? [{ name, text: String(said) }] : []
  })
}

export interface Refused {
  readonly name: string
  readonly text: string
  /** What of it, where that is a part. */
  readonly why?: string
}

/** `path` with what is named, in the order of the parameters. */
export function toAddress(path: string, parameters: Parameters): string {
  const [address = '', anchor] = path.split('#')
  const named = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, value ?? null]),
  )
  const query = serialize(address, named)
  return anchor === undefined ? query : `${query}#${anchor}`
}
