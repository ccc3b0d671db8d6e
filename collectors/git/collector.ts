import type { Collector, CollectorContext, Page, ScopeFailure } from '#collectors/collector.ts'
import { assignPublishers, type Publishers } from '#collectors/evidence/publications.ts'
import {
  listTracks,
  type Track,
  toConfiguration,
  type WatchedPath,
} from '#collectors/evidence/watch.ts'
import type { Clone } from '#collectors/git/clones.ts'
import { type GitFact, GitRecord, saveRepository } from '#collectors/git/facts.ts'
import { failed, findClones, inTurn, listVanished, tell } from '#collectors/git/found-clones.ts'
import { type CleanRoom, openCleanRoom } from '#collectors/git/git.ts'
import { type ReleaseRule, readHistory } from '#collectors/git/history.ts'
import { SourceError } from '#lib/errors.ts'

/** Raised when the same clone would be read differently: then everything is read again. */
const READING = 2

export interface GitCollectorOptions {
  readonly sourceId: string
  /** Globs of folders, absolute. */
  readonly repositories: readonly string[]
  readonly paths: readonly WatchedPath[]
  /** Tags that are deployments of the repository's service. */
  readonly releases?: readonly ReleaseRule[] | undefined
  /** Names, e-mail addresses or branch prefixes of bots, besides the well-known ones. */
  readonly bots?: readonly string[] | undefined
}

/**
 * Reads the history of clones and bare mirrors on this machine: usage evidence, attributes and
 * owners over time, published versions, changes, and releases. It runs no code of theirs, fetches
 * nothing and needs no working copy.
 *
 * A rule whose publisher is not among the clones, or a shallow one, is told as a fault in every
 * run; its evidence is kept, and without publications its state is unknown, never drifted.
 */
export function gitCollector(options: GitCollectorOptions): Collector<GitFact> {
  const { sourceId, repositories, paths, releases = [], bots = [] } = options
  return {
    sourceId,
    configuration: {
      reading: READING,
      repositories,
      releases,
      bots,
      paths: toConfiguration(paths),
    },
    record: GitRecord,
    fetch: (cursors, context) => fetchClones(options, cursors, context),
    save: (tx, facts, { replaces = false }, observedAt) =>
      saveRepository(tx, sourceId, facts, { replaces, observedAt }),
  }
}

type Fetched = Page | ScopeFailure

async function* fetchClones(
  options: GitCollectorOptions,
  cursors: ReadonlyMap<string, unknown>,
  context: CollectorContext,
): AsyncGenerator<Fetched> {
  const { sourceId, repositories } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([context.signal, stop.signal])
  const room = openCleanRoom(signal)
  try {
    const found = await findClones(sourceId, repositories, signal)
    yield* found.failures
    yield* listVanished(sourceId, cursors.keys(), found.clones.map(scopeOf))
    const { publishers, faults } = assignPublishers(options.paths, found.clones, toShallowFault)
    for (const { scope, message } of faults) yield failed(sourceId, scope, message)
    yield* readPages({ options, room, publishers, cursors, context }, found.clones)
  } finally {
    stop.abort()
    room.close()
  }
}

const scopeOf = ({ id }: Pick<Clone, 'id'>) => `repository:${id}`

/** Earlier publications of a shallow clone are unknown. */
const toShallowFault = ({ id, shallow }: Clone): string | null =>
  shallow
    ? `the clone of ${id} is shallow, so earlier publications are unknown; git fetch --unshallow mends that`
    : null

interface Work {
  readonly options: GitCollectorOptions
  readonly room: CleanRoom
  readonly publishers: Publishers['publishers']
  readonly cursors: ReadonlyMap<string, unknown>
  readonly context: CollectorContext
}

async function* readPages(work: Work, clones: readonly Clone[]): AsyncGenerator<Fetched> {
  const { sourceId, paths } = work.options
  const { signal, progress } = work.context
  const tracks = listTracks(paths)
  const read = (clone: Clone) =>
    readPage(work, tracks, clone).catch((error: unknown) => ({ error }))
  let done = 0
  for await (const [clone, result] of inTurn(clones, read)) {
    if (signal.aborted) throw new SourceError(sourceId, 'cut short')
    if (result !== null && 'error' in result) {
      yield failed(sourceId, scopeOf(clone), `${clone.id}: ${tell(result.error)}`, result.error)
    } else if (result !== null) yield result
    done += 1
    progress('repositories', done, clones.length)
  }
}

async function readPage(
  { options, room, publishers, cursors, context }: Work,
  tracks: readonly Track[],
  clone: Clone,
): Promise<Page | null> {
  const scope = scopeOf(clone)
  const { paths, releases = [], bots = [] } = options
  const reading = {
    clone,
    place: room.into(clone),
    paths: paths.map(({ id }) => id),
    tracks,
    published: publishers.get(clone.id) ?? [],
    releases,
    bots,
    now: context.now(),
  }
  const history = await readHistory(reading, cursors.get(scope))
  if (history === null) return null
  const { records, cursor, covers, whole } = history
  return { scope, records, cursor, covers, begins: whole, replaces: whole }
}
