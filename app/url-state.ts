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

/** A figure as an address names it: `ADO-02@path:http-service,team:checkout`. */
export interface FigureName {
  readonly metricId: string
  readonly scope: Scope
}

const SCOPE_PARTS = { path: 'pathId', team: 'teamId', source: 'sourceId' } as const

function parseFigure(text: string): FigureName | null {
  const [, metricId, terms] = /^([A-Z]{2,4}-\d{2})(?:@(.+))?$/.exec(text) ?? []
  if (metricId === undefined) return null
  const scope: Record<string, string> = {}
  for (const term of terms?.split(',') ?? []) {
    const [, part, name] = /^(path|team|source):(.+)$/.exec(term) ?? []
    if (part === undefined || !Name.safeParse(name).success) return null
    scope[SCOPE_PARTS[part as keyof typeof SCOPE_PARTS]] = name ?? ''
  }
  return { metricId, scope }
}

function figureText({ metricId, scope }: FigureName): string {
  const terms = Object.entries(SCOPE_PARTS).flatMap(([part, key]) =>
    scope[key] === undefined ? [] : [`${part}:${scope[key]}`],
  )
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
  cmp: ofSchema(z.string().regex(/^(prev|yoy|target|median|off|\d{4}(-Q[1-4]|-\d{2})?)$/)),
  ev: parser<FigureName>(parseFigure, figureText),
  evtab: ofSchema(z.enum(['counted', 'excluded', 'unattributed'])),
  present: ofSchema(z.literal('1')),
  slide: ofCount(99),
}

export type Search = Readonly<Record<string, string | string[] | undefined>>
export type Parameter = keyof typeof parsers
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
