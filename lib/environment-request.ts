import { z } from 'zod'
import { closest } from '#lib/closest.ts'
import { readYaml, valueAt, type YamlFault } from '#lib/yaml-faults.ts'

/** How a file that asks for an environment is read: which of its keys says what. */

const text = z.string().min(1, 'expected a text that is not empty')

/** Keys joined by dots, the first that is there counts: `spec.team`. */
const Keys = z.union([text.transform((one) => [one]), z.array(text).min(1)], {
  error: 'expected keys such as spec.team, or a list of them',
})

const Values = z.array(text).min(1)

const FIELDS = ['team', 'purpose', 'lifetime', 'region', 'dataClassification'] as const
type Field = (typeof FIELDS)[number]

/** May be a person. */
const OWNER = 'spec.owner'

/** Organisations spell the same thing differently; the first is the spelling of the reference. */
const KEYS: Readonly<Record<Field, readonly string[]>> = {
  team: ['spec.team', OWNER],
  purpose: ['spec.purpose', 'spec.environment', 'spec.profile'],
  lifetime: ['spec.lifetime', 'spec.ttl'],
  region: ['spec.region'],
  dataClassification: ['spec.dataClassification'],
}

/** What an organisation asks of its requests. */
export const RequestRules = z.strictObject({
  /** Where a field stands, when not where the reference has it. */
  fields: z
    .strictObject({
      team: Keys.default([...KEYS.team]),
      purpose: Keys.default([...KEYS.purpose]),
      lifetime: Keys.default([...KEYS.lifetime]),
      region: Keys.default([...KEYS.region]),
      dataClassification: Keys.default([...KEYS.dataClassification]),
    })
    .prefault({}),
  required: z.array(z.enum(FIELDS)).default(['team', 'purpose', 'lifetime']),
  /** The values that a field may have. */
  allowed: z
    .strictObject({
      team: Values.optional(),
      purpose: Values.optional(),
      lifetime: Values.optional(),
      region: Values.optional(),
      dataClassification: Values.optional(),
    })
    .default({}),
})
export type RequestRules = z.output<typeof RequestRules>

export const DEFAULT_RULES: RequestRules = RequestRules.parse({})

export interface EnvironmentRequest {
  readonly name: string
  readonly namespace: string | null
  /** Id of the team that asks; null where only an owner is named, or nobody. */
  readonly team: string | null
  /** Named as `spec.owner`, where that is all: a team if one is known by that id, else maybe a person. */
  readonly owner: string | null
  /** How long it is wanted for. */
  readonly lifetimeMs: number | null
  /** The file as it was read, for keys that are not the request's own. */
  readonly value: unknown
}

const Name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    'expected small letters, digits, dots and dashes',
  )

const Service = z.looseObject({
  name: Name,
  replicas: z.int().min(0).optional(),
  port: z.int().min(1).max(65_535).optional(),
})

const RequestFile = z.looseObject({
  apiVersion: z
    .string()
    .regex(
      /^[a-z0-9.-]+\/v\d+((alpha|beta)\d+)?$/,
      'expected a group and version such as platform.acme.com/v1',
    ),
  kind: z.literal('EnvironmentRequest'),
  metadata: z.looseObject({ name: Name, namespace: Name.optional() }),
  spec: z.looseObject({ services: z.array(Service).optional() }),
})

/** Reads a request by its rules, or tells every fault of it with its place. */
export function readRequest(
  yaml: string,
  rules: RequestRules,
): { readonly value: EnvironmentRequest } | { readonly faults: readonly YamlFault[] } {
  const reading = readYaml(RequestFile, yaml, (value) =>
    FIELDS.flatMap((field) => checkField(value, field, rules)),
  )
  if ('faults' in reading) return reading
  const { metadata } = reading.value
  const lifetime = findField(reading.value, rules.fields.lifetime)?.value
  const found = findField(reading.value, rules.fields.team)
  const asks = typeof found?.value === 'string' ? found.value : null
  const isOwner = found?.path.join('.') === OWNER && rules.allowed.team === undefined
  return {
    value: {
      name: metadata.name,
      namespace: metadata.namespace ?? null,
      team: isOwner ? null : asks,
      owner: isOwner ? asks : null,
      lifetimeMs: typeof lifetime === 'string' ? lifetimeToMs(lifetime) : null,
      value: reading.value,
    },
  }
}

interface Found {
  readonly path: string[]
  readonly value: unknown
}

/** What stands under the first of `keys` that is there. */
function findField(value: unknown, keys: readonly string[]): Found | undefined {
  for (const key of keys) {
    const path = key.split('.')
    const found = valueAt(value, path)
    if (found !== undefined && found !== null) return { path, value: found }
  }
  return undefined
}

function checkField(value: unknown, field: Field, rules: RequestRules): z.core.$ZodIssue[] {
  const keys = rules.fields[field]
  const found = findField(value, keys)
  const allowed = rules.allowed[field]
  if (found !== undefined) {
    const message = faultOf(found.value, field, allowed)
    return message === null ? [] : [toIssue(found.path, message)]
  }
  if (!rules.required.includes(field)) return []
  const path = keys[0]?.split('.') ?? []
  const others = keys.length > 1 ? `, also as ${keys.slice(1).join(' or ')}` : ''
  return [toIssue(path, `expected ${EXPECTED[field]}${others}${didYouMean(value, keys)}`)]
}

const EXPECTED: Readonly<Record<Field, string>> = {
  team: 'the id of a team',
  purpose: 'a word for what it is for',
  lifetime: 'a lifetime such as 14d, 72h, 30m or P14D',
  region: 'a region',
  dataClassification: 'a class of data',
}

function faultOf(
  value: unknown,
  field: Field,
  allowed: readonly string[] | undefined,
): string | null {
  if (allowed !== undefined && !allowed.includes(String(value))) {
    return `expected ${allowed.join(', ')}`
  }
  const isText = typeof value === 'string' && value.trim() !== ''
  const isGood =
    field === 'lifetime'
      ? isText && lifetimeToMs(value) !== null
      : isText && (field !== 'team' || /^[a-z0-9][\w.-]*$/i.test(value))
  return isGood ? null : `expected ${EXPECTED[field]}`
}

/** A key beside the one that is missing, and nearly spelled so. */
function didYouMean(value: unknown, keys: readonly string[]): string {
  for (const key of keys) {
    const path = key.split('.')
    const name = path.at(-1) ?? ''
    const parent = valueAt(value, path.slice(0, -1))
    const near =
      typeof parent === 'object' && parent !== null ? closest(name, Object.keys(parent)) : undefined
    if (near !== undefined) return `; does ${near} mean ${name}?`
  }
  return ''
}

const toIssue = (path: PropertyKey[], message: string): z.core.$ZodIssue => ({
  code: 'custom',
  path,
  message,
  input: undefined,
})

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** Of `14d`, `72h`, `30m` (minutes) or an ISO 8601 duration of weeks to minutes; null when it is none. */
function lifetimeToMs(text: string): number | null {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? []
  const [, weeks, days, hours, minutes] =
    /^P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?)?$/.exec(text) ?? []
  const total =
    count === undefined
      ? Number(weeks ?? 0) * UNIT_MS.w +
        Number(days ?? 0) * UNIT_MS.d +
        Number(hours ?? 0) * UNIT_MS.h +
        Number(minutes ?? 0) * UNIT_MS.m
      : Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS] // As the pattern says.
  return total > 0 ? total : null
}
