import { z } from 'zod'
import { SourceError } from '#lib/errors.ts'

/** A page of a connection. What its nodes are is read one by one. */
export const Connection = z.object({
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(z.unknown()).nullable(),
})
export type Connection = z.output<typeof Connection>

/** How far a list that is read newest first has been read. */
export const Progress = z.object({
  /** Everything up to here was read; null before the first reading ended. */
  newest: z.string().nullable(),
  /** A reading that was cut short: where it goes on, and what it will have reached. */
  pending: z
    .object({ newest: z.string().nullable(), after: z.string(), floor: z.string() })
    .nullable(),
})
export type Progress = z.output<typeof Progress>

export const NOT_READ: Progress = { newest: null, pending: null }

export interface ReadPart {
  readonly nodes: readonly unknown[]
  readonly progress: Progress
}

interface NewestFirst {
  readonly sourceId: string
  readonly ask: (after: string | null) => Promise<Connection>
  /** The instant that the list is ordered by; null when the node does not tell it. */
  readonly timeOf: (node: unknown) => string | null
  readonly progress: Progress
  /** How far back the first reading goes. */
  readonly since: string
  /** How far behind `newest` a later reading goes, for what has the same or an earlier time. */
  readonly overlapMs: number
}

/** A row may move up while its list is read, out of the pages to come; so many times it is looked for. */
const MOST_ROUNDS = 5

/** Reads a list that GitHub sorts newest first, down to what was read before. */
export async function* readNewestFirst(list: NewestFirst): AsyncGenerator<ReadPart> {
  let { progress } = list
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const { newest, pending } = progress
    let pages = pending === null ? 0 : 1
    for await (const part of readRound(list, progress, round > 1)) {
      pages += 1
      progress = part.progress
      yield part
    }
    if (pages === 1 || progress.newest === newest) return
  }
}

/** `again`: only what is newer than the round before. */
async function* readRound(
  list: NewestFirst,
  start: Progress,
  again: boolean,
): AsyncGenerator<ReadPart> {
  const floor = start.pending?.floor ?? toFloor(list, start.newest, again)
  let newest = start.pending?.newest ?? null
  let after = start.pending?.after ?? null
  for await (const { nodes, end } of readConnection(list.sourceId, list.ask, after)) {
    const times = nodes.map(list.timeOf)
    newest = latest([newest, ...times])
    const kept = nodes.filter((_, index) => (times[index] ?? floor) >= floor)
    const isDone = end === null || kept.length < nodes.length
    after = end
    const progress = isDone
      ? { newest: latest([newest, start.newest]), pending: null }
      : { newest: start.newest, pending: { newest, after: end, floor } }
    yield { nodes: kept, progress }
    if (isDone) return
  }
}

function toFloor({ since, overlapMs }: NewestFirst, newest: string | null, again: boolean): string {
  if (newest === null) return since
  const overlap = again ? 0 : overlapMs
  return new Date(Date.parse(newest) - overlap).toISOString()
}

const latest = (times: readonly (string | null)[]) =>
  times
    .filter((time) => time !== null)
    .toSorted()
    .at(-1) ?? null

/** Empty pages are legitimate; this many in a row are a list without an end. */
const MOST_EMPTY_PAGES = 20

/** Every page from `after` on; `end` is where the next one goes on, null at the last. */
export async function* readConnection(
  sourceId: string,
  ask: (after: string | null) => Promise<Connection>,
  after: string | null = null,
): AsyncGenerator<{ nodes: readonly unknown[]; end: string | null }> {
  const seen = new Set([after])
  let empty = 0
  for (let from = after; ; ) {
    const { nodes, pageInfo } = await ask(from)
    const end = pageInfo.hasNextPage ? pageInfo.endCursor : null
    // GitHub gives null for what it may not show.
    const there = (nodes ?? []).filter((node) => node !== null)
    empty = there.length === 0 ? empty + 1 : 0
    if (empty > MOST_EMPTY_PAGES || (end !== null && seen.has(end))) {
      throw new SourceError(sourceId, 'GitHub gives pages without an end')
    }
    yield { nodes: there, end }
    if (end === null) return
    seen.add(end)
    from = end
  }
}

/** A node's instant under `key`, in our form; null when there is none. */
export function instantAt(key: 'updatedAt' | 'createdAt'): (node: unknown) => string | null {
  const Timed = z.object({ [key]: z.string() })
  return (node) => {
    const { data } = Timed.safeParse(node)
    const time = Date.parse(data?.[key] ?? '')
    return Number.isNaN(time) ? null : new Date(time).toISOString()
  }
}

/** Stands for a list that is gone. */
export const NO_MORE: Connection = { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] }

/** All nodes from `after` on. */
export async function readAll(
  sourceId: string,
  ask: (after: string | null) => Promise<Connection>,
  after: string | null = null,
): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const { nodes } of readConnection(sourceId, ask, after)) all.push(...nodes)
  return all
}
