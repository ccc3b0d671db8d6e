import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { closest } from '#lib/closest.ts'
import { ConfigError } from '#lib/errors.ts'

/** One thing that is wrong with a text. */
export interface YamlFault {
  /** From 1. */
  readonly line: number
  readonly column: number
  /** Keys and indexes down to what is at fault, joined by dots; empty for the whole. */
  readonly path: string
  /** `expected …, not …`. */
  readonly message: string
}

type AlsoCheck = (value: unknown) => z.core.$ZodIssue[]

/**
 * Reads YAML text as `schema`. `alsoCheck` sees the plain value even where it does not fit.
 *
 * @throws {ConfigError} with one line per fault: `file:line:column: key: expected …, not …`
 */
export function parseYaml<T extends z.ZodType>(
  schema: T,
  text: string,
  file: string,
  alsoCheck?: AlsoCheck,
): z.output<T> {
  const reading = readYaml(schema, text, alsoCheck)
  if ('value' in reading) return reading.value
  throw new ConfigError(reading.faults.map((fault) => toLine(file, fault)).join('\n'))
}

/** `file:line:column: key: expected …, not …`. */
export const toLine = (file: string, { line, column, path, message }: YamlFault) =>
  [`${file}:${line}:${column}`, path, message].filter(Boolean).join(': ')

/** Reads YAML text as `schema`, or tells every fault of it once, in the order of its lines. */
export function readYaml<T extends z.ZodType>(
  schema: T,
  text: string,
  alsoCheck: AlsoCheck = () => [],
): { readonly value: z.output<T> } | { readonly faults: readonly YamlFault[] } {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    logLevel: 'error',
  })
  const fail = (faults: readonly Fault[]) => {
    const inOrder = faults.toSorted((a, b) => a.offset - b.offset)
    const placed = inOrder.map(({ offset, path = '', message }): YamlFault => {
      const { line, col } = lineCounter.linePos(offset)
      return { line, column: col, path, message }
    })
    return { faults: [...new Map(placed.map((fault) => [toLine('', fault), fault])).values()] }
  }
  if (document.errors.length > 0) {
    return fail(document.errors.map(({ pos, message }) => ({ offset: pos[0], message })))
  }
  const plain = toPlain(document)
  if (plain instanceof Error) return fail([{ offset: 0, message: plain.message }])
  const value = plain ?? {}
  const { data, error } = schema.safeParse(value)
  const issues = [...(error?.issues ?? []), ...alsoCheck(value)]
  if (issues.length === 0) return { value: data as z.output<T> } // What the schema returned.
  return fail(issues.flatMap((issue) => toFaults(issue, { document, value, schema })))
}

/** An alias that expands without end, or stands for nothing, only fails here. */
function toPlain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

interface Fault {
  readonly offset: number
  readonly path?: string
  readonly message: string
}

interface Source {
  readonly document: Document
  readonly value: unknown
  readonly schema: z.ZodType
}

function toFaults(issue: z.core.$ZodIssue, { document, value, schema }: Source): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = toKnown(schema)
    return issue.keys.map((key) => ({
      offset: offsetOfKey(document, [...issue.path, key]),
      path: [...issue.path, key].join('.'),
      message: describeUnknownKey(key, keysAt(known, value, issue.path)),
    }))
  }
  const offending = valueAt(value, issue.path)
  const expected = explain(issue)
  const message =
    offending === undefined ? `is missing: ${expected}` : `${expected}${notAs(issue, offending)}`
  return [{ offset: offsetOf(document, issue.path), path: issue.path.join('.'), message }]
}

const knownOf = new WeakMap<z.ZodType, object>()

/** As JSON Schema, which takes long to make. */
function toKnown(schema: z.ZodType): object {
  const known =
    knownOf.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  knownOf.set(schema, known)
  return known
}

/** What was written instead, unless that may be a secret. */
const notAs = (issue: z.core.$ZodIssue, offending: unknown) =>
  issue.code === 'custom' && issue.params?.['secret'] === true ? '' : `, not ${quote(offending)}`

function describeUnknownKey(key: string, known: readonly string[]): string {
  const near = closest(key, known)
  const hint = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`
  return `unknown key, ${hint}`
}

function explain(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.startsWith('expected')
        ? issue.message
        : `expected ${nameOf(issue.expected)}`
    case 'invalid_value':
      return `expected ${toChoice(issue.values)}`
    case 'invalid_union':
      return describeUnion(issue)
    case 'too_big':
      return `expected at most ${issue.maximum}`
    case 'too_small':
      return issue.message.startsWith('expected')
        ? issue.message
        : `expected at least ${issue.minimum}`
    default:
      return issue.message
  }
}

/** A discriminated union tells which kinds there are; others bring a message of their own. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion): string {
  if (issue.message.startsWith('expected')) return issue.message
  const kinds = 'options' in issue && Array.isArray(issue.options) ? issue.options : []
  return kinds.length === 0 ? issue.message : `expected ${toChoice(kinds)}`
}

/** `a, b or c`. */
function toChoice(values: readonly unknown[]): string {
  const words = values.map(String)
  const last = words.pop() ?? ''
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
}

const nameOf = (type: string) => NAMES[type] ?? type

const LONGEST_VALUE = 60

/** User and secret of an address stay in the file. */
function quote(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replace(/:\/\/[^\s"/]*@/g, '://…@')
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}

/** What stands under `path`; undefined where nothing does. */
export const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? Reflect.get(inner, key)
        : undefined,
    value,
  )

/** Where the value at fault begins or, if there is none, the value that should hold it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

function offsetOfKey(document: Document, path: readonly PropertyKey[]): number {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const keys = isMap(parent) ? parent.items.map(({ key }) => key) : []
  const key = keys.find((candidate) => isScalar(candidate) && candidate.value === path.at(-1))
  return isNode(key) && key.range ? key.range[0] : offsetOf(document, path)
}

/** The keys that a JSON Schema knows at a place, of all its variants that `value` may be. */
function keysAt(schema: object, value: unknown, path: readonly PropertyKey[]): string[] {
  let places: object[] = variants(schema)
  for (const [depth, key] of path.entries()) {
    const inner = valueAt(value, path.slice(0, depth + 1))
    places = places
      .flatMap((place) => {
        const next =
          typeof key === 'number' ? get(place, 'items') : get(get(place, 'properties'), String(key))
        return next === undefined ? [] : variants(next)
      })
      .filter((place) => mayBe(place, inner))
  }
  return [...new Set(places.flatMap(listKeys))]
}

/** What a JSON Schema names one by one, or lets keys be one of. */
function listKeys(place: object): string[] {
  const names: unknown = get(get(place, 'propertyNames'), 'enum')
  const listed = Array.isArray(names) ? names.map(String) : []
  return [...Object.keys(get(place, 'properties') ?? {}), ...listed]
}

/** Whether nothing that a variant fixes, such as the kind of a source, is something else in `value`. */
function mayBe(place: object, value: unknown): boolean {
  return Object.entries(get(place, 'properties') ?? {}).every(([key, property]) => {
    const fixed: unknown = Reflect.get(property as object, 'const')
    return fixed === undefined || valueAt(value, [key]) === fixed
  })
}

function variants(schema: object): object[] {
  const branches = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => {
    const list: unknown = get(schema, key)
    return Array.isArray(list) ? (list as object[]) : []
  })
  return [schema, ...branches.flatMap(variants)]
}

function get(value: object | undefined, key: string): object | undefined {
  const inner: unknown = value && Reflect.get(value, key)
  return typeof inner === 'object' && inner !== null ? inner : undefined
}
