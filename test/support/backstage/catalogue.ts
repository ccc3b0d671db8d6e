import {
  type BackstageCollectorOptions,
  backstageCollector,
} from '#collectors/backstage/collector.ts'
import { type RunOutcome, runCollector } from '#collectors/run.ts'
import type { Database } from '#db/connection.ts'
import { type Answered, type Asked, aLocalApi, type LocalApi } from '#test/support/local-api.ts'

/** An entity as the catalogue's API gives it. */
export interface Entity {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly uid: string
    readonly etag: string
    readonly namespace: string
    readonly name: string
    title?: string
    annotations?: Record<string, string>
  }
  spec: Record<string, unknown>
  relations: { type: string; targetRef: string }[]
}

let entities = 0

function anEntity(kind: string, name: string, spec: Record<string, unknown>): Entity {
  entities += 1
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: {
      uid: `uid-${String(entities).padStart(6, '0')}`,
      etag: 'a1',
      namespace: 'default',
      name,
    },
    spec,
    relations: [],
  }
}

/** A group, with its members as Backstage has them. */
export const aGroup = (name: string, spec: Record<string, unknown> = {}): Entity => ({
  ...anEntity('Group', name, { type: 'team', children: [], members: ['jane'], ...spec }),
  relations: [{ type: 'hasMember', targetRef: 'user:default/jane' }],
})

/** A component; `owner` is a reference, which the catalogue has found. */
export function aComponent(name: string, owner: string, more: Partial<Entity> = {}): Entity {
  const entity = anEntity('Component', name, { type: 'http', lifecycle: 'production', owner })
  return { ...entity, relations: [{ type: 'ownedBy', targetRef: owner }], ...more }
}

export interface LocalBackstage extends LocalApi {
  /** What it holds. */
  readonly entities: Entity[]
}

/** A Backstage on this machine that gives at most `pageSize` entities at once. */
export async function aBackstage(
  entities: readonly Entity[],
  { pageSize = 500 }: { pageSize?: number } = {},
): Promise<LocalBackstage> {
  const held = [...entities]
  const api = await aLocalApi((asked) => answer(held, pageSize, asked))
  return Object.assign(api, { entities: held })
}

export const BACKSTAGE_TOKEN = 'local-backstage-token'

interface Cursor {
  readonly kinds: readonly string[]
  /** Id of the last entity that was given. */
  readonly after: string
}

export const toCursor = (kinds: Cursor['kinds'], after: string) =>
  Buffer.from(JSON.stringify({ kinds, after } satisfies Cursor)).toString('base64')

// https://github.com/backstage/backstage/blob/master/plugins/catalog-backend/src/schema/openapi.yaml
function answer(entities: readonly Entity[], pageSize: number, asked: Asked): Answered {
  const { url, authorization } = asked
  const { searchParams: given } = url
  if (authorization !== `Bearer ${BACKSTAGE_TOKEN}`) {
    const message = 'Missing credentials'
    return { status: 401, value: { error: { name: 'AuthenticationError', message } } }
  }
  if (url.pathname !== '/api/catalog/entities/by-query') {
    return { status: 404, value: { error: { name: 'NotFoundError', message: 'Not found' } } }
  }
  const filters = given.getAll('filter').map((filter) => filter.replace(/^kind=/, ''))
  const text = given.get('cursor')
  if (text !== null && filters.length > 0) {
    const message = 'Filter and cursor cannot be given together'
    return { status: 400, value: { error: { name: 'InputError', message } } }
  }
  const { kinds, after }: Cursor =
    text === null
      ? { kinds: filters, after: '' }
      : JSON.parse(Buffer.from(text, 'base64').toString())
  const wanted = entities
    .filter(({ kind }) => kinds.includes(kind.toLowerCase()))
    .toSorted((a, b) => (a.metadata.uid < b.metadata.uid ? -1 : 1))
  const rest = wanted.filter(({ metadata }) => metadata.uid > after)
  const page = rest.slice(0, Math.min(pageSize, Number(given.get('limit') ?? 20)))
  const last = page.at(-1)?.metadata.uid ?? ''
  const next = toCursor(kinds, last)
  const fields = given.get('fields')?.split(',')
  return {
    status: 200,
    value: {
      items: page.map((entity) => (fields ? pick(entity, fields) : entity)),
      totalItems: wanted.length,
      pageInfo: page.length < rest.length ? { nextCursor: next } : {},
    },
  }
}

/** The parts of an entity that were asked for. */
function pick(entity: Entity, fields: readonly string[]): object {
  const picked: Record<string, unknown> = {}
  for (const field of fields) {
    const steps = field.split('.')
    const value = steps.reduce<unknown>((inner, step) => Object(inner)[step], entity)
    if (value === undefined) continue
    const last = steps.pop() ?? ''
    const place = steps.reduce<Record<string, unknown>>((inner, step) => {
      inner[step] ??= {}
      return inner[step] as Record<string, unknown>
    }, picked)
    place[last] = structuredClone(value)
  }
  return picked
}

/** When tests collect, unless they say otherwise. */
export const NOW = new Date('2026-06-01T12:00:00Z')

interface CollectOptions extends Partial<BackstageCollectorOptions> {
  readonly now?: Date
  readonly signal?: AbortSignal
  readonly guard?: (tx: Database) => Promise<void>
}

/** Reads it as source `catalog`, without patience. */
export function collectBackstage(
  db: Database,
  { url: baseUrl }: LocalBackstage,
  { now = NOW, signal = new AbortController().signal, guard, ...options }: CollectOptions = {},
): Promise<RunOutcome> {
  const collector = backstageCollector({
    sourceId: 'catalog',
    baseUrl,
    privateNetwork: true,
    believedFirst: [],
    signIn: () => ({
      headers: { authorization: `Bearer ${BACKSTAGE_TOKEN}` },
      secrets: [BACKSTAGE_TOKEN],
    }),
    patience: { firstWaitMs: 1, longestWaitMs: 100 },
    limits: { totalMs: 2000 },
    ...options,
  })
  return runCollector(db, collector, { now: () => now, signal, progress: () => {} }, guard)
}
