import { z } from 'zod'
import type { Page, ScopeFailure } from '#collectors/collector.ts'
import { passIssues } from '#collectors/received.ts'
import type { Database } from '#db/connection.ts'
import { listFacts, markGone, upsertFacts } from '#db/facts.ts'
import type { StoredRow } from '#db/statements.ts'
import { COMMAND } from '#lib/command.ts'
import { SourceError } from '#lib/errors.ts'

const DAY_MS = 24 * 60 * 60_000

/** All that a source holds now: what is stored and not among it was removed there. */
export interface Inventory {
  /** The source's own ids. */
  readonly listed: readonly string[]
  /** What happened before this instant need not be among them; empty text: everything is. */
  readonly since: string
  readonly places: Places
}

/** Ids of what is listed, by that of where it is; of a place that is asked and has nothing none. */
export type Places = ReadonlyMap<string, readonly string[]>

const InventoryRecord = z.strictObject({
  listed: z.array(z.string()),
  since: z.string(),
  places: z.map(z.string(), z.array(z.string())),
})

export const toInventoryPage = (
  scope: string,
  inventory: Inventory,
  cursor: Page['cursor'],
): Page => ({
  scope,
  records: [{ position: 'all that is there', value: inventory }],
  cursor,
  covers: null,
})

/** Reads a record of `toInventoryPage`, and any other as `record` does. */
export const orInventory = <Fact>(record: z.ZodType<Fact>): z.ZodType<Fact | Inventory> =>
  z.unknown().transform((value, context) => {
    const { data } = InventoryRecord.safeParse(value)
    return data ?? passIssues(record.safeParse(value), context)
  })

export const isInventory = (fact: object): fact is Inventory => 'listed' in fact

const HAPPENED = { tickets: 'opened_at', incidents: 'detected_at' } as const

/**
 * Marks what is no longer listed as gone, unless nobody asked for it; what is listed again is there again.
 * Returns rows changed.
 */
export async function saveInventory(
  tx: Database,
  table: keyof typeof HAPPENED,
  { sourceId, observedAt }: { readonly sourceId: string; readonly observedAt: Date },
  { listed, since }: Pick<Inventory, 'listed' | 'since'>,
  isAsked: (row: StoredRow) => boolean = () => true,
): Promise<number> {
  const there = new Set<unknown>(listed)
  // What is typed for one table holds for both.
  const stored = await listFacts(tx, table as 'tickets', sourceId)
  const back = stored
    .filter((row) => row.gone_at !== null && there.has(row.native_id))
    .map((row) => ({ ...row, observed_at: observedAt.toISOString() }))
  const gone = await markGone(
    tx,
    table,
    sourceId,
    observedAt,
    (row) =>
      !there.has(row['native_id']) && String(row[HAPPENED[table]] ?? '') >= since && isAsked(row),
  )
  return gone + (await upsertFacts(tx, table as 'tickets', back))
}

/** Keeps where rows are that were stored before anybody did. Returns rows changed. */
export async function savePlaces(
  tx: Database,
  table: keyof typeof HAPPENED,
  sourceId: string,
  places: Places,
): Promise<number> {
  const placeOf = new Map([...places].flatMap(([place, ids]) => ids.map((id) => [id, place])))
  // What is typed for one table holds for both.
  const stored = await listFacts(tx, table as 'tickets', sourceId)
  const rows = stored
    .filter((row) => row.repository_native_id === null && row.gone_at === null)
    .flatMap((row) => {
      const place = placeOf.get(row.native_id)
      return place === undefined ? [] : { ...row, repository_native_id: place }
    })
  return upsertFacts(tx, table as 'tickets', rows)
}

/** What is there, and where: in which projects, of which services. */
export interface Listing {
  readonly places: Places
  /** How many did not tell their id or place. */
  readonly unreadable: number
}

export interface Search {
  readonly sourceId: string
  readonly scope: string
  /** What is listed, and where it is, in the source's words: `issues`, `project`. */
  readonly words: { readonly many: string; readonly place: string }
  /** As far back as the list goes. */
  readonly since: string
  readonly now: Date
  readonly list: () => Promise<Listing>
  readonly isVisible: (place: string) => Promise<boolean>
}

const Cursor = z.object({ lookedAt: z.string(), places: z.array(z.string()) })

/**
 * Looks once a day for what was removed. The first time it only notes where something is: who no longer
 * sees a place sees nothing of it, and that is no removal.
 */
export async function* findRemoved(
  search: Search,
  cursors: ReadonlyMap<string, unknown>,
): AsyncGenerator<Page | ScopeFailure> {
  const { sourceId, scope, since, now } = search
  const former = Cursor.safeParse(cursors.get(scope)).data ?? null
  const age = former === null ? DAY_MS : now.getTime() - Date.parse(former.lookedAt)
  if (age >= 0 && age < DAY_MS) return
  const listing = await search.list()
  const doubt = await findDoubt(search, listing, former?.places ?? [])
  if (doubt !== null) {
    yield { scope, failure: new SourceError(sourceId, doubt) }
    return
  }
  const cursor = { lookedAt: now.toISOString(), places: [...listing.places.keys()].toSorted() }
  if (former === null) {
    yield { scope, records: [], cursor, covers: null }
    return
  }
  const emptied = former.places.map((place) => [place, []] as const)
  const places = new Map([...emptied, ...listing.places])
  yield toInventoryPage(scope, { listed: [...places.values()].flat(), since, places }, cursor)
}

/** Reads from pages of what is listed, each with its `id` and `place`, what is there and where. */
export async function readListing(
  pages: AsyncIterable<readonly unknown[]>,
  placed: z.ZodType<{ readonly id: string; readonly place: string }>,
): Promise<Listing> {
  const there: { readonly id: string; readonly place: string }[] = []
  let unreadable = 0
  for await (const page of pages) {
    for (const one of page) {
      const { data } = placed.safeParse(one)
      if (data === undefined) unreadable += 1
      else there.push(data)
    }
  }
  const byPlace = Map.groupBy(there, ({ place }) => place)
  const places = [...byPlace].map(([place, some]) => [place, some.map(({ id }) => id)] as const)
  return { places: new Map(places), unreadable }
}

/** Why what is not listed may be there all the same; null when it cannot. */
async function findDoubt(
  { sourceId, words, isVisible }: Search,
  { places, unreadable }: Listing,
  former: readonly string[],
): Promise<string | null> {
  const left = `none of the ${words.many} is marked as gone`
  if (unreadable > 0) {
    return `which ${words.many} are gone: an answer of unknown shape: ${unreadable} without an id or a ${words.place}; until all have one, ${left}`
  }
  const hidden: string[] = []
  for (const place of former.filter((one) => !places.has(one))) {
    if (!(await isVisible(place))) hidden.push(place)
  }
  if (hidden.length === 0) return null
  return `${words.place} ${hidden.join(', ')}: gone, or hidden from this sign-in; until it is seen, ${left}. Let the sign-in see it; if it was deleted, run ${COMMAND} collect --anew ${sourceId}`
}
