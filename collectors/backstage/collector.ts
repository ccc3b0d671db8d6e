import { z } from 'zod'
import {
  type BackstageFact,
  entityRecord,
  FIELDS,
  Identity,
  reduceEntity,
  serviceId,
  teamId,
} from '#collectors/backstage/entities.ts'
import { saveBackstage } from '#collectors/backstage/save.ts'
import type { Collector, CollectorContext, Examination, Page } from '#collectors/collector.ts'
import { openRest, type RestClient, type RestClientOptions } from '#collectors/rest.ts'
import { COMMAND } from '#lib/command.ts'
import { SourceError } from '#lib/errors.ts'

/** Raised when the same catalogue would be read differently. */
const READING = 1

const PAGE = 500

export interface BackstageCollectorOptions extends RestClientOptions {
  /** Sources whose teams and services stay as they tell them. */
  readonly believedFirst: readonly string[]
}

const SCOPE = 'catalogue'

const Cursor = z.object({ services: z.int() })

/**
 * Reads the groups and components of a Backstage catalogue, all of them in every run: it tells
 * what stands now, so an owner is dated from when it was seen first.
 */
export function backstageCollector(options: BackstageCollectorOptions): Collector<BackstageFact> {
  const { sourceId, baseUrl, believedFirst } = options
  return {
    sourceId,
    configuration: { reading: READING, baseUrl, believedFirst },
    record: BackstageRecord,
    async *fetch(cursors, context) {
      const client = openBackstage(options, context)
      try {
        yield* readCatalogue(sourceId, client, cursors, context)
      } finally {
        await client.close()
      }
    },
    save: (tx, facts, _page, observedAt) =>
      saveBackstage(tx, { sourceId, believedFirst, observedAt }, facts),
  }
}

const BackstageRecord: z.ZodType<BackstageFact> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('entity'), node: entityRecord }),
    z.object({ kind: z.literal('listing'), fact: z.custom<BackstageFact>() }),
  ])
  .transform((record) => (record.kind === 'entity' ? record.node : record.fact))

const Problem = z.object({ error: z.object({ message: z.string() }) })

const openBackstage = (options: BackstageCollectorOptions, context: CollectorContext) =>
  openRest(
    options,
    { name: 'Backstage', explain: (body) => Problem.safeParse(body).data?.error.message ?? null },
    context,
  )

async function* readCatalogue(
  sourceId: string,
  client: RestClient,
  cursors: ReadonlyMap<string, unknown>,
  context: CollectorContext,
): AsyncGenerator<Page> {
  const former = Cursor.safeParse(cursors.get(SCOPE)).data ?? { services: 0 }
  const seen = new Listing()
  let read = 0
  for await (const { items, total } of listPages(sourceId, client)) {
    seen.add(items)
    const records = items.map(reduceEntity).map((node) => ({
      position: nameOf(node),
      value: { kind: 'entity', node },
    }))
    yield { scope: SCOPE, records, cursor: former, covers: null, begins: read === 0 }
    read += items.length
    context.progress('entities', read, total)
  }
  const { services, teams, isWhole } = seen
  if (services.length === 0 && former.services > 0) {
    const was = `lists no component, though it listed ${former.services} before`
    const todo = `check what its token may see; ${COMMAND} collect --anew ${sourceId} believes it`
    throw new SourceError(sourceId, `${was}: ${todo}`)
  }
  const fact: BackstageFact = { kind: 'listing', services, teams }
  // Of what cannot be named nobody knows whether it is still there.
  const records = isWhole ? [{ position: 'listing', value: { kind: 'listing', fact } }] : []
  yield { scope: SCOPE, records, cursor: { services: services.length }, covers: null }
}

class Listing {
  readonly services: string[] = []
  readonly teams: string[] = []
  isWhole = true

  add(entities: readonly unknown[]): void {
    for (const entity of entities) {
      const { data } = Identity.safeParse(entity)
      if (data === undefined) this.isWhole = false
      else if (data.kind === 'group') this.teams.push(teamId(data))
      else if (data.kind === 'component') this.services.push(serviceId(data))
    }
  }
}

function nameOf(entity: unknown): string {
  const { data } = Identity.safeParse(entity)
  return data === undefined
    ? `entity ${JSON.stringify(entity)?.slice(0, 80)}`
    : `${data.kind} ${serviceId(data)}`
}

const EntitiesPage = z.object({
  items: z.array(z.unknown()),
  totalItems: z.int(),
  pageInfo: z.object({ nextCursor: z.string().optional() }),
})

const PATH = '/api/catalog/entities/by-query'
const FILTER = ['kind=component', 'kind=group']

/** Empty pages are legitimate; this many in a row are a list without an end. */
const MOST_EMPTY_PAGES = 20

// https://backstage.io/docs/features/software-catalog/software-catalog-api
/** A cursor holds the filter of the first page; the order is that of the entities' ids. */
async function* listPages(
  sourceId: string,
  client: RestClient,
): AsyncGenerator<{ items: readonly unknown[]; total: number }> {
  const asked = new Set<string>()
  let empty = 0
  const common = { fields: FIELDS.join(), limit: PAGE }
  for (let cursor: string | undefined; ; ) {
    const place = cursor === undefined ? { filter: FILTER } : { cursor }
    const { items, totalItems, pageInfo } = await client.get(EntitiesPage, PATH, {
      ...common,
      ...place,
    })
    yield { items, total: totalItems }
    cursor = pageInfo.nextCursor
    if (cursor === undefined) return
    empty = items.length === 0 ? empty + 1 : 0
    if (asked.has(cursor) || empty > MOST_EMPTY_PAGES) {
      throw new SourceError(sourceId, `${PATH}: pages without an end`)
    }
    asked.add(cursor)
  }
}

/**
 * Asks for one entity of each kind, and stores nothing.
 *
 * @throws {SourceError} when the catalogue cannot be asked
 */
export async function* examineBackstage(
  options: BackstageCollectorOptions,
  context: CollectorContext,
): AsyncGenerator<Examination> {
  const client = openBackstage(options, context)
  try {
    for (const [what, filter, fills] of EXAMINED) {
      const { totalItems } = await client.get(EntitiesPage, PATH, { filter, limit: 1 })
      const todo = 'let the token of external access read the catalogue'
      const problem = totalItems > 0 ? null : { why: 'none can be seen', todo }
      yield { what, fills, says: `${totalItems} seen`, problem }
    }
  } finally {
    await client.close()
  }
}

const EXAMINED = [
  ['groups', 'kind=group', ['teams']],
  ['components', 'kind=component', ['services', 'service_owners']],
] as const
